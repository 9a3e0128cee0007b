"""Looks after the tracked tags: each is asked for once, however many containers follow it.

The pull is the check: for an unchanged tag it costs the registry one HEAD, and it knows the mirrors, proxies
and certificates that the engine knows. Only a tag that no layer may come for yet, because all its followers
only notify or have a cooldown that runs, is asked for directly; so are all tags where several engines are
followed, for one answer is enough for all of them, and only an engine with another image pulls.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable

from watcher.check import last_answers, verdict
from watcher.check.remote import meaning
from watcher.check.verdict import digests
from watcher.daemon.pushes import Pushes
from watcher.daemon.tag_reader import TagReader
from watcher.daemon.unanswered import Unanswered
from watcher.daemon.workqueue import WorkQueue
from watcher.engine.images import known_image
from watcher.host.context import Context, IsGone
from watcher.host.inventory import Follower
from watcher.host.pulls import told
from watcher.model.errors import (
    EngineError,
    EngineUnavailable,
    RegistryError,
    WatcherError,
)
from watcher.model.json_object import Json
from watcher.model.names import name_of
from watcher.model.reference import Choose, Tag

_LONGEST_BACKOFF_S = 3600.0


class Puller:
    """Brings the engine's tags to what the registries have.

    Args:
        context: The engine, the registries, and the memory of images, which is fed here.
        news: Told the name of each container whose tag is another image in its registry, not pulled yet.
        is_gone: Tells whether the engine is, after it was unavailable, and says so.

    Attributes:
        queue: The tags to look after; the taker of one calls `look`.
        pushes: Which of them webhooks told of.
    """

    def __init__(self, context: Context, news: Callable[[str], None], is_gone: IsGone) -> None:
        self.queue: WorkQueue[Tag] = WorkQueue(_LONGEST_BACKOFF_S)
        self.pushes = Pushes()
        self._context = context
        self._news = news
        self._is_gone = is_gone
        self._unanswered = Unanswered(context.events.publish, self._tags_of)
        self._followers: dict[Tag, list[Follower]] = {}
        self._has_looked = False
        self._reader = TagReader(context)
        self._under_way: dict[Tag, asyncio.Task[int]] = {}
        self._unasked: set[Tag] = set()

    async def follow(self, rows: Iterable[Json]) -> None:
        """Remember the images of the containers there are, and forget those of containers that are gone."""
        rows = list(rows)
        for row in rows:
            await self._reader.platform(row)
        await self.tags(rows)
        self._reader.forget_but(rows)

    async def tags(self, rows: Iterable[Json]) -> set[Tag]:
        """The tags that the rows follow and whose labels let a registry be asked, each once.

        A tag that no container followed at the last look, or none that it may be pulled for, is asked for at
        once, and not at the next interval.
        """
        followers: dict[Tag, list[Follower]] = {}
        for row in rows:
            policy = self._context.readable_policy(row)
            if (
                policy
                and policy.enable
                and policy.source == "registry"
                and (tag := await self._reader.tag(row))
            ):
                followers.setdefault(tag, []).append(Follower(name_of(row), policy))
        for tag in self._followers.keys() - followers.keys():
            self._forget(tag)
        for tag, those in followers.items() if self._has_looked else ():
            if _is_taken(those) > _is_taken(self._followers.get(tag)):
                self.queue.add(tag)
        self._followers, self._has_looked = followers, True
        await self._context.memory.drop_asked_but(map(str, followers))
        return set(followers)

    async def look(self, tag: Tag) -> int:
        """Ask for a tag, and pull it where it may be pulled.

        Returns:
            0, or the exit code that says how it failed; said once for each reason, and tried again.
        """
        self._unasked.discard(tag)
        if tag not in self._followers or await self._is_held(tag):
            return 0
        names = [each.name for each in self._followers[tag]]
        asking = self.pushes.asked(tag, names, self._tried, self._meant)
        work = self._under_way[tag] = asyncio.ensure_future(asking)
        try:
            return await work
        except asyncio.CancelledError:
            if tag in self._followers or _is_cancelled():
                raise
            return 0  # nobody follows it any more
        finally:
            del self._under_way[tag]

    def pushed(self, choose: Choose) -> list[str]:
        """Ask for the followed tags that were pushed, as a webhook tells; what people call them."""
        return self.pushes.told(choose, self._followers, self.queue.add)

    async def _is_held(self, tag: Tag) -> bool:
        """Whether people hold all that follow a tag until they release them: then nobody asks for it."""
        decisions = await self._context.memory.decisions.read()
        if not all(decisions.is_held_until_released(each.name) for each in self._followers[tag]):
            return False
        self._unasked.add(tag)
        self._unanswered.given_up(tag, "people hold all that follow it")
        return True

    def decided(self) -> None:
        """Ask for the tags that nobody asked for while people held all their followers."""
        for tag in self._unasked & self._followers.keys():
            self.queue.add(tag)

    def _forget(self, tag: Tag) -> None:
        """Give up whatever is under way or planned for a tag that nobody follows any more."""
        self.queue.drop(tag)
        work = self._under_way.get(tag)
        if work:
            work.cancel()
        self._unanswered.given_up(tag, "no container follows it any more", was_asking=work is not None)

    def is_asking_for(self, name: str) -> bool:
        """Whether a tag that a container follows is about to be pulled, or is being pulled."""
        return any(
            self.queue.is_busy(tag) and any(each.name == name for each in followers)
            for tag, followers in self._followers.items()
        )

    async def _tried(self, tag: Tag) -> int:
        try:
            return await self._looked(tag)
        except EngineUnavailable as error:
            wait = self.queue.retry(tag, error.exit_code)
            if not await self._is_gone(error):
                with contextlib.suppress(EngineError):
                    await self._note(tag, error)
                self._unanswered.failed(tag, error, wait)
            return error.exit_code

    async def _looked(self, tag: Tag) -> int:
        try:
            await self._look(tag)
            await self._note(tag, None)
        except EngineUnavailable:
            raise
        except (EngineError, RegistryError) as error:
            return await self._failed(tag, error)
        return self._answered(tag)

    def _answered(self, tag: Tag) -> int:
        self.queue.forget(tag)
        self._unanswered.answered(tag)
        return 0

    async def _look(self, tag: Tag) -> None:
        cooldown, are_shared = self._cooldown(tag), self._context.registries.are_shared
        if (cooldown == 0 and not are_shared) or await self._may_come(tag, cooldown):
            with told(self._context.events, tag.ref.familiar) as progress:
                await self._context.registries.pull(tag.ref, tag.platform, progress)

    async def _note(self, tag: Tag, error: WatcherError | None) -> None:
        """Keep how the question ended, for `check` and `list`."""
        image = await self._meant(tag)
        await last_answers.note(self._context.memory, tag, image["Id"] if image else "", error)

    def _cooldown(self, tag: Tag) -> float | None:
        """The shortest cooldown of the followers that would be updated; None where all only notify."""
        followers = self._followers.get(tag, [])
        return min((each.policy.cooldown for each in followers if each.policy.is_carried_out), default=None)

    async def _may_come(self, tag: Tag, cooldown: float | None) -> bool:
        """Ask which image the tag means; whether it is another one, and has been for long enough."""
        engine, memory = self._context.engine, self._context.memory
        image = await self._meant(tag)
        found = await meaning(
            self._context.registries, tag.ref, tag.platform or engine.platform, digests(image)
        )
        ours = digests(image) if found.is_ours else set()
        seen = await memory.saw(str(tag), {found.digest} | ours, image["Id"] if image else "")
        if found.is_ours:
            return False
        for follower in self._followers.get(tag, []):
            self._news(follower.name)
        wait = None if cooldown is None else seen.since + cooldown - time.time()
        if wait is not None and wait > 0:
            self.queue.add_later(tag, wait)
        return wait is not None and wait <= 0

    async def _failed(self, tag: Tag, error: EngineError | RegistryError) -> int:
        """Try again when the registry may be asked again; what is built here is no failure."""
        if isinstance(error, RegistryError) and await self._is_built_here(tag, error):
            await self._note(tag, None)
            return self._answered(tag)
        await self._note(tag, error)
        rest = self._context.registries.rest(tag.ref.domain)
        if rest:
            self.queue.add_later(tag, rest)
        self._unanswered.failed(tag, error, rest or self.queue.retry(tag, error.exit_code))
        return error.exit_code

    async def _is_built_here(self, tag: Tag, error: RegistryError) -> bool:
        """Whether a registry does not know a tag because its image was made here."""
        return verdict.is_built_here(await self._meant(tag), tag.ref, error.trouble)

    async def _meant(self, tag: Tag) -> Json | None:
        """What a tag means in the engine."""
        return await known_image(self._context.engine, str(tag.ref))

    def _tags_of(self, registry: str) -> int:
        return sum(tag.ref.domain == registry for tag in self._followers)


def _is_taken(followers: list[Follower] | None) -> int:
    """How much of a tag is wanted: 0 where nobody follows it, 1 where all only notify, else 2."""
    return 0 if followers is None else 1 + any(each.policy.is_carried_out for each in followers)


def _is_cancelled() -> bool:
    """Whether this task itself is cancelled, and not what it waits for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0

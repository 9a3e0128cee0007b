"""A pass: all tags are asked for, and what follows from the answers is done."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from traceback import format_exc
from typing import TypeVar

from watcher.daemon.puller import Puller
from watcher.daemon.rhythm import Rhythm
from watcher.model.errors import EngineError, Unknown, WatcherError
from watcher.model.events import Event, LookFailed, PassBegan, PassEnded
from watcher.model.json_object import Json
from watcher.model.reference import Tag
from watcher.model.registry_events import PullsPutOff

_AGAIN_S = 10.0

K = TypeVar("K")

# Given the names of all followed containers, the names of those whose news may be over.
Recheck = Callable[[Collection[str]], Awaitable[set[str]]]


async def nobody(_: Collection[str]) -> set[str]:
    """No containers to look at again, where people are told nothing."""
    return set()


async def counted(publish: Callable[[Event], None], do: Callable[[K], Awaitable[int]], key: K) -> int:
    """Do something with a container or a tag; an error of ours stops no other, and is said in full."""
    try:
        return await do(key)
    except Exception:  # noqa: BLE001 - see above
        name, image = ("", key.ref.familiar) if isinstance(key, Tag) else (str(key), "")
        publish(LookFailed(name, image, format_exc().rstrip()))
        return Unknown.exit_code


async def whole(publish: Callable[[Event], None], work: Awaitable[int]) -> int:
    """Publish a pass that is done at once, with its exit code."""
    publish(PassBegan())
    try:
        code = await work
    except WatcherError as error:
        publish(PassEnded(error.exit_code))
        raise
    publish(PassEnded(code))
    return code


class Pass:
    """The pass that is under way: over when its tags were asked for, all was looked at, and nothing is left.

    Args:
        publish: Told its beginning and its end.
        is_idle: Whether nothing waits to be looked at, or is.
        failing: The highest exit code of what failed and is, or will be, tried again.
    """

    def __init__(
        self, publish: Callable[[Event], None], is_idle: Callable[[], bool], failing: Callable[[], int]
    ) -> None:
        self._publish = publish
        self._is_idle = is_idle
        self._failing = failing
        self._is_open = self._has_looked = False
        self._tags = set[Tag]()
        self._code = 0

    def began(self, tags: set[Tag]) -> None:
        """Begin a pass with these tags; a pass that is not over yet ends as it is."""
        if self._is_open:
            self._over()
        self._is_open, self._has_looked, self._tags, self._code = True, False, {*tags}, 0
        self._publish(PassBegan())

    def asked(self, tag: Tag, code: int) -> None:
        """Note how a question about a tag ended; containers are looked at after the last of them."""
        if self._is_open:
            self._code = max(self._code, code)
            self._tags.discard(tag)

    def looked(self) -> None:
        """Note that all containers were looked at, and what wants a closer look is waiting for it."""
        self._has_looked = self._is_open and not self._tags
        self._end_if_idle()

    def done(self, code: int) -> None:
        """Note how the closer look at one container ended."""
        self._code = max(self._code, code)
        self._end_if_idle()

    def _end_if_idle(self) -> None:
        if self._is_open and self._has_looked and self._is_idle():
            self._over()

    def _over(self) -> None:
        self._is_open = False
        self._publish(PassEnded(max(self._code, self._failing())))


class PassOfAll:
    """The pass of several engines: over when it is over on each engine on which it began."""

    def __init__(self) -> None:
        self._open = set[str]()

    def began(self, engine: str) -> None:
        """Note that the pass began on an engine."""
        self._open.add(engine)

    def is_open(self, engine: str) -> bool:
        """Whether the pass is under way on an engine."""
        return engine in self._open

    def ended(self, engine: str) -> bool:
        """Note that the pass is over on an engine, or that the engine is gone; whether it is over on all."""
        self._open.discard(engine)
        return not self._open


class Passes:
    """Has every tracked tag asked for at each interval, and pulls what is due.

    Args:
        puller: Looks after the tags.
        rows: Reads the containers that are followed.
        current: The pass that is under way.
        publish: Told what went wrong.
        rung: Called when a tag has been looked after.
        rhythm: Says when.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - one value per thing that it works with
        self,
        puller: Puller,
        rows: Callable[[], Awaitable[list[Json]]],
        current: Pass,
        publish: Callable[[Event], None],
        rung: Callable[[], None],
        rhythm: Rhythm,
    ) -> None:
        self._puller = puller
        self._rows = rows
        self._current = current
        self._publish = publish
        self._rung = rung
        self._rhythm = rhythm
        self._here = asyncio.Event()

    def engine_here(self) -> None:
        """Go on: the engine is there."""
        self._here.set()

    def engine_lost(self) -> None:
        """Wait until the engine is there again."""
        self._here.clear()

    def ring(self) -> None:
        """Have all tags asked for now."""
        self._rhythm.ring()

    async def on_time(self) -> None:
        """Have every tracked tag asked for now and at each interval."""
        while True:
            await self._here.wait()
            count = self._rhythm.count
            try:
                tags = await self._puller.tags(await self._rows())
            except EngineError as error:  # one interval more may be a day
                self._publish(PullsPutOff(str(error)))
                await asyncio.sleep(_AGAIN_S)
                continue
            self._current.began(tags)
            self._ask(tags)
            await self._rhythm.following(count)

    def _ask(self, tags: set[Tag]) -> None:
        """Have tags asked for; one in its back-off is not, and counts with how its last question ended."""
        for tag in tags:
            self._puller.queue.add(tag)
        for tag, code in self._puller.queue.resting.items():
            self._current.asked(tag, code)

    async def pull(self, tasks: asyncio.TaskGroup) -> None:
        """Pull the tags that are due; a pull that hangs holds up no other."""
        async for tag in self._puller.queue.keys():
            tasks.create_task(self._pull_one(tag))

    async def _pull_one(self, tag: Tag) -> None:
        await self._here.wait()
        code = Unknown.exit_code
        try:
            code = await self._puller.look(tag)
        except Exception:  # noqa: BLE001 - an error of ours must not stop the others; it is said in full
            again_in_s = self._puller.queue.retry(tag, code)
            self._publish(LookFailed("", tag.ref.familiar, format_exc().rstrip(), again_in_s))
        finally:
            self._puller.queue.done(tag)
            self._current.asked(tag, code)
            self._rung()

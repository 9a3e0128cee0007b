"""What is news, and when it becomes a message: at the end of a pass, and soon in any case.

Each condition of a container and an image (it failed, it waits, it is unknown) is told once, across restarts,
and its end once where its beginning was told. A message is in the outbox before the work that it tells of
goes on.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Sequence

from attrs import asdict, evolve

from watcher.model.json_object import Json
from watcher.notifications.addresses import Address
from watcher.notifications.message import compose
from watcher.notifications.news import ATTEMPT, ATTENTION, RECOVERED, TAG, UNKNOWN, UPDATED, News
from watcher.notifications.reading import OF_A_CONTAINER, Over, Told, happened
from watcher.store.outbox import EXPECTED, Notice, NoticeKey, Outbox

Name = Callable[[], Awaitable[str]]

QUIET_S = 30.0  # after the last of the news
LONGEST_S = 600.0  # after the first


class Collector:
    """Gathers what is told into messages.

    Args:
        outbox: Where it is kept.
        addresses: The addresses of the messages.
        chosen: The kinds that are told; what wants a person is told in any case.
        name: Gives the name of where all this happens, for the title.
        identify: Gives the engine's id.
        describe: Gives the keys of a container for programs, of whatever is no attempt.
        ring: Called when there is a message to be sent.
        prefix: What people put before the names of the engine's containers.
        clock: Seconds since the epoch.
    """

    def __init__(  # noqa: PLR0913 - all of them are needed
        self,
        outbox: Outbox,
        addresses: Sequence[Address],
        *,
        chosen: Collection[str],
        name: Name,
        identify: Callable[[], Awaitable[str]],
        describe: Callable[[News], Awaitable[Json]],
        ring: Callable[[], None],
        prefix: str = "",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._outbox = outbox
        self._keys = [address.key for address in addresses]
        self._chosen = {*chosen, ATTENTION}
        self._host, self._name = "", name
        self._identify = identify
        self._describe = describe
        self._ring = ring
        self._prefix = prefix
        self._clock = clock
        self._first = self._last = 0.0
        self._has_news = False
        self._changed = asyncio.Event()
        self._known = set[NoticeKey]()  # found by this process
        self._noticed: set[NoticeKey] | None = None

    async def take(self, found: Told | Over) -> None:
        """Take what is so, or is over."""
        if isinstance(found, Told):
            await self._tell(found)
        else:
            for about in found.abouts:
                await self._over(about, found)

    async def expect(self, told: Told) -> None:
        """Keep what is about to happen, in case that nobody lives to tell that it has."""
        if told.news.kind in self._chosen:
            await self._outbox.tell(await self._notice(Told(told.news), EXPECTED), self._clock())

    async def ended(self, told: Told | None, name: str) -> None:
        """Take how an attempt at a container ended, or that it is no news, in place of what was expected."""
        if told:
            await self._tell(told)
        await self._outbox.drop_expected(await self._identify(), name)

    async def confirm(self, has_happened: Callable[[News], Awaitable[bool]]) -> None:
        """Tell what a process before this one expected, and has happened; it is not expected any more."""
        for record in await self._outbox.expected(await self._identify()):
            if await has_happened(news := News(**json.loads(record))):
                await self.ended(happened(news), news.container)

    async def seal(self) -> None:
        """Make a message of the news, as at the end of a pass; nothing where there is none."""
        self._has_news = False
        if not await self._outbox.has_news():
            return
        self._host = self._host or await self._name()
        if await self._outbox.seal(self._keys, self._written, self._clock()):
            self._ring()

    async def run(self) -> None:
        """Make messages in time, beginning with what a process before this one had no time for."""
        await self.seal()
        while True:
            self._changed.clear()
            if await self._outbox.ripen(self._clock()):
                self._begin()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(await self._patience()):
                    await self._changed.wait()
            if self._has_news and self._left() <= 0:
                await self.seal()

    async def recheck(self, names: Collection[str]) -> set[str]:
        """The containers whose standing news may be over by now; any other container's is forgotten.

        Args:
            names: The names of all followed containers and services.
        """
        containers = {each for each in await self._stands() if not _is_of_a_tag(each)}
        if gone := {about for about, _, _ in containers} - {*names}:
            await self._outbox.forget(await self._identify(), gone)
            self._drop(gone)
        return {about for about, kind, _ in containers if kind != UPDATED} - gone

    async def all_asked(self) -> None:
        """Take that all tags and registries answered: what an earlier process found of them is over."""
        for each in await self._stands() - self._known:
            if _is_of_a_tag(each):
                await self._over(each[0], Over((each[0],), (UNKNOWN,), each[0], subject=TAG))

    async def _tell(self, told: Told) -> None:
        news = told.news
        key = (news.container, news.kind, news.state)
        if news.kind not in self._chosen or key in self._known:
            return
        notice = await self._notice(told, self._clock() + told.after_s)
        if await self._outbox.tell(notice, self._clock()):
            self._begin()
        self._drop({news.container} if told.ends else ())
        self._known.add(key)
        self._noticed = None
        self._changed.set()

    async def _notice(self, told: Told, due: float) -> Notice:
        news = told.news
        return Notice(
            await self._identify(),
            *(news.container, news.kind, news.state),
            record=await self._record(news),
            due=due,
            ends=told.ends,
            unless=told.unless,
            also=told.also,
        )

    async def _over(self, about: str, over: Over) -> None:
        if not any(each[:2] == (about, kind) for each in await self._stands() for kind in over.kinds):
            return
        record = await self._record(News(RECOVERED, about, image=over.image, subject=over.subject))
        notice = Notice(await self._identify(), about, RECOVERED, "", record, 0, over.kinds)
        is_told = over.is_told and RECOVERED in self._chosen
        if await self._outbox.over(notice, self._clock(), is_told=is_told):
            self._begin()
        self._drop({about})
        self._changed.set()

    async def _record(self, news: News) -> str:
        """What is kept of news, with the keys of the attempt, or of the container as it is now."""
        if news.subject != ATTEMPT:
            news = evolve(news, facts=await self._describe(news) | news.facts)
        prefix = "" if news.subject == TAG else self._prefix  # a registry is the same for all engines
        return json.dumps(asdict(evolve(news, prefix=prefix)))

    async def _stands(self) -> set[NoticeKey]:
        if self._noticed is None:
            self._noticed = await self._outbox.noticed(await self._identify())
        return self._noticed

    def _drop(self, abouts: Collection[str]) -> None:
        self._known = {key for key in self._known if key[0] not in abouts}
        self._noticed = None

    def _begin(self) -> None:
        """Note when news came."""
        self._last = asyncio.get_running_loop().time()
        if not self._has_news:
            self._first, self._has_news = self._last, True

    def _left(self) -> float:
        """Seconds until the news must be a message."""
        return min(self._last + QUIET_S, self._first + LONGEST_S) - asyncio.get_running_loop().time()

    async def _patience(self) -> float | None:
        """Seconds in which nothing is to be done unless something happens; None is for ever."""
        due = await self._outbox.next_due()
        waits = [] if due is None else [max(due - self._clock(), 0)]
        return min([*waits, self._left()] if self._has_news else waits, default=None)

    def _written(self, records: Sequence[str]) -> str:
        message = compose(self._host, _each_tag_once([News(**json.loads(record)) for record in records]))
        return json.dumps(asdict(message))


def _each_tag_once(news: Iterable[News]) -> Iterator[News]:
    """News, but of a tag or a registry only the first: several engines may tell the same of it."""
    seen = set[tuple[str, str]]()
    for each in news:
        key = (each.kind, each.container)
        if each.subject != TAG or key not in seen:
            yield each
        if each.subject == TAG:
            seen.add(key)


def _is_of_a_tag(key: NoticeKey) -> bool:
    _, kind, state = key
    return kind == UNKNOWN and state != OF_A_CONTAINER

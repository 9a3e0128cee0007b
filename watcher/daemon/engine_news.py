"""The news that one engine's events make for people, and which of them may be over."""

import contextlib
from collections.abc import Callable, Collection, Sequence
from functools import partial

from watcher.daemon.described import described
from watcher.daemon.passes import PassOfAll
from watcher.host.context import Context
from watcher.model.errors import EngineError, Unknown
from watcher.model.events import EngineGone, Event, PassBegan, PassEnded
from watcher.model.update_events import Attempt
from watcher.notifications import reading
from watcher.notifications.addresses import Address
from watcher.notifications.collector import Collector, Name
from watcher.notifications.news import News
from watcher.store.outbox import Outbox

_LOOKED_BACK = 20  # attempts at one container


class EngineNews:
    """Subscribes to one engine's events, and records its attempts.

    Args:
        context: The engine.
        outbox: Where news are kept.
        addresses: The addresses that the news are for.
        chosen: The kinds of news that are told.
        name: Gives what the place is called where all this happens.
        ring: Called when there is a message to be sent.
        whole: The pass of all engines, which share it: at its end there is one message for all of them.

    Attributes:
        collector: Makes messages of the news.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - one value per thing that it works with
        self,
        context: Context,
        outbox: Outbox,
        addresses: Sequence[Address],
        chosen: Collection[str],
        name: Name,
        ring: Callable[[], None],
        whole: PassOfAll,
    ) -> None:
        self._context = context
        self._whole = whole
        self._is_due = False
        self.collector = Collector(
            outbox,
            addresses,
            chosen=chosen,
            name=name,
            identify=self._engine,
            describe=partial(described, context),
            ring=ring,
            prefix=context.prefix,
        )

    def subscribe(self) -> None:
        """Subscribe to the engine's events."""
        self._context.events.record_with("messages", self)
        self._context.events.subscribe("messages", self._take)

    async def expect(self, attempt: Attempt) -> None:
        """Keep the news of an attempt that is about to end, in case this process is killed before."""
        if found := reading.attempted(attempt, await self._engine()):
            await self.collector.expect(found)

    async def record(self, attempt: Attempt) -> None:
        """Keep what the end of an attempt tells before anything else begins."""
        found = reading.attempted(attempt, await self._engine())
        await self.collector.ended(found, attempt.name)

    async def recheck(self, names: Collection[str]) -> set[str]:
        """The containers of which what was told may be over, once in a pass; `names` are all followed."""
        if not self._is_due:
            return set()
        self._is_due = False
        return await self.collector.recheck(names)

    async def _take(self, event: Event) -> None:
        engine = self._context.engine_name
        if isinstance(event, PassBegan):
            self._is_due = True
            self._whole.began(engine)
        elif isinstance(event, PassEnded):
            if event.code < Unknown.exit_code:  # the highest of several: what is above may hide it
                await self.collector.all_asked()
            await self.collector.confirm(self._has_happened)
            if self._whole.ended(engine):
                await self.collector.seal()
        elif isinstance(event, EngineGone):
            self._whole.ended(engine)  # the others' messages do not wait for its return
        elif found := reading.read(event):
            await self.collector.take(found)

    async def _has_happened(self, news: News) -> bool:
        """Whether the history has an attempt that was about to end as its process was killed."""
        rows = await self._context.memory.history.last(_LOOKED_BACK, news.container)
        told = [(row["at"], row["outcome"]) for row in rows]
        return (news.facts.get("at"), news.facts.get("outcome")) in told

    async def _engine(self) -> str:
        """The engine's id; empty where it went away, for what there is to tell must be kept all the same."""
        with contextlib.suppress(EngineError):
            return await self._context.engine.identity()
        return ""

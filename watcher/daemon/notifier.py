"""Tells people what the daemon does: news are kept, made messages of and sent, and each pass is pinged."""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Collection
from functools import partial
from types import TracebackType
from typing import Self

from watcher.config.settings import DaemonSettings
from watcher.daemon.described import described
from watcher.host.context import Context
from watcher.model.errors import EngineError, Unknown
from watcher.model.events import Event, PassBegan, PassEnded
from watcher.model.message_events import (
    AddressDoubted,
    MessageGivenUp,
    MessageNotTaken,
    MessageTaken,
    PingFailed,
)
from watcher.model.update_events import Attempt
from watcher.notifications import addresses, apprise_process, reading
from watcher.notifications.addresses import Address
from watcher.notifications.collector import Collector
from watcher.notifications.news import News
from watcher.notifications.ping import ping
from watcher.notifications.sender import Sender
from watcher.store.outbox import Outbox
from watcher.update.news import Repeats

_NAME_LIMIT_S = 5.0
_AGAIN_S = 60.0
_LOOKED_BACK = 20  # attempts at one container


class Notifier:
    """Stands beside the daemon while that runs: an asynchronous context manager.

    Args:
        context: Where the events are told.
        settings: What is told, and where the ping goes.
        once: Whether all is sent at the end, for there is one pass only.
    """

    def __init__(self, context: Context, settings: DaemonSettings, *, once: bool) -> None:
        self._context = context
        self._ping_url = settings.ping_url
        self._once = once
        self._book = addresses.read()
        outbox = Outbox(context.memory.database)
        told = self._book.addresses
        self._sender = Sender(outbox, told, _Says(context))
        self._collector = Collector(
            outbox,
            told,
            chosen=settings.notify_on,
            name=self._name,
            identify=self._engine,
            describe=partial(described, context),
            ring=self._sender.ring,
        )
        self._tasks = set[asyncio.Task[None]]()
        self._ping: asyncio.Task[None] | None = None
        self._is_due = False

    async def __aenter__(self) -> Self:
        events = self._context.events
        for line in self._book.bad:
            events.publish(AddressDoubted(line))
        if self._book.addresses:
            events.record_with("messages", self)
            events.subscribe("messages", self._take)
            self._start()
        if self._ping_url:
            events.subscribe("ping", self._pinged)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Keep what there is to tell; with one pass only, tell it, unless a signal came."""
        del kind, trace
        await self._context.events.flush()
        if self._once and not isinstance(error, asyncio.CancelledError):
            await self._told()
        for task in (*self._tasks, self._ping):
            if task:
                task.cancel()
                await asyncio.wait([task])

    async def expect(self, attempt: Attempt) -> None:
        """Keep what the attempt is about to tell, should this process not live to."""
        if found := reading.attempted(attempt, await self._engine()):
            await self._collector.expect(found)

    async def record(self, attempt: Attempt) -> None:
        """Keep what the end of an attempt tells before anything else begins."""
        found = reading.attempted(attempt, await self._engine())
        await self._collector.ended(found, attempt.name)

    async def recheck(self, names: Collection[str]) -> set[str]:
        """The containers of which what was told may be over, once in a pass; `names` are all followed."""
        if not self._is_due:
            return set()
        self._is_due = False
        return await self._collector.recheck(names)

    def _start(self) -> None:
        for_ever = [] if self._once else [self._collector.run, self._sender.run]
        self._tasks = {asyncio.create_task(self._kept_up(each)) for each in (self._checked, *for_ever)}

    async def _kept_up(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do something to its end; an error of ours is told, and it is begun again."""
        while True:
            try:
                await work()
            except Exception as error:  # noqa: BLE001 - the updates go on whatever becomes of messages
                self._context.events.failed("messages", error)
                await asyncio.sleep(_AGAIN_S)
            else:
                return

    async def _told(self) -> None:
        if self._book.addresses:
            await self._collector.seal()
            await self._sender.once()
        if self._ping:
            await self._ping
        await self._context.events.flush()

    async def _take(self, event: Event) -> None:
        if isinstance(event, PassBegan):
            self._is_due = True
        elif isinstance(event, PassEnded):
            if event.code != Unknown.exit_code:
                await self._collector.all_asked()
            await self._collector.confirm(self._has_happened)
            await self._collector.seal()
        elif found := reading.read(event):
            await self._collector.take(found)

    async def _has_happened(self, news: News) -> bool:
        """Whether the history has an attempt that was about to end as its process was killed."""
        rows = await self._context.memory.history.last(_LOOKED_BACK, news.container)
        told = [(row["at"], row["outcome"]) for row in rows]
        return (news.facts.get("at"), news.facts.get("outcome")) in told

    def _pinged(self, event: Event) -> None:
        """Tell how a pass went, beside all else; one that is still being told is not any more."""
        if isinstance(event, PassEnded):
            if self._ping:
                self._ping.cancel()
            self._ping = asyncio.create_task(self._tell(went_well=event.code == 0))

    async def _tell(self, *, went_well: bool) -> None:
        answer = await ping(self._ping_url, went_well=went_well)
        if answer.why:
            self._context.events.publish(PingFailed(addresses.shown(self._ping_url), answer.why))

    async def _checked(self) -> None:
        """Say at the start which addresses Apprise is needed for, or does not know."""
        others = [address for address in self._book.addresses if not address.is_ours]
        if others and not apprise_process.is_installed():
            shown = ", ".join(address.shown for address in others)
            self._context.events.publish(AddressDoubted(f"{shown}: {apprise_process.ABSENT}"))
            return
        for address in others:
            if why := (await apprise_process.check(address)).why:
                self._context.events.publish(AddressDoubted(f"{address.shown}: {why}"))

    async def _engine(self) -> str:
        """The engine's id; empty where it went away, for what there is to tell must be kept all the same."""
        with contextlib.suppress(EngineError):
            return await self._context.engine.identity()
        return ""

    async def _name(self) -> str:
        """The engine's name for its machine: a container's own host name is a number."""
        with contextlib.suppress(EngineError, TimeoutError):
            async with asyncio.timeout(_NAME_LIMIT_S):
                return str((await self._context.engine.info()).get("Name") or socket.gethostname())
        return socket.gethostname()


class _Says:
    """Makes events of what came of messages."""

    def __init__(self, context: Context) -> None:
        self._publish = context.events.publish
        self._repeats = Repeats()

    def taken(self, address: Address) -> None:
        self._repeats.over(address.key)
        self._publish(MessageTaken(address.shown, address.service))

    def not_taken(self, address: Address, why: str) -> None:
        is_news = self._repeats.is_news(address.key, why)
        self._publish(MessageNotTaken(address.shown, address.service, why, is_news))

    def given_up(self, address: Address, why: str, count: int) -> None:
        self._publish(MessageGivenUp(address.shown, address.service, why, count))

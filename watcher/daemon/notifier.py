"""Tells people what the daemon does: news are kept, made messages of and sent, and each pass is pinged."""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Self

from watcher.config.settings import DaemonSettings
from watcher.daemon.engine_news import EngineNews
from watcher.daemon.passes import PassOfAll, Recheck
from watcher.daemon.pings import Pings
from watcher.host.fleet import Fleet
from watcher.host.publisher import Publisher
from watcher.model.errors import EngineError
from watcher.model.message_events import AddressDoubted, MessageGivenUp, MessageNotTaken, MessageTaken
from watcher.notifications import addresses, apprise_process
from watcher.notifications.addresses import Address
from watcher.notifications.sender import Sender
from watcher.store.outbox import Outbox
from watcher.update.repeats import Repeats

_NAME_LIMIT_S = 5.0
_AGAIN_S = 60.0


class Notifier:
    """Stands beside the daemon while that runs: an asynchronous context manager.

    Args:
        fleet: The engines, where the events are told; what concerns none of them is told by the first.
        settings: What is told, and where the ping goes.
        once: Whether all is sent at the end, for there is one pass only.
    """

    def __init__(self, fleet: Fleet, settings: DaemonSettings, *, once: bool) -> None:
        self._fleet = fleet
        self._events = fleet.first.events
        self._ping_url = settings.ping_url
        self._once = once
        self._book = addresses.read()
        outbox = Outbox(fleet.first.memory.database)
        told = self._book.addresses
        self._sender = Sender(outbox, told, _Says(self._events))
        whole = PassOfAll()
        self._of = {
            each.engine_name: EngineNews(
                each, outbox, told, settings.notify_on, self._name, self._sender.ring, whole
            )
            for each in fleet.contexts
        }
        self._tasks = set[asyncio.Task[None]]()
        self._pings: Pings | None = None

    @property
    def rechecks(self) -> Mapping[str, Recheck]:
        """For each engine's name what asks for the containers of which what was told may be over."""
        return {name: each.recheck for name, each in self._of.items()}

    async def __aenter__(self) -> Self:
        for line in self._book.bad:
            self._events.publish(AddressDoubted(line))
        if self._book.addresses:
            for each in self._of.values():
                each.subscribe()
            self._start()
        if self._ping_url:
            self._pings = Pings(self._fleet, self._ping_url)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Keep what there is to tell; with one pass only, tell it, unless a signal came."""
        del kind, trace
        await self._flush()
        if self._once and not isinstance(error, asyncio.CancelledError):
            await self._told()
        for task in self._tasks:
            task.cancel()
            await asyncio.wait([task])
        if self._pings:
            await self._pings.stop()

    def _start(self) -> None:
        collecting = [each.collector.run for each in self._of.values()]
        for_ever = [] if self._once else [*collecting, self._sender.run]
        self._tasks = {asyncio.create_task(self._kept_up(each)) for each in (self._checked, *for_ever)}

    async def _kept_up(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do something to its end; an error of ours is told, and it is begun again."""
        while True:
            try:
                await work()
            except Exception as error:  # noqa: BLE001 - the updates go on whatever becomes of messages
                self._events.failed("messages", error)
                await asyncio.sleep(_AGAIN_S)
            else:
                return

    async def _told(self) -> None:
        if self._book.addresses:
            for each in self._of.values():
                await each.collector.seal()
            await self._sender.once()
        if self._pings:
            await self._pings.told()
        await self._flush()

    async def _flush(self) -> None:
        for context in self._fleet.contexts:
            await context.events.flush()

    async def _checked(self) -> None:
        """Say at the start which addresses Apprise is needed for, or does not know."""
        others = [address for address in self._book.addresses if not address.is_ours]
        if others and not apprise_process.is_installed():
            shown = ", ".join(address.shown for address in others)
            self._events.publish(AddressDoubted(f"{shown}: {apprise_process.ABSENT}"))
            return
        for address in others:
            if why := (await apprise_process.check(address)).why:
                self._events.publish(AddressDoubted(f"{address.shown}: {why}"))

    async def _name(self) -> str:
        """What the engine calls its machine: a container's own host name is a number. Of several, all."""
        if not self._fleet.is_alone:
            return ", ".join(each.engine_name for each in self._fleet.contexts)
        with contextlib.suppress(EngineError, TimeoutError):
            async with asyncio.timeout(_NAME_LIMIT_S):
                return str((await self._fleet.sole.engine.info()).get("Name") or socket.gethostname())
        return socket.gethostname()


class _Says:
    """Makes events of what came of messages."""

    def __init__(self, events: Publisher) -> None:
        self._publish = events.publish
        self._repeats = Repeats()

    def taken(self, address: Address) -> None:
        self._repeats.over(address.key)
        self._publish(MessageTaken(address.shown, address.service))

    def not_taken(self, address: Address, why: str) -> None:
        is_news = self._repeats.is_news(address.key, why)
        self._publish(MessageNotTaken(address.shown, address.service, why, is_news))

    def given_up(self, address: Address, why: str, count: int) -> None:
        self._publish(MessageGivenUp(address.shown, address.service, why, count))

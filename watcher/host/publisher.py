"""Tells subscribers what happens; none of them holds up the work.

A subscriber has a bounded queue and a task of its own. A slow subscriber loses events, which are counted and
told once it has caught up; a subscriber that fails, or takes too long over one event, is told of and goes on
with the next event. What must not be lost goes to a recorder, which is awaited where an attempt ends.
"""

import asyncio
import contextlib
import inspect
from collections.abc import Awaitable, Callable
from typing import Protocol, Self

from watcher.model.events import Event, EventsDropped, SubscriberFailed
from watcher.model.quoting import escaped
from watcher.model.update_events import Attempt, AttemptEnded

ROOM = 1000
_FLUSH_S = 5.0
_LIMIT_S = 60.0
_RECORD_S = 5.0  # a container may be down meanwhile

Take = Callable[[Event], Awaitable[None] | None]


class Recorder(Protocol):
    """Keeps attempts, within what ends them; it may be told of the same attempt more than once."""

    async def expect(self, attempt: Attempt) -> None:
        """Take an attempt as it is about to end: its last request to the engine has yet to be made."""

    async def record(self, attempt: Attempt) -> None:
        """Take an attempt that has ended."""


class Publisher:
    """The events of one process. An asynchronous context manager: at its end all subscribers are flushed.

    Args:
        room: How many events wait for a subscriber before it loses the newest.
    """

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._subscribers: list[Subscription] = []
        self._recorders: dict[str, Recorder] = {}
        self._failures = set[tuple[str, str]]()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.flush()
        for each in [each for each in self._subscribers if each.lost]:
            self._subscribers.remove(each)
            await each.stop()
            self.publish(EventsDropped(each.name, each.lost))
        for each in self._subscribers:
            await each.taken(_FLUSH_S)
            await each.stop()

    def subscribe(self, name: str, take: Take) -> "Subscription":
        """Give each event from now on to a subscriber.

        Args:
            name: What it is called where it loses events, or fails.
            take: Takes one event; it is called, and awaited where it is a coroutine, in a task of its own.
        """
        self._subscribers.append(made := Subscription(self, name, take, self._room))
        return made

    def record_with(self, name: str, recorder: Recorder) -> None:
        """Have a recorder told of each attempt; `name` is what it is called where it fails."""
        self._recorders[name] = recorder

    def publish(self, event: Event) -> None:
        """Tell all subscribers; waits for none of them, and raises nothing."""
        for each in self._subscribers:
            each.put(event)

    async def expect(self, attempt: Attempt) -> None:
        """Tell the recorders how an attempt is about to end; a recorder that fails holds up nothing."""
        for name, recorder in self._recorders.items():
            await self._kept(name, recorder.expect(attempt))

    async def ended(self, attempt: Attempt) -> None:
        """Have an attempt recorded, and tell of it; a recorder that fails holds up nothing."""
        for name, recorder in self._recorders.items():
            await self._kept(name, recorder.record(attempt))
        self.publish(AttemptEnded(attempt))

    async def flush(self, seconds: float = _FLUSH_S) -> None:
        """Wait until what was published has been taken by all, for so many seconds at most."""
        await asyncio.gather(*(each.taken(seconds) for each in self._subscribers))

    def failed(self, name: str, error: Exception) -> None:
        """Say once of a subscriber, or a recorder, that it failed in this way."""
        key = (name, type(error).__name__)
        if key not in self._failures:
            self._failures.add(key)
            self.publish(SubscriberFailed(name, escaped(f"{type(error).__name__}: {error}")))

    async def _kept(self, name: str, keeping: Awaitable[None]) -> None:
        try:
            async with asyncio.timeout(_RECORD_S):
                await keeping
        except Exception as error:  # noqa: BLE001 - an update goes on whatever its recorder does
            self.failed(name, error)


class Subscription:
    """One subscriber's queue and its task.

    Args:
        publisher: Told where it failed.
        name: What it is called.
        take: Takes one event.
        room: How many events wait for it.
    """

    def __init__(self, publisher: Publisher, name: str, take: Take, room: int) -> None:
        self.name = name
        self._publisher = publisher
        self._take = take
        self._queue: asyncio.Queue[Event] = asyncio.Queue(room)
        self._dropped = 0
        self._task = asyncio.get_running_loop().create_task(self._work())

    @property
    def lost(self) -> int:
        """How many events the subscriber lost, or has yet to take."""
        return self._dropped + self._queue.qsize()

    def put(self, event: Event) -> None:
        """Queue an event for the subscriber; where the queue is full, the event is lost."""
        try:
            self._queue.put_nowait(event)
        except asyncio.QueueFull:
            self._dropped += 1

    async def taken(self, seconds: float) -> None:
        """Wait until the subscriber has taken what was published, for so many seconds at most."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._queue.join()

    async def stop(self) -> None:
        """End the subscriber's task."""
        self._task.cancel()
        await asyncio.wait([self._task], timeout=_FLUSH_S)

    async def _work(self) -> None:
        while True:
            event = await self._queue.get()
            try:
                await self._told(event)
                self._say_dropped()
            finally:
                self._queue.task_done()

    async def _told(self, event: Event) -> None:
        try:
            async with asyncio.timeout(_LIMIT_S):
                if inspect.isawaitable(pending := self._take(event)):
                    await pending
        except Exception as error:  # noqa: BLE001 - what a subscriber does wrong is told, and it goes on
            self._publisher.failed(self.name, error)

    def _say_dropped(self) -> None:
        """Tell how many events the subscriber lost, once it has caught up."""
        if self._dropped and self._queue.empty():
            dropped, self._dropped = self._dropped, 0
            self._publisher.publish(EventsDropped(self.name, dropped))

"""Tells what happens on one engine, as events: a subscriber."""

import asyncio
from collections.abc import Mapping

from watcher.check import checks, status
from watcher.check.records import record
from watcher.check.shown import Answer
from watcher.model.errors import WatcherError
from watcher.model.events import Decided, Event, Looked
from watcher.model.json_object import Json
from watcher.model.names import SERVICE_PREFIX, Marker
from watcher.model.registry_events import PullBegan, PullEnded, PullProgressed
from watcher.model.update_events import AttemptEnded, Judged, NotUpdated, StageBegan, StageEnded, Waiting
from watcher.store.history import record_of
from watcher.web.engines import ServedEngine
from watcher.web.event_buffer import EventBuffer


class EventFeed:
    """Puts what happens on one engine into the buffer that clients read.

    Args:
        served: The engine.
        buffer: Where events go.
    """

    def __init__(self, served: ServedEngine, buffer: EventBuffer) -> None:
        self._served = served
        self._buffer = buffer
        self._names: dict[str, None] = {}
        self._known: Mapping[str, str] = {}
        self._telling: asyncio.Task[None] | None = None

    async def take(self, event: Event) -> None:
        """Take an event; containers are asked for once somebody has listened."""
        if isinstance(event, StageBegan | StageEnded):
            self._buffer.add("stage", self._named(event))
        elif isinstance(event, PullBegan | PullProgressed | PullEnded):
            self._buffer.add("pull", self._named(event))
        elif isinstance(event, AttemptEnded):
            self._buffer.add("attempt", record_of(event.attempt, await self._served.known_identity()))
            self._news(event.attempt.name)
        elif isinstance(event, Judged | Waiting | NotUpdated) and event.is_news:
            self._news(event.change.container)
        elif isinstance(event, Decided):
            for name in event.containers:
                self._news(name)
        elif isinstance(event, Looked):
            self._looked({name: cid for name, cid in event.containers.items() if not Marker.parse(name)})

    async def end(self) -> None:
        """Tell no more."""
        if self._telling:
            self._telling.cancel()
            await asyncio.wait([self._telling])

    def _news(self, name: str) -> None:
        """Have a container told; all containers with news meanwhile are looked at in one look."""
        if not self._buffer.is_wanted:
            return
        self._names[name] = None
        if self._telling is None or self._telling.done():
            self._telling = asyncio.create_task(self._tell())

    def _looked(self, now: Mapping[str, str]) -> None:
        """Have the containers and services told that came, went, or are others than at the last look."""
        before, self._known = self._known, now
        for name in before.keys() | now.keys():
            if before.get(name) != now.get(name):
                self._news(name)

    async def _tell(self) -> None:
        while names := [*self._names]:
            self._names.clear()
            for name, answer in await self._answers(names):
                self._buffer.add("container", _told(self._served, name, answer))

    async def _answers(self, names: list[str]) -> list[tuple[str, Answer]]:
        """What is to be said of each: of containers in one look, of services one after another."""
        services = [name for name in names if name.startswith(SERVICE_PREFIX)]
        containers = [name for name in names if name not in services]
        try:
            found = await status.check(self._served.context, containers, checks.judged) if containers else []
            return [*found, *[(name, await self._service(name)) for name in services]]
        except WatcherError as error:
            return [(name, error) for name in names]
        except Exception as error:  # noqa: BLE001 - an error of ours is told, and ends no stream
            self._served.context.events.failed("the listener's events", error)
            return []

    async def _service(self, name: str) -> Answer:
        try:
            return await self._served.row(name)
        except WatcherError as error:
            return error

    def _named(self, event: Event) -> Json:
        return {"engine": self._served.name} | event.record


def _told(served: ServedEngine, name: str, answer: Answer) -> Json:
    """A container or service as JSON; where it cannot be told of, its name, and the error."""
    if not isinstance(answer, WatcherError):
        return record(answer)
    kind = "service" if name.startswith(SERVICE_PREFIX) else "container"
    return {"name": name.removeprefix(SERVICE_PREFIX), "engine": served.name, "kind": kind} | answer.record

"""What happens, as it happens: stages, pulls, attempts, and each container of which there is news."""

import asyncio
from collections.abc import Mapping

from aiohttp import web

from watcher.check import checks, status
from watcher.check.records import record
from watcher.check.status import Answer
from watcher.host.context import Context
from watcher.model.errors import EngineError, WatcherError
from watcher.model.events import Event, Looked
from watcher.model.json_object import Json
from watcher.model.names import Marker
from watcher.model.registry_events import PullBegan, PullEnded, PullProgressed
from watcher.model.update_events import AttemptEnded, Judged, NotUpdated, StageBegan, StageEnded, Waiting
from watcher.store.history import record_of
from watcher.web.guard import Access
from watcher.web.ring import Behind, Ring
from watcher.web.routes import Route

_PATH = "/api/v1/events"
_QUIET_S = 15.0


class Events:
    """The route of it, and what subscribes.

    Args:
        context: The engine, and what is known.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._ring = Ring()
        self._is_wanted = False
        self._names: dict[str, None] = {}
        self._known: Mapping[str, str] = {}
        self._telling: asyncio.Task[None] | None = None
        about = "What happens, as server-sent events: container, stage, pull, attempt."
        self.routes = (Route("GET", _PATH, Access.READ, about, self._stream),)

    async def take(self, event: Event) -> None:
        """Take an event; containers are asked for once somebody has listened."""
        if isinstance(event, StageBegan | StageEnded):
            self._ring.add("stage", event.record)
        elif isinstance(event, PullBegan | PullProgressed | PullEnded):
            self._ring.add("pull", event.record)
        elif isinstance(event, AttemptEnded):
            self._ring.add("attempt", record_of(event.attempt, await self._engine()))
            self._news(event.attempt.name)
        elif isinstance(event, Judged | Waiting | NotUpdated) and event.is_news:
            self._news(event.change.container)
        elif isinstance(event, Looked):
            self._looked({name: cid for name, cid in event.containers.items() if not Marker.parse(name)})

    async def end(self) -> None:
        """Tell no more."""
        if self._telling:
            self._telling.cancel()
            await asyncio.wait([self._telling])

    def _news(self, name: str) -> None:
        """Have a container told; all of which there is news meanwhile are looked at in one look."""
        if not self._is_wanted:
            return
        self._names[name] = None
        if self._telling is None or self._telling.done():
            self._telling = asyncio.create_task(self._tell())

    def _looked(self, now: Mapping[str, str]) -> None:
        """Have those told that came, went, or are others than at the last look."""
        before, self._known = self._known, now
        for name in before.keys() | now.keys():
            if before.get(name) != now.get(name):
                self._news(name)

    async def _tell(self) -> None:
        while names := [*self._names]:
            self._names.clear()
            try:
                answers = await status.check(self._context, names, checks.judged)
            except WatcherError as error:
                answers = [(name, error) for name in names]
            except Exception as error:  # noqa: BLE001 - an error of ours is told, and ends no stream
                self._context.events.failed("the listener's events", error)
                answers = []
            for name, answer in answers:
                self._ring.add("container", _told(name, answer))

    async def _engine(self) -> str:
        try:
            return await self._context.engine.identity()
        except EngineError:
            return ""

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        self._is_wanted = True
        number = self._ring.after(request.headers.get("Last-Event-ID", ""))
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b": here\n\n")
        while True:
            try:
                async with asyncio.timeout(_QUIET_S):
                    text, number = await self._ring.following(number)
            except TimeoutError:
                text = b": here\n\n"  # a proxy would take silence for the end
            except Behind:
                return response
            await response.write(text)


def _told(name: str, answer: Answer) -> Json:
    if isinstance(answer, WatcherError):
        return {"name": name} | answer.record
    return record(answer)

"""The engines as the listener serves them: of several, which one is meant, and what all of them say."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from attrs import evolve

from watcher.check import checks, status
from watcher.check.checks import Judge
from watcher.check.shown import Shown
from watcher.host.context import Context
from watcher.host.fleet import Fleet, named
from watcher.model.errors import EngineError, EngineUnavailable, NoAnswer, NoSuchContainer, WatcherError
from watcher.model.json_object import Json
from watcher.swarm import status as swarm
from watcher.swarm.named import service_named
from watcher.swarm.reading import Reader
from watcher.swarm.spec import Service
from watcher.update.sequencer import Turns
from watcher.web.engine_daemons import EngineDaemon, EngineDaemons
from watcher.web.engine_status import EngineStatus

_LIMIT_S = 8.0  # for each of several: a scraper, and a person before a page, gives up after ten

T = TypeVar("T")


class ServedEngine:
    """An engine as the listener serves it.

    Args:
        context: The engine.
        daemon: Gives the daemon that it has just now, and shares turns and slots with what is done here.

    Attributes:
        name: What people call it.
        prefix: What they put before names, where there are several.
        events: Where it is told what happens.
        seen: What its events told.
    """

    def __init__(self, context: Context, daemon: Callable[[], EngineDaemon]) -> None:
        self.name, self.prefix = context.engine_name, context.prefix
        self.events = context.events
        self.seen = EngineStatus()
        self._daemon = daemon
        self._identity = ""

    @property
    def context(self) -> Context:
        """The engine, what is known, and that it is the API that asks."""
        return evolve(self._daemon().context, by="api")

    @property
    def turns(self) -> Turns:
        """Which container waits for which, of those that the daemon updates."""
        return self._daemon().turns

    @property
    def reader(self) -> Reader:
        """Reads services, and may ask registries for it."""
        return self._daemon().services.reader.for_updates(self.context)

    async def identity(self) -> str:
        """The engine's id; of an engine that is away the id that it had.

        Raises:
            EngineError: The engine is away, and was never here.
        """
        if self.seen.is_engine_up or not self._identity:
            self._identity = await self.context.engine.identity()
        return self._identity

    async def known_identity(self) -> str:
        """The engine's id as `identity` gives it; empty where nobody can say."""
        if not (self.seen.is_engine_up or self._identity):
            return ""
        try:
            async with asyncio.timeout(_LIMIT_S):
                return await self.identity()
        except (EngineError, TimeoutError):
            return self._identity

    async def listed(self) -> list[Shown]:
        """The containers and services that opted in; no registry is asked for it."""
        context = self.context
        return [
            *await status.listed(context),
            *await swarm.listed(context, self.reader.for_looks(context)),
        ]

    async def row(self, name: str, judge: Judge = checks.judged) -> Shown:
        """What is said of the container, or else the service, of a name.

        Raises:
            WatcherError: There is none, or it cannot be judged.
        """
        context = self.context
        ((_, answer),) = await status.check(context, [name], judge)
        if isinstance(answer, NoSuchContainer) and (said := await service_named(context, name)):
            return await swarm.row_of(self._reader(said, asks=judge is not checks.judged), said)
        if isinstance(answer, WatcherError):
            raise answer
        return answer

    def _reader(self, said: Json, *, asks: bool) -> Reader:
        """Reads one service: by what its registry says now, or said last."""
        reader = self.reader
        if not asks:
            return reader.for_looks(reader.context)
        reader.forget_tag(Service(said))
        return reader


class ServedEngines:
    """All engines as the listener serves them.

    Args:
        fleet: The engines.
        engines: Their daemons.
    """

    def __init__(self, fleet: Fleet, engines: EngineDaemons) -> None:
        self._fleet = fleet
        self._engines = engines
        self.all = tuple(self._served(each) for each in fleet.contexts)

    def _served(self, context: Context) -> ServedEngine:
        return ServedEngine(context, lambda: self._engines.daemon(context.engine_name))

    @property
    def first(self) -> ServedEngine:
        """The one named first: what belongs to none of them, or to all, is asked of it."""
        return self.all[0]

    @property
    def is_alone(self) -> bool:
        """Whether there is one only, and no need to name it."""
        return self._fleet.is_alone

    @property
    def next_pull(self) -> float:
        """When all tags are asked for next, in seconds since the epoch; 0 is not known."""
        return self._engines.next_pull

    async def meant(self, text: str) -> tuple[ServedEngine, str]:
        """The engine of what a person calls so, and its name there.

        Raises:
            WatcherError: It is on none of them, or on several, or nobody can say.
        """
        if self.is_alone:
            return self.first, text
        rows = {} if "/" in text.strip("/") else await self._rows()
        gone = [each for each in self.all if not each.seen.is_engine_up and each.name not in rows]
        fleet = evolve(self._fleet, away={each.name: EngineUnavailable(_why_away(each)) for each in gone})
        context, name = await fleet.one(text, rows)
        return next(each for each in self.all if each.name == context.engine_name), name

    async def asked(self, text: str, ask: Callable[[ServedEngine, str], Awaitable[T]]) -> T:
        """Ask the engine of what a person calls so; errors name it, where there are several.

        Raises:
            WatcherError: It is on none of them, or what asking raised.
        """
        served, name = await self.meant(text)
        with named(served.context):
            return await ask(served, name)

    async def of_each(self, ask: Callable[[ServedEngine], Awaitable[T]]) -> list[tuple[ServedEngine, T]]:
        """What each engine says; of several, those that are gone, hang or refuse are left out.

        Raises:
            EngineError: None of them says anything.
        """
        if self.is_alone:
            return [(self.first, await ask(self.first))]
        answers = await asyncio.gather(*(_said(each, ask) for each in self.all))
        found = [
            (each, answer[0])
            for each, answer in zip(self.all, answers, strict=True)
            if not isinstance(answer, EngineError)
        ]
        if not found and isinstance(error := answers[0], EngineError):
            raise error
        return found

    async def listed(self) -> list[Shown]:
        """What opted in, on all of them."""
        return [row for _, rows in await self.of_each(ServedEngine.listed) for row in rows]

    async def _rows(self) -> dict[str, list[Json]]:
        async def ask(served: ServedEngine) -> list[Json]:
            return await served.context.engine.containers(stopped=True)

        return {served.name: rows for served, rows in await self.of_each(ask)}


async def _said(served: ServedEngine, ask: Callable[[ServedEngine], Awaitable[T]]) -> tuple[T] | EngineError:
    """What one of several says, or why it does not."""
    if not served.seen.is_engine_up:
        return _away(served)
    try:
        async with asyncio.timeout(_LIMIT_S):
            return (await ask(served),)
    except EngineError as error:
        return type(error)(f"{served.name}: {error.message}", advice=error.advice)
    except TimeoutError:
        return NoAnswer(f"{served.name}: no answer from the engine within {_LIMIT_S:.0f} s")
    except Exception as error:  # noqa: BLE001 - whatever one of them answers keeps nothing from the others
        served.events.failed("the listener", error)
        return EngineError(f"{served.name}: an error of this program over what it answers: {error!r}")


def _away(served: ServedEngine) -> EngineUnavailable:
    return EngineUnavailable(f"{served.name}: {_why_away(served)}")


def _why_away(served: ServedEngine) -> str:
    return served.seen.why_down or "the engine is not followed yet"

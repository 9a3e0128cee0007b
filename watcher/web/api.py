"""What can be read: the daemon, its containers and their history. Nothing here acts."""

import contextlib
from collections import Counter
from typing import Any

from aiohttp import web

from watcher import __version__
from watcher.check.records import moment, record
from watcher.check.verdict import Status
from watcher.model.errors import EngineError, WatcherError
from watcher.recovery.unrecorded import record_unrecorded
from watcher.swarm.deciding import CONTAINERS_AND_SERVICES
from watcher.web.engines import ServedEngine, ServedEngines
from watcher.web.guard import Access
from watcher.web.request_bodies import BadRequest
from watcher.web.routes import Route

CONTAINERS = "/api/v1/containers"
ONE = f"{CONTAINERS}/{{name}}"

_ROWS, _MOST_ROWS = 20, 1000


class Reading:
    """The routes of what can be read.

    Args:
        engines: The engines, and what is known.
    """

    def __init__(self, engines: ServedEngines) -> None:
        self._engines = engines
        rows = ("name", "last")
        self.routes = (
            _read("/api/v1/status", "How the daemon is, and how many containers are what.", self._status),
            _read(CONTAINERS, "All labelled containers and services.", self._all),
            _read(ONE, "One container, or service.", self._one),
            _read("/api/v1/history", "What became of updates, the newest first.", self._history, rows),
        )

    async def _status(self, _: web.Request) -> web.Response:
        engines = self._engines
        return web.json_response(
            {
                "version": __version__,
                "engines": [await _engine(each) for each in engines.all],
                "last_pull": moment(max(each.seen.last_pull for each in engines.all)),
                "next_pull": moment(engines.next_pull),
                "containers": await self._counts(),
            }
        )

    async def _counts(self) -> dict[str, int] | None:
        """How many containers have which verdict; None while no engine can be asked."""
        try:
            rows = await self._engines.listed()
        except EngineError:
            return None
        counted = Counter(row.verdict.status.value for row in rows)
        return {verdict.value: counted[verdict.value] for verdict in Status}

    async def _all(self, _: web.Request) -> web.Response:
        return web.json_response([record(row) for row in await self._engines.listed()])

    async def _one(self, request: web.Request) -> web.Response:
        return web.json_response(
            record(await self._engines.asked(request.match_info["name"], ServedEngine.row))
        )

    async def _history(self, request: web.Request) -> web.Response:
        last = _count(request.query.get("last", str(_ROWS)))
        engine, name, is_here = await self._whose(request.query.get("name", ""))
        history = self._engines.first.context.memory.history
        rows = await (history.last if is_here else history.known_as)(last, name, engine)
        return web.json_response(rows)

    async def _whose(self, text: str) -> tuple[str, str, bool]:
        """The id of an engine, the name there, and whether it is; of several none where the name says none.

        What was cut short meanwhile is recorded, as far as engines can be asked.
        """
        engines = self._engines
        if engines.is_alone:
            await record_unrecorded(engines.first.context)
            return await _there(engines.first, text)
        with contextlib.suppress(EngineError):
            await engines.of_each(lambda each: record_unrecorded(each.context))
        served = next((each for each in engines.all if text.startswith(each.prefix)), None)
        return await _there(served, text.removeprefix(served.prefix)) if served else ("", text, False)


async def _there(served: ServedEngine, text: str) -> tuple[str, str, bool]:
    """The id of an engine, what is called so there, and whether it is, as far as the engine can be asked."""
    engine = await served.identity()
    with contextlib.suppress(WatcherError):
        return engine, await CONTAINERS_AND_SERVICES.own_name(served.context, text), True
    return engine, text, False


async def _engine(served: ServedEngine) -> dict[str, Any]:
    seen = served.seen
    return {
        "name": served.name,
        "up": seen.is_engine_up,
        "last_look": moment(seen.last_look),
        "id": await served.known_identity() or None,
        "why": seen.why_down or None,
    }


def _read(path: str, about: str, handler: Any, query: tuple[str, ...] = ()) -> Route:
    return Route("GET", path, Access.READ, about, handler, query=query)


def _count(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 4 or not 0 < int(text) <= _MOST_ROWS:  # noqa: PLR2004
        raise BadRequest(f"last={text}: cannot be read", advice=f"give a number from 1 to {_MOST_ROWS}")
    return int(text)

"""What can be read: the daemon, its containers and their history. Nothing here acts."""

from collections import Counter
from typing import Any

from aiohttp import web

from watcher import __version__
from watcher.check import status
from watcher.check.records import moment, one, record
from watcher.check.verdict import Status
from watcher.host.context import Context
from watcher.model.errors import EngineError
from watcher.recovery.unrecorded import record_unrecorded
from watcher.web.bodies import BadRequest
from watcher.web.guard import Access
from watcher.web.routes import Route
from watcher.web.seen import Seen

CONTAINERS = "/api/v1/containers"
ONE = f"{CONTAINERS}/{{name}}"

_ROWS, _MOST_ROWS = 20, 1000


class Reading:
    """The routes of it.

    Args:
        context: The engine, and what is known.
        seen: What the daemon told.
    """

    def __init__(self, context: Context, seen: Seen) -> None:
        self._context = context
        self._seen = seen
        rows = ("name", "last")
        self.routes = (
            _read("/api/v1/status", "How the daemon is, and how many containers are what.", self._status),
            _read(CONTAINERS, "All labelled containers.", self._all),
            _read(ONE, "One container.", self._one),
            _read("/api/v1/history", "What became of updates, the newest first.", self._history, rows),
        )

    async def _status(self, _: web.Request) -> web.Response:
        seen = self._seen
        engine = {"name": self._context.engine_name, "up": seen.is_engine_up}
        return web.json_response(
            {
                "version": __version__,
                "engines": [engine | {"last_look": moment(seen.last_look)}],
                "last_pull": moment(seen.last_pull),
                "next_pull": moment(seen.next_pull),
                "containers": await self._counts(),
            }
        )

    async def _counts(self) -> dict[str, int] | None:
        """How many containers have which verdict; None while the engine cannot be asked."""
        try:
            rows = await status.listed(self._context)
        except EngineError:
            return None
        counted = Counter(row.verdict.status.value for row in rows)
        return {verdict.value: counted[verdict.value] for verdict in Status}

    async def _all(self, _: web.Request) -> web.Response:
        return web.json_response([record(row) for row in await status.listed(self._context)])

    async def _one(self, request: web.Request) -> web.Response:
        return web.json_response(await one(self._context, request.match_info["name"]))

    async def _history(self, request: web.Request) -> web.Response:
        last = _count(request.query.get("last", str(_ROWS)))
        await record_unrecorded(self._context)
        engine = await self._context.engine.identity()
        rows = await self._context.memory.history.last(last, request.query.get("name", ""), engine)
        return web.json_response(rows)


def _read(path: str, about: str, handler: Any, query: tuple[str, ...] = ()) -> Route:
    return Route("GET", path, Access.READ, about, handler, query=query)


def _count(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 4 or not 0 < int(text) <= _MOST_ROWS:  # noqa: PLR2004
        raise BadRequest(f"last={text}: cannot be read", advice=f"give a number from 1 to {_MOST_ROWS}")
    return int(text)

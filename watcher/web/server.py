"""The listener itself: aiohttp's server behind the guard, on an address or a Unix socket."""

import asyncio
import contextlib
import errno
import logging
import os
import socket
import stat
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, cast

from aiohttp import web

from watcher.config.listening import UNIX, host_and_port
from watcher.model.errors import WatcherError
from watcher.web import responses
from watcher.web.connections import Connection, Connections
from watcher.web.guard import Guard, Handler
from watcher.web.routes import Route, spelled
from watcher.web.tokens import BadListener

_BODY = 64 * 1024
_KEEP_ALIVE_S = 30.0
_END_S = 1.0
_SOCKET_MODE = 0o660

_SILENT = logging.getLogger("watcher.web")
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False

Failed = Callable[[Exception], None]


class Server:
    """Answers by a table of routes, from `open` to `close`.

    Args:
        routes: The table.
        guard: Who may ask for what.
        failed: Told of an error of ours.
    """

    def __init__(self, routes: Iterable[Route], guard: Guard, failed: Failed) -> None:
        app = web.Application(client_max_size=_BODY, middlewares=[_answered(failed)], logger=_SILENT)
        app.on_response_prepare.append(responses.make_safe)
        routes = [*routes]
        paths = [each.path for each in routes]
        for each in routes:
            handler = guard.protected(each.access, each.handler)
            allow = {"allow_head": False} if each.method == "GET" else {}
            getattr(app.router, f"add_{each.method.lower()}")(spelled(each.path, paths), handler, **allow)
        self._runner = web.AppRunner(
            app, access_log=None, keepalive_timeout=_KEEP_ALIVE_S, shutdown_timeout=_END_S, logger=_SILENT
        )
        self.connections: Connections | None = None
        self._server: asyncio.Server | None = None
        self._socket: tuple[Path, os.stat_result] | None = None

    async def open(self, listen: str, **limits: Any) -> None:
        """Listen; `limits` are those of `Connections`.

        Raises:
            BadListener: The address cannot be had.
        """
        await self._runner.setup()
        inner = cast("Callable[[], asyncio.Protocol]", self._runner.server)
        self.connections = Connections(inner, **limits)
        try:
            self._server = await self._bound(listen, self.connections)
        except OSError as error:
            await self._runner.cleanup()
            raise BadListener(
                f"cannot listen on {listen}: {error.strerror or error}", advice="choose another --listen"
            ) from error

    async def close(self) -> None:
        """Listen no more, and end what is open."""
        if self._server:
            self._server.close()
        await self._runner.cleanup()
        if self._socket:
            _remove(*self._socket)

    async def _bound(self, listen: str, make: Connections) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        if not listen.startswith(UNIX):
            return await loop.create_server(make, *host_and_port(listen))
        path = Path(listen.removeprefix(UNIX))
        _make_way(path)
        server = await loop.create_unix_server(make, str(path))
        self._socket = path, _identity(path)
        _let_the_group_in(path)
        return server


def _identity(path: Path) -> os.stat_result:
    """What tells our socket from a socket that another daemon makes in its place."""
    return path.lstat()


def _make_way(path: Path) -> None:
    """Remove the socket that a killed daemon left.

    Raises:
        OSError: Somebody listens on it.
    """
    with contextlib.suppress(FileNotFoundError):
        if stat.S_ISSOCK(path.lstat().st_mode):
            if _is_heard(path):
                raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))
            path.unlink()


def _is_heard(path: Path) -> bool:
    """Whether a process may listen on a socket, though it has no time to answer, or does not let us in."""
    with socket.socket(socket.AF_UNIX) as asking:
        asking.setblocking(False)
        return asking.connect_ex(str(path)) not in {errno.ECONNREFUSED, errno.ENOENT}


def _remove(path: Path, ours: os.stat_result) -> None:
    """Remove our socket, unless another one stands in its place."""
    with contextlib.suppress(OSError):
        if os.path.samestat(path.lstat(), ours):
            path.unlink()


def _let_the_group_in(path: Path) -> None:
    path.chmod(_SOCKET_MODE)


def _answered(failed: Failed) -> Any:
    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if connection := Connection.of(request):
            connection.asked()
        try:
            return await _answer(request, handler, failed)
        finally:
            if connection:
                connection.answered()

    return middleware


async def _answer(request: web.Request, handler: Handler, failed: Failed) -> web.StreamResponse:
    """Answer; whatever goes wrong is JSON."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        return responses.refused(error)
    except WatcherError as error:
        return responses.failed(error)
    except (ConnectionError, asyncio.CancelledError):
        raise
    except Exception as error:  # noqa: BLE001 - an error of ours is told, and the next request is answered
        failed(error)
        return responses.error(500, "an error of this program", "see the daemon's log")

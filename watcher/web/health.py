"""Whether the program lives, and whether the daemon follows the engine; told to everybody."""

import time

from aiohttp import web

from watcher.store.heartbeat import Pulse
from watcher.web.guard import Access
from watcher.web.routes import Route


class Health:
    """The routes of health; they say no more than yes or no.

    Args:
        pulse: Where the daemon tells its health.
    """

    def __init__(self, pulse: Pulse) -> None:
        self._pulse = pulse
        self.routes = (
            Route("GET", "/livez", Access.OPEN, "Whether the program answers.", _lives),
            Route("GET", "/readyz", Access.OPEN, "Whether the daemon follows the engine.", self._ready),
        )

    async def _ready(self, _: web.Request) -> web.Response:
        is_ready = time.monotonic() < self._pulse.until
        return web.Response(text="ok\n" if is_ready else "not ready\n", status=200 if is_ready else 503)


async def _lives(_: web.Request) -> web.Response:
    return web.Response(text="ok\n")

"""What happens, as it happens: stages, pulls, attempts, and each container of which there is news."""

import asyncio

from aiohttp import web

from watcher.web.engines import ServedEngines
from watcher.web.event_buffer import Behind, EventBuffer
from watcher.web.event_feed import EventFeed
from watcher.web.guard import Access
from watcher.web.routes import Route

_PATH = "/api/v1/events"
_QUIET_S = 15.0


class Events:
    """The route of it.

    Args:
        engines: The engines, and what is known.

    Attributes:
        feeds: What subscribes, for each engine in their order.
    """

    def __init__(self, engines: ServedEngines) -> None:
        self._buffer = EventBuffer()
        self.feeds = tuple(EventFeed(each, self._buffer) for each in engines.all)
        about = "What happens, as server-sent events: container, stage, pull, attempt."
        self.routes = (Route("GET", _PATH, Access.READ, about, self._stream),)

    async def end(self) -> None:
        """Tell no more."""
        for each in self.feeds:
            await each.end()

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        self._buffer.is_wanted = True
        number = self._buffer.after(request.headers.get("Last-Event-ID", ""))
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b": here\n\n")
        while True:
            try:
                async with asyncio.timeout(_QUIET_S):
                    text, number = await self._buffer.following(number)
            except TimeoutError:
                text = b": here\n\n"  # a proxy would take silence for the end
            except Behind:
                return response
            await response.write(text)

"""What Prometheus scrapes: what was counted, and what is so now."""

import asyncio
from collections.abc import Iterable

from aiohttp import web
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector, CollectorRegistry

from watcher.check import status
from watcher.host.context import Context
from watcher.model.errors import EngineError
from watcher.recovery.state import scenes
from watcher.web import gauges
from watcher.web.counts import Counts
from watcher.web.gauges import Family
from watcher.web.guard import Access
from watcher.web.routes import Route
from watcher.web.seen import Seen

PATH = "/metrics"
_LIMIT_S = 8.0  # Prometheus gives up after ten


class Metrics:
    """The route of it.

    Args:
        context: The engine, and what is known.
        seen: What the daemon told.

    Attributes:
        counts: What subscribes.
    """

    def __init__(self, context: Context, seen: Seen) -> None:
        self._context = context
        self._seen = seen
        self._one_at_a_time = asyncio.Lock()
        self.counts = Counts(context.engine_name)
        self.routes = (Route("GET", PATH, Access.METRICS, "What Prometheus scrapes.", self._scraped),)

    async def _scraped(self, _: web.Request) -> web.Response:
        found = [*gauges.of_daemon(self._seen, self._context.engine_name), *await self._containers()]
        now = CollectorRegistry()
        now.register(_Found(found))
        text = generate_latest(now) + generate_latest(self.counts.registry)
        return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})

    async def _containers(self) -> Iterable[Family]:
        """What the engine says; nothing while it cannot be asked, or hangs."""
        try:
            # One scrape at a time asks the engine: anybody may scrape what is public.
            async with asyncio.timeout(_LIMIT_S), self._one_at_a_time:
                rows = await status.listed(self._context)
                opened = scenes(await self._context.engine.containers(stopped=True))
        except (EngineError, TimeoutError):
            return ()
        self.counts.keep(gauges.registries(rows))
        return gauges.of_containers(rows, len(opened), self._context.engine_name)


class _Found(Collector):
    """Gives families that were found."""

    def __init__(self, families: list[Family]) -> None:
        self._families = families

    def collect(self) -> Iterable[Family]:
        return self._families

"""What Prometheus scrapes: what was counted, and what is so now."""

import asyncio
from collections.abc import Iterable

from aiohttp import web
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector, CollectorRegistry

from watcher.model.errors import EngineError
from watcher.recovery.open_names import open_names
from watcher.web import gauges
from watcher.web.counts import Counts
from watcher.web.engines import ServedEngine, ServedEngines
from watcher.web.gauges import Counted, Family
from watcher.web.guard import Access
from watcher.web.routes import Route

PATH = "/metrics"
_LIMIT_S = 9.0  # Prometheus gives up after ten, and one of several engines is left out after eight


class Metrics:
    """The route of it.

    Args:
        engines: The engines, and what is known.

    Attributes:
        counts: What subscribes.
    """

    def __init__(self, engines: ServedEngines) -> None:
        self._engines = engines
        self._one_at_a_time = asyncio.Lock()
        self.counts = Counts(each.name for each in engines.all)
        self.routes = (Route("GET", PATH, Access.METRICS, "What Prometheus scrapes.", self._scraped),)

    async def _scraped(self, _: web.Request) -> web.Response:
        seen = {each.name: each.seen for each in self._engines.all}
        now = CollectorRegistry()
        now.register(_Found([*gauges.of_daemon(seen), *await self._containers()]))
        text = generate_latest(now) + generate_latest(self.counts.registry)
        return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})

    async def _containers(self) -> Iterable[Family]:
        """What the engines say; nothing of an engine that cannot be asked, or hangs."""
        try:
            # One scrape at a time asks them: anybody may scrape what is public.
            async with asyncio.timeout(_LIMIT_S), self._one_at_a_time:
                found = [each for _, each in await self._engines.of_each(_counted)]
        except (EngineError, TimeoutError):
            return ()
        if len(found) == len(self._engines.all):
            self.counts.keep(gauges.registries(row for each in found for row in each.rows))
        return gauges.of_containers(found)


async def _counted(served: ServedEngine) -> Counted:
    rows = await served.listed()
    opened = open_names(await served.context.engine.containers(stopped=True))
    return Counted(served.name, rows, len(opened))


class _Found(Collector):
    """Gives families that were found."""

    def __init__(self, families: list[Family]) -> None:
        self._families = families

    def collect(self) -> Iterable[Family]:
        return self._families

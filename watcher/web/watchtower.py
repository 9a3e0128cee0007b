"""Watchtower's own API: an update of what its query names, and its metrics (`--watchtower`)."""

from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing

from aiohttp import web
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector, CollectorRegistry

from watcher.check.eligibility import UPDATES, For
from watcher.check.shown import Shown
from watcher.model.errors import EngineError, EngineUnavailable, WatcherError
from watcher.model.events import EngineGone, Event, PassBegan, PassEnded
from watcher.model.json_object import Json
from watcher.model.reference import readable
from watcher.model.update_events import AttemptEnded
from watcher.swarm import by_hand
from watcher.swarm.by_hand import Result
from watcher.update.request import Done, HeldBack, Request
from watcher.web.engines import ServedEngine, ServedEngines
from watcher.web.gauges import image_label
from watcher.web.guard import Access
from watcher.web.operations import Operations
from watcher.web.routes import Route

_FAILED = ("failed", "rolled back")


class Scans(Collector):
    """Counts what Watchtower counts of its scans: here of passes, of which one is that of all engines.

    Attributes:
        scanned: How many containers are looked after.
    """

    def __init__(self) -> None:
        self.scanned: int | None = None
        self._scans = self._updated = self._failed = 0
        self._open = set[str]()

    def take(self, engine: str, event: Event) -> None:
        """Take an event of an engine's."""
        if isinstance(event, PassBegan):
            self._began(engine)
        elif isinstance(event, PassEnded | EngineGone):
            self._open.discard(engine)
        elif isinstance(event, AttemptEnded):
            self._updated += event.attempt.outcome == "updated"
            self._failed += event.attempt.outcome in _FAILED

    def _began(self, engine: str) -> None:
        """Count a pass, unless another engine's part of it is under way."""
        if not self._open or engine in self._open:
            self._scans += 1
            self._updated = self._failed = 0
            self._open.clear()
        self._open.add(engine)

    def collect(self) -> Iterable[Metric]:
        """Give them, under Watchtower's names."""
        if self.scanned is not None:
            yield _metric("containers_scanned", "Containers looked at.", self.scanned)
        yield _metric("containers_updated", "Containers updated since the last pass began.", self._updated)
        yield _metric("containers_failed", "Updates that failed since the last pass began.", self._failed)
        yield _metric("scans_total", "Passes.", self._scans, "counter")
        yield _metric("scans_skipped", "Always 0: no pass is left out.", 0)


class WatchtowerApi:
    """The routes of Watchtower's own API.

    Args:
        engines: The engines, and what is known.
        operations: Where what is done is asked for.

    Attributes:
        scans: What subscribes.
    """

    def __init__(self, engines: ServedEngines, operations: Operations) -> None:
        self._engines = engines
        self._operations = operations
        self.scans = Scans()
        about = "Update what the query names, else all: `image`, `container`, separated by commas."
        query = ("image", "container")
        self.routes = (
            Route("POST", "/v1/update", Access.ACT, about, self._update, query=query),
            Route("GET", "/v1/metrics", Access.METRICS, "Metrics under Watchtower's names.", self._metrics),
        )

    async def _update(self, request: web.Request) -> web.Response:
        images, names = (_words(request.query.getall(key, [])) for key in ("image", "container"))
        rows = [row for row in await self._engines.listed() if row.is_carried_out]
        if images or names:
            chosen, unpulled = [row for row in rows if _is_meant(row, images, names)], frozenset[str]()
        else:
            chosen, unpulled = unnamed(rows)
        return self._operations.begun("Watchtower's update", self._updated(chosen, unpulled))

    async def _updated(self, rows: list[Shown], unpulled: frozenset[str]) -> Json:
        """Update containers in their order; a failed one keeps only its dependents from their updates.

        Args:
            rows: The containers.
            unpulled: The names of the containers that take only an image that is here.
        """
        found = dict.fromkeys(("scanned", "updated", "failed"), 0)
        for served in self._engines.all:
            if not (names := [row.name for row in rows if row.engine == served.name]):
                continue
            async with aclosing(_updates(served, names, unpulled)) as results:
                async for _, result in results:
                    found["scanned"] += 1
                    found["updated"] += (
                        not isinstance(result, WatcherError | HeldBack) and result.done is Done.UPDATED
                    )
                    found["failed"] += isinstance(result, WatcherError)
        return {"summary": found}

    async def _metrics(self, _: web.Request) -> web.Response:
        try:
            self.scans.scanned = len(await self._engines.listed())
        except EngineError:
            self.scans.scanned = None
        registry = CollectorRegistry()
        registry.register(self.scans)
        headers = {"Content-Type": CONTENT_TYPE_PLAIN_0_0_4}
        return web.Response(body=generate_latest(registry), headers=headers)


def unnamed(rows: Iterable[Shown]) -> tuple[list[Shown], frozenset[str]]:
    """The containers to update where none was named: all but those that want an approval and have none.

    Returns:
        These, and the names of those that no tag is pulled for: the approved image is here, and a pull might
        bring another one.
    """
    chosen = [
        row for row in rows if row.mode != "approve" or (row.verdict.status in UPDATES and _is_approved(row))
    ]
    return chosen, frozenset(row.name for row in chosen if row.mode == "approve")


def _is_approved(row: Shown) -> bool:
    return all(wait.cause is not For.APPROVAL for wait in row.waits)


async def _updates(
    served: ServedEngine, names: list[str], unpulled: frozenset[str]
) -> AsyncGenerator[tuple[str, Result], None]:
    """Update the containers of these names on one engine; of an engine that is away nothing else is said."""
    reader = served.reader
    try:
        request = Request(pull=True, unpulled=unpulled)
        updates = by_hand.update(reader.context, names, request, served.turns, reader)
        async with aclosing(updates) as results:
            async for each in results:
                yield each
    except EngineUnavailable as error:
        for name in names[:1]:
            yield name, error


def _is_meant(row: Shown, images: list[str], names: list[str]) -> bool:
    return not {row.name, row.called}.isdisjoint(names) or any(_is_of(row, image) for image in images)


def _is_of(row: Shown, image: str) -> bool:
    """Whether a container follows an image; an image named without a tag is meant with each of its tags."""
    ref, meant = readable(image_label(row)), readable(image)
    if not ref or not meant:
        return False
    has_tag = ":" in image.rpartition("/")[2]
    return ref.repository == meant.repository and (ref.tag == meant.tag or not has_tag)


def _words(texts: Iterable[str]) -> list[str]:
    return [word.strip() for text in texts for word in text.split(",") if word.strip()]


def _metric(name: str, about: str, value: float, kind: str = "gauge") -> Metric:
    full = f"watchtower_{name}"
    metric = Metric(full.removesuffix("_total"), about, kind)
    metric.add_sample(full, {}, value)
    return metric

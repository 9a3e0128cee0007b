"""What is so now, as Prometheus gauges: read at each scrape, so that what is gone leaves no series behind."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping

from prometheus_client.core import GaugeMetricFamily

from watcher import __version__
from watcher.check.eligibility import UPDATES
from watcher.check.shown import Shown
from watcher.check.verdict import Status
from watcher.model.reference import is_image_id, readable
from watcher.model.values import frozen
from watcher.web.engine_status import EngineStatus

Family = GaugeMetricFamily


@frozen
class Counted:
    """What was found on an engine.

    Attributes:
        engine: What people call it.
        rows: Its containers and services.
        opened: How many updates are under way, or cut short.
    """

    engine: str
    rows: list[Shown]
    opened: int


def of_daemon(seen: Mapping[str, EngineStatus]) -> Iterator[Family]:
    """What the daemon's own events tell, by engine; a moment that has not come yet is left out."""
    build = _family("build_info", "The version, as a label.", ("version",))
    build.add_metric([__version__], 1)
    yield build
    up = _family("engine_up", "Whether the engine is followed.", ("engine",))
    looks = _family("last_look_timestamp_seconds", "When all containers were looked at last.", ("engine",))
    for engine, each in seen.items():
        up.add_metric([engine], each.is_engine_up)
        if each.last_look:
            looks.add_metric([engine], each.last_look)
    yield up
    yield looks
    if last := max(each.last_pull for each in seen.values()):
        pulls = _family("last_pull_timestamp_seconds", "When all tags were asked for last.", ())
        pulls.add_metric([], last)
        yield pulls


def of_containers(found: Collection[Counted]) -> Iterator[Family]:
    """What the engines' containers are; of an unknown one nothing says whether it has an update."""
    opened = _family("open_updates", "Updates under way, or cut short.", ("engine",))
    containers = _family("containers", "What opted in, by verdict.", ("engine", "verdict"))
    available = _family(
        "container_update_available", "Whether there is an update.", ("engine", "container", "image")
    )
    for each in found:
        opened.add_metric([each.engine], each.opened)
        counted = Counter(row.verdict.status for row in each.rows)
        for status in Status:
            containers.add_metric([each.engine, status.value], counted[status])
        for row in each.rows:
            if row.verdict.status is not Status.UNKNOWN:
                is_due = row.verdict.status in UPDATES
                available.add_metric([each.engine, row.name, image_label(row)], is_due)
    yield from (opened, containers, available)


def image_label(row: Shown) -> str:
    """The reference that a container follows, without a digest; empty where it is an id."""
    name = row.image.partition("@")[0]
    return "" if is_image_id(name, row.verdict.running) else name


def registries(rows: Iterable[Shown]) -> set[str]:
    """The registries that containers follow tags of."""
    refs = (readable(image_label(row)) for row in rows)
    return {ref.domain for ref in refs if ref}


def _family(name: str, about: str, labels: tuple[str, ...]) -> Family:
    return GaugeMetricFamily(f"ctr_updater_{name}", about, labels=labels)

"""What is so now, as Prometheus gauges: read at each scrape, so that what is gone leaves no series behind."""

from collections import Counter
from collections.abc import Iterable, Iterator

from prometheus_client.core import GaugeMetricFamily

from watcher import __version__
from watcher.check.eligibility import UPDATES
from watcher.check.status import Shown
from watcher.check.verdict import Status
from watcher.model.reference import is_hexadecimal, readable
from watcher.web.seen import Seen

Family = GaugeMetricFamily


def of_daemon(seen: Seen, engine: str) -> Iterator[Family]:
    """What the daemon's own events tell; a moment that has not come yet is left out."""
    yield _gauge("build_info", "The version, as a label.", {"version": __version__}, 1)
    yield _gauge("engine_up", "Whether the engine is followed.", {"engine": engine}, seen.is_engine_up)
    if seen.last_look:
        about = "When all containers were looked at last."
        yield _gauge("last_look_timestamp_seconds", about, {"engine": engine}, seen.last_look)
    if seen.last_pull:
        yield _gauge("last_pull_timestamp_seconds", "When all tags were asked for last.", {}, seen.last_pull)


def of_containers(rows: Iterable[Shown], opened: int, engine: str) -> Iterator[Family]:
    """What an engine's containers are; of one that is unknown nobody says whether it has an update."""
    rows = list(rows)
    yield _gauge("open_updates", "Updates under way, or cut short.", {"engine": engine}, opened)
    containers = _family("containers", "Containers that opted in, by verdict.", ("engine", "verdict"))
    counted = Counter(row.verdict.status for row in rows)
    for status in Status:
        containers.add_metric([engine, status.value], counted[status])
    yield containers
    available = _family(
        "container_update_available", "Whether there is an update.", ("engine", "container", "image")
    )
    for row in rows:
        if row.verdict.status is not Status.UNKNOWN:
            available.add_metric([engine, row.name, image_label(row)], row.verdict.status in UPDATES)
    yield available


def image_label(row: Shown) -> str:
    """The reference that a container follows, without a digest; empty where it is an id."""
    name = row.image.partition("@")[0]
    running = row.verdict.running.removeprefix("sha256:")
    is_id = name.startswith("sha256:") or (is_hexadecimal(name) and running.startswith(name))
    return "" if is_id else name


def registries(rows: Iterable[Shown]) -> set[str]:
    """The registries that containers follow tags of."""
    refs = (readable(image_label(row)) for row in rows)
    return {ref.domain for ref in refs if ref}


def _gauge(name: str, about: str, labels: dict[str, str], value: float) -> Family:
    family = _family(name, about, tuple(labels))
    family.add_metric(list(labels.values()), value)
    return family


def _family(name: str, about: str, labels: tuple[str, ...]) -> Family:
    return GaugeMetricFamily(f"ctr_updater_{name}", about, labels=labels)

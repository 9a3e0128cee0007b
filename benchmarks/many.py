"""Many updates at once: slow stops side by side, and fifty stale containers against the bare API."""

import contextlib
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Unpack

from attrs import field, frozen

from benchmarks.ground import IDLE, Bench, bench, options, table
from tests.bed.images import Options

SLOW: Options = {"cmd": "trap 'sleep 3; exit 0' TERM; sleep 1000000 & wait"}
STABLE_S = 0.3

Updates = Callable[[list[str]], "tuple[Watched, float]"]


@frozen
class Watched:
    """What the engine told of the containers' ends and starts.

    Attributes:
        down: The seconds from each container's end to the start of its successor.
        at_once: How many were down at the same time, at the worst.
        took: The seconds from the beginning to the last start.
    """

    down: list[float] = field(factory=list)
    at_once: int = 0
    took: float = 0.0


def owner(event: dict[str, Any]) -> str:
    """The name that the container of an event has, or had before it was set aside."""
    return (
        str(event["Actor"]["Attributes"].get("name", "")).partition(".ctr-updater-")[0].partition("-bare")[0]
    )


def summary(seen: list[dict[str, Any]], began: float) -> Watched:
    """Pair each container's end with the start that follows."""
    ended: dict[str, float] = {}
    down, worst, last = [], 0, began
    for event in seen:
        moment = event["timeNano"] / 1e9
        if event["Action"] == "die":
            ended[owner(event)] = moment
            worst = max(worst, len(ended))
        elif event["Action"] == "start" and owner(event) in ended:
            down.append(moment - ended.pop(owner(event)))
            last = moment
    return Watched(down, worst, last - began)


@contextlib.contextmanager
def events(made: Bench) -> Iterator[list[dict[str, Any]]]:
    """Collect the engine's events until the context is left."""
    seen: list[dict[str, Any]] = []
    with made.stack.events(timeout=600) as stream:
        reader = threading.Thread(target=_collect, args=(stream, seen), daemon=True)
        reader.start()
        yield seen
        made.stack.tag("app0:1", "end:1")
        reader.join(30)


def _collect(stream: Iterator[dict[str, Any]], seen: list[dict[str, Any]]) -> None:
    for event in stream:
        if event.get("Action") == "tag" and event["Actor"]["Attributes"]["name"] == "end:1":
            return
        if event.get("Type") == "container":
            seen.append(event)


def by_daemon(
    made: Bench, names: list[str], *arguments: object, **image: Unpack[Options]
) -> tuple[Watched, float]:
    """Let the daemon update all of them; what was seen, and the seconds until the last line."""
    daemon = made.daemon(*arguments)
    with events(made) as seen:
        began, clock = time.time(), time.perf_counter()
        made.stack.image("app0:1", marker="new", **image)
        for name in names:
            daemon.wait("container updated", container=name, timeout=300)
        took = time.perf_counter() - clock
    daemon.stop()
    return summary(seen, began), took


def by_hand(made: Bench, names: list[str], concurrency: int) -> tuple[Watched, float]:
    """The same calls in the same order, with nothing in between but the wait for the proof."""
    made.stack.image("app0:1", marker="new", **IDLE)
    with events(made) as seen, ThreadPoolExecutor(concurrency) as pool:
        began, clock = time.time(), time.perf_counter()
        list(pool.map(lambda name: _replace(made, name), names))
        took = time.perf_counter() - clock
    return summary(seen, began), took


def _replace(made: Bench, name: str) -> None:
    api = made.engine.api
    new = api("POST", f"/containers/create?name={name}-bare-new", {"Image": "app0:1"})[1]["Id"]
    api("POST", f"/containers/{name}/stop")
    api("POST", f"/containers/{name}/rename?name={name}-bare-old")
    api("POST", f"/containers/{new}/rename?name={name}")
    api("POST", f"/containers/{new}/start")
    time.sleep(STABLE_S)
    api("DELETE", f"/containers/{name}-bare-old")


def measured(made: Bench, count: int, do: Updates, **image: Unpack[Options]) -> tuple[Watched, float]:
    """Make a fleet, let it be updated, and remove it."""
    found = do(made.fleet(count, **image))
    made.clear()
    return found


def slow_stops(made: Bench) -> list[list[object]]:
    """Stops of 3 s side by side: the slowest alone is the floor."""

    def do(names: list[str]) -> tuple[Watched, float]:
        return by_daemon(made, names, **SLOW)

    _, alone = measured(made, 1, do, **SLOW)
    _, together = measured(made, 5, do, **SLOW)
    return [["5 that need 3 s to stop: all / one alone", f"{together / alone:.2f}", "1.15"]]


def stale(made: Bench, count: int, concurrency: int) -> list[list[object]]:
    """Many stale ones, nothing slow in them: against one alone, and against the bare calls."""

    def do(names: list[str]) -> tuple[Watched, float]:
        return by_daemon(made, names, "--concurrency", concurrency, **IDLE)

    alone, _ = measured(made, 1, do)
    bare, bare_took = measured(made, count, lambda names: by_hand(made, names, concurrency))
    all_of_them, took = measured(made, count, do)
    outage, single = statistics.median(all_of_them.down), statistics.median(alone.down)
    return [
        [f"{count} stale: down at once", all_of_them.at_once, concurrency],
        ["median outage / that of a single update", f"{outage / single:.2f}", 4],
        ["longest outage / that of a single update", f"{max(all_of_them.down) / single:.2f}", "-"],
        ["median outage / that of the bare calls", f"{outage / statistics.median(bare.down):.2f}", "-"],
        [f"wall time / the bare calls, {concurrency} at once", f"{took / bare_took:.2f}", "1.3"],
    ]


def main() -> None:
    """Measure, and print."""
    parser = options(__doc__)
    parser.add_argument("--containers", type=int, default=50)
    parser.add_argument("--concurrency", type=int, default=8)
    chosen = parser.parse_args()
    with bench(chosen.engine) as made:
        rows = slow_stops(made) + stale(made, chosen.containers, chosen.concurrency)
    table(["what", "ratio", "at most"], rows)


if __name__ == "__main__":
    main()

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
from tests.testbed.images import Options

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
    made: Bench, names: list[str], *arguments: object, host: str = "", **image: Unpack[Options]
) -> tuple[Watched, float]:
    """Let the daemon update all of them; what was seen, and the seconds until the last line.

    It is given the engine's own socket, as the bare calls are: the proxy takes time of its own.
    """
    daemon = made.daemon(*arguments, DOCKER_HOST=host or made.engine.host)
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


def slow_stops(made: Bench, rounds: int) -> list[list[object]]:
    """Stops of 3 s side by side: the slowest alone is the floor."""

    def do(names: list[str]) -> tuple[Watched, float]:
        return by_daemon(made, names, **SLOW)

    ratios = []
    for _ in range(rounds):
        _, alone = measured(made, 1, do, **SLOW)
        _, together = measured(made, 5, do, **SLOW)
        ratios.append(together / alone)
    return [["5 that need 3 s to stop: all / one alone", *spread(ratios), "1.15"]]


@frozen
class Round:
    """One turn of each way.

    Attributes:
        alone: A single update.
        bare: All of them, by the bare calls, and the seconds that those took.
        ours: All of them, by the daemon.
    """

    alone: Watched
    bare: tuple[Watched, float]
    ours: tuple[Watched, float]

    @property
    def outage(self) -> float:
        """The median seconds that one was down."""
        return statistics.median(self.ours[0].down)

    @property
    def single(self) -> float:
        """The same of the single update."""
        return statistics.median(self.alone.down)


def stale(made: Bench, count: int, concurrency: int, rounds: int) -> list[list[object]]:
    """Many stale ones, nothing slow in them: against one alone, and against the bare calls."""

    def do(names: list[str]) -> tuple[Watched, float]:
        return by_daemon(made, names, "--concurrency", concurrency, **IDLE)

    def bare(names: list[str]) -> tuple[Watched, float]:
        return by_hand(made, names, concurrency)

    turns = [
        Round(measured(made, 1, do)[0], measured(made, count, bare), measured(made, count, do))
        for _ in range(rounds)
    ]
    worst = max(each.ours[0].at_once for each in turns)
    longest = [max(each.ours[0].down) / each.single for each in turns]
    against_bare = [each.outage / statistics.median(each.bare[0].down) for each in turns]
    wall = [each.ours[1] / each.bare[1] for each in turns]
    return [
        [f"{count} stale: down at once", worst, "-", concurrency],
        ["median outage / that of a single update", *spread([e.outage / e.single for e in turns]), 4],
        ["longest outage / that of a single update", *spread(longest), "-"],
        ["median outage / that of the bare calls", *spread(against_bare), "-"],
        [f"wall time / the bare calls, {concurrency} at once", *spread(wall), "1.3"],
    ]


def calls(made: Bench, count: int, concurrency: int) -> list[object]:
    """What an update asks of the engine; the daemon's looks meanwhile are counted in."""
    names = made.fleet(count)
    made.proxy.calls.clear()
    by_daemon(made, names, "--concurrency", concurrency, host=made.proxy.host, **IDLE)
    made.clear()
    return [
        f"calls to the engine per update, {count} stale",
        f"{len(made.proxy.calls) / count:.0f}",
        "-",
        "-",
    ]


def spread(ratios: list[float]) -> tuple[str, str]:
    """The median, and the lowest and the highest."""
    return f"{statistics.median(ratios):.2f}", f"{min(ratios):.2f} to {max(ratios):.2f}"


def main() -> None:
    """Measure, and print."""
    parser = options(__doc__)
    parser.add_argument("--containers", type=int, default=50)
    parser.add_argument("--concurrency", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3, help="in which all ways take turns")
    chosen = parser.parse_args()
    count, concurrency, rounds = chosen.containers, chosen.concurrency, chosen.rounds
    with bench(chosen.engine) as made:
        # First of all: a daemon also asks about each container that is in its notes and is gone.
        asked = [calls(made, few, concurrency) for few in (1, count)]
        rows = slow_stops(made, rounds) + stale(made, count, concurrency, rounds) + asked
    table(["what", "median", "rounds", "at most"], rows)


if __name__ == "__main__":
    main()

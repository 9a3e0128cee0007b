"""From a local tag's move to the daemon's first changing call on the engine.

From the moment before `POST /images/{id}/tag` is sent to the moment at which `POST /containers/create`
arrives: so the engine's own work of moving the tag is in it, and stands beside it.
"""

import statistics
import threading
import time

from benchmarks.ground import IDLE, Bench, bench, options, table
from tests.testbed import faults


def moved(made: Bench, tag: int, image: str) -> tuple[float, float]:
    """Move a tag; the seconds until the create, and those that the move itself took."""
    arrived: list[float] = []
    there = threading.Event()

    def note() -> None:
        arrived.append(time.perf_counter())
        there.set()

    made.proxy.arm(faults.run(note, then=faults.passing), match="^POST /containers/create")
    began = time.perf_counter()
    made.engine.api("POST", f"/images/{image}/tag?repo=app{tag}&tag=1")
    took = time.perf_counter() - began
    if not there.wait(60):
        raise TimeoutError("no container was created")
    return arrived[0] - began, took


def measure(made: Bench, count: int, rounds: int) -> tuple[list[float], list[float]]:
    """Move one tag after the other; the latencies, and the times of the moves alone."""
    made.fleet(count, tags=count)
    image = made.stack.image("next:1", marker="new", **IDLE)
    daemon = made.daemon()
    latencies, moves = [], []
    for tag in range(rounds):
        latency, move = moved(made, tag, image)
        daemon.wait("container updated", container=f"c{tag}")
        latencies.append(latency)
        moves.append(move)
    daemon.stop()
    made.clear()
    return latencies, moves


def main() -> None:
    """Measure, and print."""
    parser = options(__doc__)
    parser.add_argument("--containers", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=30)
    chosen = parser.parse_args()
    with bench(chosen.engine) as made:
        latencies, moves = measure(made, chosen.containers, chosen.rounds)
    middle = statistics.median(latencies)
    table(
        [
            "labelled containers",
            "tag moves",
            "median",
            "slowest",
            "of it the engine's own move",
            "target (median)",
        ],
        [
            [
                chosen.containers,
                len(latencies),
                f"{middle * 1000:.0f} ms",
                f"{max(latencies) * 1000:.0f} ms",
                f"{statistics.median(moves) * 1000:.0f} ms",
                "100 ms",
            ]
        ],
    )


if __name__ == "__main__":
    main()

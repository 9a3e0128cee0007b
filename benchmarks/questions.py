"""What an update costs more for asking beforehand whether its requests would be let pass.

Updates that ask and updates that do not take turns, each through the proxy that counts; the one is compared
with the other of the same turn.
"""

import itertools
import statistics
import time

from attrs import frozen

from benchmarks.ground import IDLE, Bench, bench, options, table
from tests.integration.daemon.conftest import ENVIRON

# Starts the command without what asks.
UNASKED = """
from watcher.cli.main import main
from watcher.update import attempt

async def nothing(*_): ...

attempt.refuse_forbidden = nothing
main()
"""
ASKING = ("-m", "watcher")


@frozen
class Cost:
    """What one update took.

    Attributes:
        seconds: From the command's start to its end.
        calls: Requests to the engine, but for the questions.
        questions: Those.
    """

    seconds: float
    calls: int
    questions: int


def update(made: Bench, way: tuple[str, ...], marker: str) -> Cost:
    """Move the tag, and update the container."""
    made.stack.image("app0:1", marker=marker, **IDLE)
    made.proxy.calls.clear()
    made.proxy.questions.clear()
    environ = ENVIRON | {"DOCKER_HOST": made.proxy.host, "CTR_UPDATER_STABLE_FOR": "0s"}
    began = time.monotonic()
    done = made.commands(made.python, *way, "update", "--no-pull", "c0", env=environ)
    if done.code:
        raise RuntimeError(done.err)
    return Cost(time.monotonic() - began, len(made.proxy.calls), len(made.proxy.questions))


def main() -> None:
    """Measure, and print."""
    parser = options(__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    chosen = parser.parse_args()
    markers = itertools.cycle(["new", "old"])
    with bench(chosen.engine) as made:
        made.fleet(1)
        turns = [
            (update(made, ASKING, next(markers)), update(made, ("-c", UNASKED), next(markers)))
            for _ in range(chosen.rounds)
        ]
        made.clear()
    asked, unasked = turns[-1]
    ratio = statistics.median(first.seconds / second.seconds for first, second in turns)
    rows = [
        ("requests of one update", unasked.calls),
        ("questions beforehand, in one round", asked.questions),
        ("an update that asks / one that does not, elapsed", f"{ratio:.2f}"),
    ]
    table(["what", "measured"], rows)


if __name__ == "__main__":
    main()

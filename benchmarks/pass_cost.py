"""What a pass over many containers of one tag costs the engine and the registry with nothing to do."""

import time

from benchmarks.ground import IDLE, Bench, bench, options, table
from tests.integration.daemon.apps import OPT_IN
from tests.integration.daemon.conftest import ENVIRON
from tests.testbed.faults import run
from tests.testbed.processes import wait_until
from tests.testbed.registry import PrivateRegistry

PULL = "/images/create"
ROUNDS = 4


def pulls(made: Bench) -> int:
    """How many pulls there were."""
    return sum(call.path == PULL for call in list(made.proxy.calls))


def fleet(made: Bench, registry: PrivateRegistry, count: int) -> None:
    """Make containers that follow one tag, the one in the registry."""
    reference = f"{registry.address}/app:1"
    made.stack.image(reference, marker="old", **IDLE)
    made.engine.docker("push", reference)
    made.engine.docker("pull", reference)  # what was only pushed costs a manifest more the first time
    for number in range(count):
        made.stack.create(reference, *OPT_IN, name=f"c{number}")


def once(made: Bench, registry: PrivateRegistry, count: int, knows: str) -> list[object]:
    """A pass from a process's start to its end; `knows` says what it finds in its state directory."""
    made.proxy.calls.clear()
    before, began = len(registry.requests()), time.perf_counter()
    code = made.commands("watcher", "run", "--once", env=ENVIRON | {"DOCKER_HOST": made.proxy.host}).code
    took = time.perf_counter() - began
    return [
        f"`--once` (exit {code}), {knows}",
        count,
        pulls(made),
        len(made.proxy.calls) - pulls(made),
        len(registry.requests()) - before,
        f"{took:.2f} s",
    ]


def timed(made: Bench, registry: PrivateRegistry, count: int) -> list[object]:
    """The passes of the timer, without the first: from one pull to the next."""
    seen: list[tuple[int, int]] = []

    def note() -> None:
        seen.append((len(made.proxy.calls), len(registry.requests())))

    made.proxy.arm(run(note, lambda _: None), match=PULL, times=10_000)
    daemon = made.daemon("--interval", "3s")
    wait_until(lambda: len(seen) > ROUNDS, "the last pull")
    daemon.stop()
    made.proxy.disarm()
    others, asked = ((last - first) / ROUNDS for first, last in zip(seen[0], seen[ROUNDS], strict=True))
    return ["of the timer", count, 1, f"{others - 1:.1f}", f"{asked:.1f}", "-"]


def main() -> None:
    """Measure, and print."""
    chosen = options(__doc__).parse_args()
    rows = []
    for count in (50, 200):
        with PrivateRegistry() as registry, bench(chosen.engine) as made:
            fleet(made, registry, count)
            rows += [once(made, registry, count, knows) for knows in ("its first", "a later one")]
            rows.append(timed(made, registry, count))
            made.clear()
    rows.append(["target", "", 1, "at most 5", "at most 2", ""])
    table(
        ["pass", "containers", "pulls", "other calls to the engine", "requests to the registry", "time"], rows
    )


if __name__ == "__main__":
    main()

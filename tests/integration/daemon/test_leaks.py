"""What a daemon holds does not grow with what it has done.

$LEAK_UPDATES updates (40 without).
"""

import os
import resource
import signal
from pathlib import Path

import pytest

from tests.integration.apps import App
from tests.integration.daemon.apps import LOCAL, OPT_IN
from tests.integration.daemon.conftest import Line, Running, Start
from tests.integration.registry.live.front import Forward
from tests.testbed.badregistry import BadRegistry, Hang
from tests.testbed.cli import Commands
from tests.testbed.processes import wait_until
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

UPDATES = int(os.environ.get("LEAK_UPDATES", "40"))
TOGETHER = 4
FEW_FILES = 48
GROWTH_KB = 8192  # beside a leak of 30 KB per update, over 500 of them


def held(daemon: Running) -> Line:
    """What the daemon holds now."""
    daemon.send(signal.SIGUSR1)
    return daemon.wait("held")


def settled(daemon: Running, before: Line) -> Line:
    """What it holds once what ends by itself has ended; a leak does not, and fails here."""
    found = list[Line]()

    def is_no_more() -> bool:
        found.append(held(daemon))
        return all(found[-1][key] <= before[key] for key in ("files", "tasks"))

    wait_until(is_no_more, f"no more than {before}")
    return found[-1]


class Fleet:
    """Containers that follow one tag, which goes to and fro between two images.

    Attributes:
        apps: They.
    """

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._markers = [stack.name(f"marker{number}:1") for number in range(2)]
        for number, image in enumerate(self._markers):
            stack.image(image, marker=str(number))
        self._tag = stack.name("app:1")
        stack.tag(self._markers[0], self._tag)
        names = [stack.name(f"web{number}") for number in range(TOGETHER)]
        old = stack.image_id(self._tag)
        self.apps = [App(name, stack.run(self._tag, *LOCAL, name=name), self._tag, old) for name in names]

    def update(self, daemon: Running, rounds: int) -> None:
        """Have them all updated, so many times."""
        for _ in range(rounds):
            self._markers.reverse()
            self._stack.tag(self._markers[0], self._tag)
            for app in self.apps:
                daemon.wait("container updated", container=app.name)


def push(stack: Stack, image: str) -> None:
    """Leave an image in its registry alone."""
    stack.image(image, marker="new")
    stack.engine.docker("push", image)
    stack.engine.docker("rmi", image)


def files_of(state: Path) -> list[str]:
    kinds = ("failed", "seen", "locks", "images", "asked")
    return sorted(str(path) for kind in kinds for path in (state / kind).rglob("*") if path.is_file())


def test_updates_leave_no_descriptor_no_task_and_no_memory(start: Start, stack: Stack, cli: Commands) -> None:
    fleet = Fleet(stack)
    daemon = start(counted=True).looked()
    resource.prlimit(daemon.process.pid, resource.RLIMIT_NOFILE, (FEW_FILES, FEW_FILES))
    fleet.update(daemon, 2)
    before = settled(daemon, {"files": FEW_FILES, "tasks": FEW_FILES})
    kept = files_of(cli.state)

    fleet.update(daemon, UPDATES // TOGETHER)

    after = settled(daemon, before)
    assert after["resident_kb"] - before["resident_kb"] < GROWTH_KB
    assert files_of(cli.state) == kept
    assert daemon.said("container not updated") == []
    assert daemon.stop() == 0


@pytest.mark.parametrize("where", ["/v2/", "/blobs/"])
def test_a_pull_that_is_given_up_leaves_no_connection(
    start: Start, stack: Stack, registry: PrivateRegistry, where: str
) -> None:
    """Before the engine has answered, and in the middle of what it answers."""
    name, tag, hang = stack.name("far"), stack.name("app:1"), Hang()
    push(stack, f"{registry.address}/{tag}")
    with BadRegistry() as bad:
        bad.on("", Forward(registry.address))
        bad.on(where, hang)
        image = f"{bad.address}/{tag}"
        stack.image(image, marker="old")
        daemon = start("--interval", "1s", counted=True).looked()
        # The least of several, for its own looks each second have a connection for a moment.
        before = min((held(daemon) for _ in range(10)), key=lambda line: line["files"])
        stack.run(image, *OPT_IN, name=name)
        assert hang.reached.wait(60)
        wait_until(lambda: held(daemon)["files"] > before["files"], "the connection of the pull")

        stack.engine.docker("rm", "-f", name)
        daemon.wait("tag given up", image=image)

        settled(daemon, before)

"""What a person does to the containers of an updater's own update is not the fault of the image."""

import os
import signal
from collections.abc import Callable

import pytest

from tests.e2e.self_update.conftest import Updater
from tests.e2e.self_update.handed_over import HOOKS, HandedOver

pytestmark = pytest.mark.matrix  # each takes its half a minute; `make test-self-update` runs them all

Settled = Callable[[], None]

SUCCESSOR, HELPER = "ctr-updater-new-", "ctr-updater-helper-"


@pytest.mark.parametrize(
    ("command", "whom"),
    [
        (("rm", "-f"), SUCCESSOR),
        (("rm", "-f"), HELPER),
        (("stop",), HELPER),
        (("kill",), HELPER),
    ],
    ids=["successor removed", "helper removed", "helper stopped", "helper killed"],
)
def test_the_image_is_taken_all_the_same(
    updater: Updater, settled: Settled, command: tuple[str, ...], whom: str
) -> None:
    updater.run(*HOOKS, "--restart", "unless-stopped")
    settled()

    target = updater.move("second")
    handed = HandedOver(updater)
    handed.wait()
    (name,) = [name for name in updater.stack.containers() if name.startswith(f"{updater.name}.{whom}")]
    updater.stack.engine.docker(*command, name)
    handed.go_on()

    assert updater.found["Image"] == target
    assert updater.history()[0]["outcome"] in {"updated", "recovered"}
    assert len(updater.made()) <= 4, "a helper and a successor once more at most"


@pytest.mark.parametrize(
    ("policy", "made"), [("unless-stopped", 2), ("no", 4)], ids=["started again", "not started again"]
)
def test_a_kill_of_the_successor_of_which_the_engine_knows_nothing(
    updater: Updater, settled: Settled, policy: str, made: int
) -> None:
    """It is proved once it runs again; where nobody starts it again the update is undone, and tried again."""
    slow = ("--health-interval", "4s", "--health-start-period", "30s")
    updater.run("--restart", policy, health=slow)
    settled()

    target = updater.move("second")
    stack, name = updater.stack, updater.name
    successor = stack.wait_for(name, lambda found: found["Image"] == target and found["State"]["Running"])
    os.kill(successor["State"]["Pid"], signal.SIGKILL)
    stack.wait(updater.is_new, timeout=120)

    assert updater.found["Image"] == target
    assert updater.history()[0]["outcome"] == "updated"
    assert len(updater.made()) == made

"""What a person does to the containers of an updater's own update is not the fault of the image."""

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

"""What was said of a container goes with it."""

import pytest

from tests.integration.daemon.conftest import Running
from tests.testbed.stack import Stack

UNREADABLE = ("--label", "ctr-updater.enable=maybe")
DOUBTFUL = ("--label", "ctr-updater.mode=notify")


@pytest.mark.parametrize(
    ("options", "event"),
    [(UNREADABLE, "container not updated"), (DOUBTFUL, "labels in doubt")],
    ids=["unreadable", "doubtful"],
)
def test_what_was_said_of_a_container_that_is_gone_is_said_of_the_next_one_of_its_name(
    daemon: Running, stack: Stack, options: tuple[str, ...], event: str
) -> None:
    image, name, fence = stack.name("app:1"), stack.name("web"), stack.name("fence")
    stack.image(image)
    stack.run(image, *options, name=name)
    daemon.wait(event, container=name)
    stack.engine.docker("rm", "-f", name)
    stack.run(image, *options, name=fence)
    daemon.wait(event, container=fence)

    stack.run(image, *options, name=name)

    daemon.wait(event, container=name)
    assert len(daemon.said(event, container=fence)) == 1

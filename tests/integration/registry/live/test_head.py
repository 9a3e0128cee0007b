"""A registry that refuses HEAD and answers GET works for whoever asks it, as for the engine's pull."""

import pytest

from tests.integration.daemon.apps import OPT_IN
from tests.integration.daemon.conftest import Start
from tests.integration.registry.live.apps import publish, pulled
from tests.testbed.badregistry import BadRegistry, answer
from tests.testbed.cli import Commands
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

NOTIFY = (*OPT_IN, "--label", "ctr-updater.mode=notify")
REFUSALS = (400, 403, 404, 500, 501)


@pytest.mark.parametrize("status", REFUSALS)
def test_a_question_and_a_plan_are_answered(
    cli: Commands, stack: Stack, registry: PrivateRegistry, front: BadRegistry, status: int
) -> None:
    web = pulled(stack, registry, front)
    front.on("^HEAD .*/manifests/", answer(status))
    same = cli("watcher", "check", "--remote", web.name)
    publish(stack, registry, web)

    moved = cli("watcher", "check", "--remote", web.name)
    planned = cli("watcher", "update", "--dry-run", web.name)

    assert (same.code, moved.code, planned.code) == (0, 1, 0), (same, moved, planned)
    assert "pull" in planned.out
    assert stack.engine.docker("pull", web.image)


def test_what_only_notifies_is_told(
    start: Start, stack: Stack, registry: PrivateRegistry, front: BadRegistry
) -> None:
    web = pulled(stack, registry, front, options=NOTIFY)
    publish(stack, registry, web)
    front.on("^HEAD .*/manifests/", answer(404))

    daemon = start()

    daemon.wait("update available", container=web.name)
    assert daemon.said("tag not pulled") == []

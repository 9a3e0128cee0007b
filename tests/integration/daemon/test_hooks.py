"""What a hook says to the daemon: not now is asked again, and shown by whoever looks on."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

from tests.integration.apps import outdated
from tests.integration.daemon.apps import LOCAL, is_replaced, is_untouched, labelled, move
from tests.integration.daemon.conftest import Running, Start
from tests.integration.hooks import hook
from tests.testbed.cli import Commands
from tests.testbed.stack import Stack

BUSY = "echo asked >> /asked; echo busy; test ! -e /busy || exit 75"


def test_75_is_a_veto_that_is_asked_again_after_a_while_and_not_at_each_event(
    follow: Callable[..., Running], stack: Stack, cli: Commands, clock: Callable[[float], None]
) -> None:
    web, fence = outdated(stack, *LOCAL, *hook("pre-update", BUSY)), labelled(stack, name="fence")
    stack.engine.docker("exec", web.name, "touch", "/busy")
    daemon = follow("--hooks")
    line = daemon.wait("update vetoed", container=web.name)
    assert "its pre-update hook says not now (sh -c " in line["why"]
    assert line["why"].endswith("; its last words: busy")
    rows = {row["name"]: row for row in json.loads(cli("watcher", "list", "--json").out)}
    (wait,) = rows[web.name]["waits"]
    assert (wait["for"], wait["why"]) == ("veto", line["why"])
    assert datetime.fromisoformat(wait["until"]) > datetime.now(UTC)
    move(stack, fence)
    daemon.wait("container updated", container=fence.name)
    assert is_untouched(stack, web)
    assert stack.engine.docker("exec", web.name, "cat", "/asked") == "asked"

    stack.engine.docker("exec", web.name, "rm", "/busy")
    clock(600)
    daemon.wait("container updated", container=web.name)

    assert is_replaced(stack, web)


def test_labels_of_hooks_that_do_not_run_are_said_once(start: Start, stack: Stack) -> None:
    web, fence = labelled(stack, *hook("pre-update", "false")), labelled(stack, name="fence")
    daemon = start()
    line = daemon.wait("labels in doubt", container=web.name)
    for marker in ("new", "newer"):
        move(stack, fence, marker=marker)
        daemon.wait("container updated", container=fence.name)

    assert line["why"].startswith("hooks do not run, so ctr-updater.hook.pre-update has no effect")
    assert len(daemon.said("labels in doubt", container=web.name)) == 1

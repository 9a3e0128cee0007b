"""What goes wrong in an updater's update of itself costs no updater, and leaves nothing."""

from collections.abc import Callable

import pytest

from tests.e2e.self_update.conftest import Updater
from tests.testbed.processes import wait_until
from watcher.model.helper import helper_name

Settled = Callable[[], None]

_IDLE = "chr(10).join(['#!/usr/bin/python3', 'import signal', 'while True: signal.pause()'])"
THAT_FOLLOWS_NOTHING = f"""RUN ["/usr/bin/python3", "-c", "open('/usr/bin/watcher', 'w').write({_IDLE})"]"""
WITHOUT_ITS_COMMAND = """RUN ["/usr/bin/python3", "-c", "import os; os.remove('/usr/bin/watcher')"]"""


@pytest.mark.parametrize("has_state", [True, False], ids=["with a directory", "without, read-only"])
def test_an_image_that_does_not_work_is_gone_back_from_and_held(
    updater: Updater, settled: Settled, *, has_state: bool
) -> None:
    updater.run(*([] if has_state else ["--read-only"]), has_state=has_state)
    settled()

    updater.move("bad", WITHOUT_ITS_COMMAND)
    wait_until(lambda: "container held" in updater.log, "the image to be held", timeout=120)
    settled()

    assert updater.found["Id"] == updater.cid
    assert updater.log.count("update rolled back") == 1


@pytest.mark.matrix
def test_one_that_removes_itself_is_made_anew_and_the_image_is_held_without_a_directory_too(
    updater: Updater, settled: Settled
) -> None:
    updater.run("--rm", "--label", "ctr-updater.stable-for=300ms", has_state=False)
    settled()
    before = updater.found

    updater.move("bad", WITHOUT_ITS_COMMAND)
    wait_until(lambda: "container held" in updater.log, "the image to be held", timeout=120)
    settled()

    assert updater.found["Image"] == before["Image"]
    assert "update rolled back" in updater.log
    assert "container updated" not in updater.log


def test_a_helper_that_cannot_begin_is_removed_and_the_image_is_held(
    updater: Updater, settled: Settled
) -> None:
    """Somebody made a link in the updater's own file system, through which it reaches the engine."""
    updater.run("-e", "DOCKER_HOST=unix:///link.sock")
    link = "import os; os.symlink('/var/run/docker.sock', '/link.sock')"
    updater.stack.engine.docker("exec", updater.name, "/usr/bin/python3", "-c", link)
    settled()
    before = updater.found

    target = updater.move("second")
    wait_until(lambda: "container held" in updater.log, "the image to be held", timeout=120)

    found = updater.found
    assert (found["Id"], found["State"]["StartedAt"]) == (updater.cid, before["State"]["StartedAt"])
    assert "could not begin, and was removed" in updater.log
    assert "unix:///link.sock" in updater.log
    assert not updater.stack.exists(helper_name(updater.name, updater.cid, target))
    assert updater.is_settled()


def test_without_a_health_check_too_one_that_does_not_follow_the_engine_is_gone_back_from(
    updater: Updater, settled: Settled
) -> None:
    quick = ("--label", "ctr-updater.stable-for=300ms", "--label", "ctr-updater.health-timeout=5s")
    updater.run("--no-healthcheck", "--stop-signal", "KILL", *quick, health=())
    settled()

    updater.move("idle", THAT_FOLLOWS_NOTHING)
    # It is stopped in between, perhaps as it is asked.
    asked = ("watcher", "history", "--json", updater.name)
    updater.stack.wait(
        lambda: updater.is_settled() and "rolled back" in updater.inside(*asked, check=False), timeout=120
    )

    assert updater.found["Id"] == updater.cid
    (row,) = updater.history()
    assert row["outcome"] == "rolled back"
    assert "it does not follow its engine: no daemon follows the engine" in row["why"]

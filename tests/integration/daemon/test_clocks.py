"""Clocks are set and machines sleep: an update begins at its schedule's moment, a little later, or not."""

import signal
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from tests.integration.apps import App, outdated
from tests.integration.daemon.apps import LOCAL, is_replaced, is_untouched, labelled, move
from tests.integration.daemon.conftest import Running, Start
from tests.testbed.cli import Commands
from tests.testbed.processes import wait_until
from tests.testbed.stack import Stack

HOUR, DAY = 3600, 86400


@pytest.fixture
def clock(tmp_path: Path) -> Callable[[float], None]:
    """A function that sets the daemon's clock so many seconds ahead."""
    file = tmp_path / "clock"

    def set_clock(seconds: float) -> None:
        (tmp_path / "new").write_text(str(seconds))
        (tmp_path / "new").rename(file)

    return set_clock


@pytest.fixture
def follow(start: Start, tmp_path: Path, clock: Callable[[float], None]) -> Callable[..., Running]:
    """A function that starts a daemon that goes by that clock, and looks each second."""
    clock(0)
    return lambda *arguments: start(*arguments, hurried=True, env={"TEST_CLOCK": str(tmp_path / "clock")})


def due_in(stack: Stack, seconds: float) -> App:
    """A stale container whose schedule names one moment a day, in so many seconds."""
    moment = datetime.fromtimestamp(time.time() + seconds).astimezone()
    return outdated(stack, *LOCAL, "--label", f"ctr-updater.schedule={moment:%M} {moment:%H} * * *")


def test_a_clock_that_was_years_ahead_is_followed_when_it_is_set_right(
    follow: Callable[..., Running], stack: Stack, clock: Callable[[float], None]
) -> None:
    web = due_in(stack, -600)
    clock(730 * DAY + 12 * HOUR)
    daemon = follow()
    line = daemon.wait("update waits for its schedule", container=web.name)
    assert datetime.fromisoformat(line["due"]).timestamp() > time.time() + 729 * DAY

    clock(0)
    daemon.wait("container updated", container=web.name)

    assert is_replaced(stack, web)


def test_what_was_slept_over_does_not_begin_beyond_the_grace(
    follow: Callable[..., Running], stack: Stack, clock: Callable[[float], None]
) -> None:
    web, fence = due_in(stack, HOUR), labelled(stack, name="fence")
    daemon = follow()
    daemon.wait("update waits for its schedule", container=web.name)

    clock(12 * HOUR)
    for marker in ("new", "newer"):
        move(stack, fence, marker=marker)
        daemon.wait("container updated", container=fence.name)

    assert daemon.stop() == 0
    assert is_untouched(stack, web)


@pytest.mark.parametrize(("grace", "begins"), [("2h", True), ("30m", False)])
def test_the_grace_says_how_late_an_update_may_begin(
    follow: Callable[..., Running], stack: Stack, grace: str, begins: bool
) -> None:
    web, fence = due_in(stack, -HOUR), labelled(stack, name="fence")
    daemon = follow("--schedule-grace", grace)
    if begins:
        daemon.wait("container updated", container=web.name)
    else:
        daemon.wait("update waits for its schedule", container=web.name)
    move(stack, fence)
    daemon.wait("container updated", container=fence.name)

    assert daemon.stop() == 0
    assert is_replaced(stack, web) is begins


def test_healthy_is_1_for_a_daemon_that_is_frozen_and_0_once_it_goes_on(
    follow: Callable[..., Running], cli: Commands
) -> None:
    """It may be silent for three seconds here, for it looks each second."""
    daemon = follow().looked()

    daemon.send(signal.SIGSTOP)
    wait_until(lambda: "overdue" in cli("watcher", "healthy").err, "the daemon is missed")
    frozen = [cli("watcher", "healthy") for _ in range(2)]
    daemon.send(signal.SIGCONT)
    wait_until(lambda: cli("watcher", "healthy").code == 0, "the daemon is well again")

    assert [(done.code, done.out) for done in frozen] == [(1, ""), (1, "")]
    assert daemon.stop() == 0

"""Clocks are set and machines sleep: an update begins at its schedule's moment, a little later, or not."""

import signal
import time
from collections.abc import Callable
from datetime import datetime

import pytest

from tests.integration.apps import App, outdated
from tests.integration.daemon.apps import LOCAL, is_replaced, is_untouched, labelled, move
from tests.integration.daemon.conftest import Running, Start
from tests.testbed.cli import Commands
from tests.testbed.faults import answer
from tests.testbed.processes import wait_until
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

HOUR, DAY = 3600, 86400


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


REFUSED = answer(500, "no space left on device")


def test_a_first_try_that_the_engine_refused_is_made_good_within_the_grace(
    start: Start, stack: Stack, proxy: Proxy
) -> None:
    web = due_in(stack, -600)
    proxy.arm(REFUSED, match=f"/containers/create.*{web.name}")
    daemon = start(host=proxy.host)

    daemon.wait("container not updated", container=web.name)
    daemon.wait("container updated", container=web.name)

    assert is_replaced(stack, web)


@pytest.mark.parametrize(
    ("grace", "event"), [("2h", "container updated"), ("5m", "update waits for its schedule")]
)
def test_it_is_made_good_by_the_next_daemon_too_but_not_beyond_the_grace(
    start: Start, stack: Stack, proxy: Proxy, grace: str, event: str
) -> None:
    web = due_in(stack, -600)
    refused = proxy.arm(REFUSED, match=f"/containers/create.*{web.name}", times=1000)
    first = start("--schedule-grace", "1h", host=proxy.host)
    first.wait("container not updated", container=web.name)
    assert (first.stop(), refused.fired.is_set()) == (0, True)

    second = start("--schedule-grace", grace)

    second.wait(event, container=web.name)
    assert second.said("container not updated") == []


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

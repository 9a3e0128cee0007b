"""Several updaters on one engine: each updates itself, and none another one."""

import pytest
from attrs import evolve

from tests.e2e.self_update.conftest import Updater

pytestmark = pytest.mark.matrix  # each takes its half a minute; `make test-self-update` runs them all


@pytest.fixture
def other(updater: Updater) -> Updater:
    """Another one, which follows the same tag and has yet to be run."""
    return evolve(updater, name=updater.stack.name("other"))


def test_two_that_opted_in_update_each_itself(updater: Updater, other: Updater) -> None:
    both, stack = (updater, other), updater.stack
    for each in both:
        each.run("--restart", "unless-stopped")
    stack.wait(lambda: all(each.is_settled() for each in both), timeout=120)

    target = updater.move("second")
    stack.wait(lambda: all(each.is_new() for each in both), timeout=180)

    assert [each.found["Image"] for each in both] == [target, target]
    assert [len(each.made()) for each in both] == [2, 2], "a helper and a successor for each, and no copy"
    kinds = [[(row["kind"], row["outcome"]) for row in each.history()] for each in both]
    assert kinds == [[("self-update", "updated")]] * 2


def test_where_all_are_watched_another_updater_is_not(updater: Updater, other: Updater) -> None:
    """It would stop the one that updates it, if that had the same in mind."""
    stack = updater.stack
    updater.run("-e", "CTR_UPDATER_WATCH=all", "--label", "ctr-updater.enable=")
    other.run("--label", "ctr-updater.enable=")
    stack.wait(lambda: updater.is_settled() and other.is_settled(), timeout=120)

    assert other.name not in updater.inside("watcher", "list")

"""Whoever asks for an updater's own update, and however it was run: there is one of it afterwards."""

from collections.abc import Callable

import pytest

from tests.e2e.self_update.conftest import HEALTH, Updater
from tests.testbed.cli import Commands
from tests.testbed.receiver import Receiver

pytestmark = pytest.mark.matrix  # each takes its half a minute; `make test-self-update` runs them all

Settled = Callable[[], None]

ONLY_TELLS = ("--label", "ctr-updater.mode=notify")


def test_from_outside_it_is_updated_as_any_other_and_the_daemon_in_it_keeps_out(
    updater: Updater, settled: Settled, cli: Commands
) -> None:
    updater.run(*ONLY_TELLS, "--restart", "unless-stopped")
    settled()

    target = updater.move("second")
    done = cli("watcher", "update", updater.name)

    assert (done.code, done.err) == (0, "")
    settled()
    assert updater.found["Image"] == target
    assert ["-new-" in name for name in updater.made()] == [True]


def test_from_within_a_helper_updates_it_and_who_asked_is_recorded(
    updater: Updater, settled: Settled
) -> None:
    updater.run(*ONLY_TELLS)
    settled()

    target = updater.move("second")
    updater.inside("watcher", "update", updater.name, check=False)  # that ends with its container
    updater.stack.wait(updater.is_new, timeout=120)

    assert updater.found["Image"] == target
    (row,) = updater.history()
    assert (row["kind"], row["outcome"], row["by"]) == ("self-update", "updated", "cli")


def test_one_message_tells_of_it(updater: Updater, settled: Settled) -> None:
    with Receiver() as receiver:
        where = f"CTR_UPDATER_NOTIFY=http://{receiver.address}/"
        updater.run("--network", "host", "-e", where)
        settled()

        updater.move("second")
        updater.stack.wait(lambda: updater.is_new() and bool(receiver.got()), timeout=120)

    (message,) = receiver.got()
    (event,) = message["events"]
    assert (event["event"], event["container"], event["kind"]) == ("updated", updater.name, "self-update")


@pytest.mark.parametrize(
    ("options", "health"),
    [
        (("--rm",), HEALTH),
        (("-e", "CTR_UPDATER_ENGINES=local=unix:///var/run/docker.sock,nas=unix:///nobody.sock"), HEALTH),
        (("--no-healthcheck", "--label", "ctr-updater.stable-for=300ms"), ()),
    ],
    ids=["--rm", "several engines, one of them away", "without a health check"],
)
def test_however_it_was_run(
    updater: Updater, settled: Settled, options: tuple[str, ...], health: tuple[str, ...]
) -> None:
    updater.run(*options, "--label", "ctr-updater.health-timeout=2m", health=health)
    settled()

    target = updater.move("second")
    updater.stack.wait(updater.is_new, timeout=120)

    assert updater.found["Image"] == target
    (row,) = updater.history()
    assert (row["kind"], row["outcome"]) == ("self-update", "updated")

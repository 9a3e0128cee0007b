"""Why a container is not updated now: every reason is data for programs, and the nearest is in the table."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.integration.apps import CRASHES, ENABLED, QUICK, App, current, moved, outdated, short
from tests.testbed.cli import Commands
from tests.testbed.stack import Stack

BROKEN = {"cmd": "exit 1"}
LEAP_DAY = ("--label", "ctr-updater.schedule=0 3 29 2 *")


def listed(cli: Commands, app: App) -> dict[str, Any]:
    rows = json.loads(cli("watcher", "list", "--json").out)
    return {row["name"]: row for row in rows}[app.name]


def waits(cli: Commands, app: App) -> list[dict[str, Any]]:
    """What `list` says, and `check` says the same."""
    found: list[dict[str, Any]] = json.loads(cli("watcher", "check", "--json", app.name).out)["waits"]
    assert listed(cli, app)["waits"] == found
    return found


def test_an_update_that_nothing_keeps_back_waits_for_nothing(cli: Commands, stack: Stack) -> None:
    assert waits(cli, outdated(stack, *ENABLED)) == []


def test_an_update_waits_for_its_schedule(cli: Commands, stack: Stack) -> None:
    web = outdated(stack, *ENABLED, *LEAP_DAY)

    (wait,) = waits(cli, web)
    (_, line) = cli("watcher", "list").out.splitlines()

    until = datetime.fromisoformat(wait["until"])
    assert (wait["for"], wait["why"]) == ("schedule", "its schedule is 0 3 29 2 *")
    assert (until.astimezone().day, until.astimezone().month, until.tzinfo) == (29, 2, UTC)
    shown = until.astimezone().isoformat(timespec="seconds")
    assert line.endswith(f"update available: {moved(stack, web)}; waits until {shown}: {wait['why']}")


def test_on_a_terminal_the_wait_is_not_cut_off_behind_the_images(cli: Commands, stack: Stack) -> None:
    web = outdated(stack, *ENABLED, *LEAP_DAY)

    (wait,) = waits(cli, web)
    out = cli.terminal("watcher", "list", columns=130).out

    until = datetime.fromisoformat(wait["until"]).astimezone().isoformat(timespec="seconds")
    assert f"update available; waits until {until}: its " in out


def test_within_the_daemons_grace_after_a_moment_it_does_not_wait(cli: Commands, stack: Stack) -> None:
    half = (datetime.now(UTC).minute + 30) % 60
    web = outdated(stack, *ENABLED, "--label", f"ctr-updater.schedule={half} * * * *")
    pedantic = {"CTR_UPDATER_SCHEDULE_GRACE": "0", "TZ": "UTC"}

    (row,) = json.loads(cli("watcher", "list", "--json", env=pedantic).out)

    assert waits(cli, web) == []
    assert [wait["for"] for wait in row["waits"]] == ["schedule"]


@pytest.mark.parametrize("labels", [("--label", "ctr-updater.mode=notify"), ()])
def test_what_is_never_updated_by_itself_waits_for_nothing(
    cli: Commands, stack: Stack, labels: tuple[str, ...]
) -> None:
    web = outdated(stack, *(ENABLED if labels else ()), *labels, *LEAP_DAY)

    assert json.loads(cli("watcher", "check", "--json", web.name).out)["waits"] == []


def test_an_image_that_failed_is_waited_for_until_its_tag_moves_on(cli: Commands, stack: Stack) -> None:
    web = outdated(stack, *ENABLED, *LEAP_DAY, new=BROKEN)
    assert cli("watcher", "update", "--no-pull", web.name, env=CRASHES).code == 6

    failed, scheduled = waits(cli, web)

    assert (failed["for"], failed["until"], scheduled["for"]) == ("failed", None, "schedule")
    assert failed["why"].startswith(f"failed on {short(stack.image_id(web.image))}: ")


def test_a_cooldown_is_waited_for_until_it_is_over(cli: Commands, stack: Stack) -> None:
    web = outdated(stack, *ENABLED, "--label", "ctr-updater.cooldown=1h")

    (wait,) = waits(cli, web)

    assert wait["for"] == "cooldown"
    assert wait["until"] == listed(cli, web)["until"]


def test_an_update_waits_for_what_it_depends_on(cli: Commands, stack: Stack) -> None:
    db = outdated(stack, *ENABLED, name="db", new=BROKEN)
    web = outdated(stack, *ENABLED, "--label", f"ctr-updater.depends-on={db.name}")
    assert waits(cli, web) == []
    assert cli("watcher", "update", "--no-pull", db.name, env=CRASHES).code == 6

    assert waits(cli, web) == [{"for": "dependency", "until": None, "why": f"{db.name} failed"}]
    assert f"; waits: {db.name} failed\n" in cli("watcher", "list").out


def test_an_update_waits_for_what_a_person_rolled_back(cli: Commands, stack: Stack) -> None:
    db = outdated(stack, *ENABLED, name="db")
    web = outdated(stack, *ENABLED, "--label", f"ctr-updater.depends-on={db.name}")
    assert cli("watcher", "update", "--no-pull", db.name, env=QUICK).code == 0
    assert cli("watcher", "rollback", db.name, env=QUICK).code == 0

    assert waits(cli, web) == [{"for": "dependency", "until": None, "why": f"{db.name} was rolled back"}]


def test_what_is_up_to_date_does_not_wait_for_what_it_depends_on(cli: Commands, stack: Stack) -> None:
    db = outdated(stack, *ENABLED, name="db", new=BROKEN)
    web = current(stack, *ENABLED, "--label", f"ctr-updater.depends-on={db.name}")
    assert cli("watcher", "update", "--no-pull", db.name, env=CRASHES).code == 6

    assert waits(cli, web) == []

"""What a person holds is refused with the way out, unless a person says `--again`; the list says who."""

import json
import sqlite3
from datetime import UTC, datetime

import pytest

from tests.integration.apps import CRASHES, ENABLED, QUICK, moved, outdated, published
from tests.integration.decisions import Person
from tests.integration.updates import replaced
from tests.testbed.cli import Commands
from tests.testbed.faults import Hold
from tests.testbed.proxy import Proxy
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

COMMANDS = [("watcher", "update"), ("watcher", "update", "--dry-run"), ("ctr-updater", "--autoupdate")]


@pytest.fixture
def person(cli: Commands, stack: Stack) -> Person:
    return Person(cli, stack)


@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_held_is_refused_with_the_way_out_before_a_registry_is_asked(
    cli: Commands, stack: Stack, registry: PrivateRegistry, person: Person, command: tuple[str, ...]
) -> None:
    web = published(stack, registry)
    person.decide(web.name)

    done = cli(*command, web.name)

    assert (done.code, done.out) == (7, "")
    assert done.err == (
        f"{web.name} is not updated: held by cli: the fair - `watcher release {web.name}` ends that, and "
        f"`watcher update --again {web.name}` updates it all the same\n"
    )
    assert (stack.image_id(web.image), stack.inspect(web.name)["Id"]) == (web.old, web.cid)


def test_again_updates_what_is_held(cli: Commands, stack: Stack, person: Person) -> None:
    web = outdated(stack)
    person.decide(web.name)

    planned = cli("watcher", "update", "--no-pull", "--dry-run", "--again", web.name)
    done = cli("watcher", "update", "--no-pull", "--again", web.name, env=QUICK)

    assert (planned.code, done.code) == (0, 0)
    replaced(stack, web)


def test_an_image_that_failed_and_works_another_time_is_an_update_like_any_other(
    cli: Commands, stack: Stack
) -> None:
    data = ("--volume", f"{stack.name('data')}:/data")
    web = outdated(stack, *data, new={"cmd": "test -e /data/works && exec sleep 1000; exit 3"})
    update = ("watcher", "update", "--no-pull")
    assert cli(*update, web.name, env=CRASHES).code == 6
    stack.engine.docker("exec", web.name, "touch", "/data/works")

    done = cli(*update, "--again", web.name, env=QUICK)

    said = moved(stack, web)
    row = json.loads(cli("watcher", "history", "--json", "--last", "1", web.name).out)[0]
    assert (done.code, done.out) == (0, f"{web.name}: updated: {said}\n")
    assert (row["outcome"], row["why"]) == ("updated", said)


def test_what_nobody_can_read_may_be_held_and_is_refused_but_for_again(
    cli: Commands, stack: Stack, person: Person
) -> None:
    web = outdated(stack, *ENABLED)
    person.decide(web.name)
    with sqlite3.connect(cli.state / "database.sqlite") as connection:
        connection.execute("PRAGMA user_version = 1000")
    connection.close()

    refused = cli("watcher", "update", "--no-pull", web.name, env=QUICK)
    passed = cli("watcher", "run", "--once", env=QUICK | {"CTR_UPDATER_STATE_DIR": str(cli.state)})
    (wait,) = json.loads(cli("watcher", "check", "--json", web.name).out)["waits"]
    assert stack.inspect(web.name)["Id"] == web.cid
    done = cli("watcher", "update", "--no-pull", "--again", web.name, env=QUICK)

    why = "what people hold cannot be read: the database"
    assert (refused.code, refused.out) == (7, "")
    assert f"{web.name} is not updated: {why}" in refused.err
    assert "watcher release" not in refused.err
    assert why in passed.err
    assert (wait["for"], wait["until"], wait["why"].startswith(why)) == ("hold", None, True)
    assert done.code == 0
    replaced(stack, web)


def test_again_plans_an_image_that_failed(cli: Commands, stack: Stack) -> None:
    web = outdated(stack, new={"cmd": "exit 3"})
    assert cli("watcher", "update", "--no-pull", web.name, env=CRASHES).code == 6

    dry_run = ("watcher", "update", "--no-pull", "--dry-run")

    assert (cli(*dry_run, web.name).code, cli(*dry_run, "--again", web.name).code) == (6, 0)


def test_a_plan_knows_what_the_registry_has_where_the_image_here_failed(
    cli: Commands, stack: Stack, registry: PrivateRegistry
) -> None:
    web = published(stack, registry)  # the registry has a good one
    stack.image(web.image, marker="bad", cmd="exit 3")
    assert cli("watcher", "update", "--no-pull", web.name, env=CRASHES).code == 6

    planned = cli("watcher", "update", "--dry-run", web.name)

    assert planned.code == 0, planned
    assert "pull " in planned.out
    stack.engine.docker("push", web.image)  # now it has the bad one
    assert cli("watcher", "update", "--dry-run", web.name).code == 6


def test_a_plan_of_a_tag_that_is_not_here_is_of_what_the_registry_has(
    cli: Commands, stack: Stack, registry: PrivateRegistry
) -> None:
    web = published(stack, registry)
    stack.engine.docker("rmi", "--force", web.image)
    offline = cli("watcher", "update", "--dry-run", "--no-pull", web.name)

    planned = cli("watcher", "update", "--dry-run", web.name)
    done = cli("watcher", "update", web.name, env=QUICK)

    assert (offline.code, planned.code, done.code) == (5, 0, 0), planned
    assert "pull " in planned.out
    replaced(stack, web)


def test_a_hold_of_one_image_is_refused_of_that_image_alone(
    cli: Commands, stack: Stack, person: Person
) -> None:
    web = outdated(stack)
    person.decide(web.name, image=stack.image_id(web.image))

    held = cli("watcher", "update", "--no-pull", web.name, env=QUICK)
    stack.image(web.image, marker="newer")
    done = cli("watcher", "update", "--no-pull", web.name, env=QUICK)

    assert (held.code, "held for this image by cli" in held.err, done.code) == (7, True, 0)


def test_a_hold_in_the_last_moment_is_obeyed(
    cli: Commands, stack: Stack, person: Person, proxy: Proxy
) -> None:
    web, judged = outdated(stack), Hold()
    proxy.arm(judged, match="GET .*/images/", when="before")
    update = cli.start("watcher", "update", "--no-pull", web.name, env={"DOCKER_HOST": proxy.host})
    assert judged.reached.wait(60)

    person.decide(web.name)
    judged.release()

    assert update.wait(60) == 7
    assert stack.inspect(web.name)["Id"] == web.cid


def test_the_list_says_who_holds_it_why_and_until_when(cli: Commands, stack: Stack, person: Person) -> None:
    web = outdated(stack, *ENABLED)
    person.decide(web.name, lasts_s=3600)

    (row,) = json.loads(cli("watcher", "list", "--json").out)
    (_, line) = cli("watcher", "list").out.splitlines()

    (wait,) = row["waits"]
    until = datetime.fromisoformat(wait["until"])
    assert (wait["for"], wait["why"]) == ("hold", "held by cli: the fair")
    assert 3500 < (until - datetime.now(UTC)).total_seconds() <= 3600
    shown = until.astimezone().isoformat(timespec="seconds")
    assert line.endswith(f"{moved(stack, web)}; waits until {shown}: held by cli: the fair")


def test_an_update_of_mode_approve_waits_and_a_person_may_update_it_all_the_same(
    cli: Commands, stack: Stack
) -> None:
    web = outdated(stack, *ENABLED, "--label", "ctr-updater.mode=approve")

    (row,) = json.loads(cli("watcher", "list", "--json").out)
    done = cli("watcher", "update", "--no-pull", web.name, env=QUICK)

    assert (row["mode"], row["verdict"]) == ("approve", "outdated")
    assert row["waits"] == [
        {"for": "approval", "until": None, "why": f"`watcher approve {web.name}` lets it go ahead"}
    ]
    assert done.code == 0
    replaced(stack, web)

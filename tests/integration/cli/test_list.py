"""`watcher list`: whom it shows, and what it says of each, for people and for programs."""

import json

import pytest

from tests.integration.apps import ENABLED, current, moved, outdated, short
from tests.testbed.cli import Commands
from tests.testbed.stack import Stack


def test_list_shows_those_that_opted_in_whatever_their_state(cli: Commands, stack: Stack) -> None:
    web = outdated(stack, *ENABLED)
    db = current(stack, *ENABLED, "--label", "ctr-updater.mode=notify", name="db")
    current(stack, name="other")
    current(stack, "--label", "ctr-updater.enable=false", name="off")
    stack.engine.docker("stop", db.name)

    done = cli("watcher", "list")

    assert (done.code, done.err) == (0, "")
    head, *rows = (line.split(maxsplit=4) for line in done.out.splitlines())
    assert head == ["NAME", "IMAGE", "STATE", "MODE", "VERDICT"]
    assert rows == [
        [db.name, db.image, "exited", "notify", f"up to date: {db.image} is {short(db.old)}"],
        [web.name, web.image, "running", "update", f"update available: {moved(stack, web)}"],
    ]


def test_list_all_shows_every_running_one_beside(cli: Commands, stack: Stack) -> None:
    web, other, stopped = (
        current(stack, *ENABLED),
        current(stack, name="other"),
        current(stack, name="stopped"),
    )
    stack.engine.docker("stop", web.name, stopped.name)

    rows = json.loads(cli("watcher", "list", "--all", "--json").out)

    assert [(row["name"], row["state"], row["mode"]) for row in rows] == [
        (other.name, "running", "-"),
        (web.name, "exited", "update"),
    ]


def test_list_as_json_holds_what_the_table_holds(cli: Commands, stack: Stack) -> None:
    web = outdated(stack, *ENABLED)

    done = cli("watcher", "list", "--json")

    assert json.loads(done.out) == [
        {
            "name": web.name,
            "id": web.cid,
            "image": web.image,
            "state": "running",
            "mode": "update",
            "verdict": "outdated",
            "reason": moved(stack, web),
            "running": web.old,
            "target": stack.image_id(web.image),
            "until": None,
            "engine": "local",
            "kind": "container",
            "version": {"running": None, "target": None},
            "link": None,
            "waits": [],
            "kept": [],
            "stage": None,
        }
    ]


@pytest.mark.parametrize(
    ("option", "shown"), [((), "NAME  IMAGE  STATE  MODE  VERDICT\n"), (("--json",), "[]\n")]
)
def test_an_empty_list_is_no_error(cli: Commands, stack: Stack, option: tuple[str, ...], shown: str) -> None:
    current(stack)

    assert cli("watcher", "list", *option) == (0, shown, "")


def test_list_says_of_labels_that_cannot_be_read_that_it_is_unknown(cli: Commands, stack: Stack) -> None:
    current(stack, *ENABLED, "--label", "ctr-updater.mode=sometimes")

    (row,) = json.loads(cli("watcher", "list", "--json").out)

    assert (row["verdict"], row["mode"]) == ("unknown", "-")
    assert "ctr-updater.mode='sometimes' cannot be read" in row["reason"]


def test_list_shows_what_cannot_be_told_as_unknown(cli: Commands, stack: Stack) -> None:
    web = current(stack, *ENABLED)
    stack.tag(web.image, stack.name("kept"))
    stack.engine.docker("rmi", web.image)

    assert [row["verdict"] for row in json.loads(cli("watcher", "list", "--json").out)] == ["unknown"]

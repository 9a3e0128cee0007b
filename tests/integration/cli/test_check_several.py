"""`watcher check` of several containers: a line each, the highest code that applied."""

import json

import pytest

from tests.integration.apps import ENABLED, current, moved, outdated, published, short
from tests.testbed.cli import Commands
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

KEYS = [
    *("name", "id", "image", "state", "mode", "verdict", "reason", "running", "target", "until"),
    *("engine", "kind", "version", "link", "waits", "kept", "stage"),
]


def test_several_are_a_line_each_in_their_order_and_the_highest_code(cli: Commands, stack: Stack) -> None:
    web, db = outdated(stack), current(stack, name="db")

    done = cli("watcher", "check", web.name, db.name)

    assert (done.code, done.err) == (1, "")
    assert done.out.splitlines() == [
        f"{web.name}: update available: {moved(stack, web)}",
        f"{db.name}: up to date: {db.image} is {short(db.old)}",
    ]
    assert cli("watcher", "check", db.name, db.name).code == 0


def test_one_that_is_missing_keeps_no_other_from_being_judged(cli: Commands, stack: Stack) -> None:
    web, nobody = outdated(stack), stack.name("nobody")

    done = cli("watcher", "check", nobody, web.name)
    records = json.loads(cli("watcher", "check", "--json", nobody, web.name).out)

    assert (done.code, done.out) == (3, f"{web.name}: update available: {moved(stack, web)}\n")
    assert done.err.startswith(f"no such container: '{nobody}'")
    assert done.err.count("\n") == 1
    error = {"error": done.err.strip(), "advice": f"did you mean {web.name}?", "code": 3}
    assert records[0] == {"name": nobody} | error
    assert [records[1][key] for key in ("name", "verdict")] == [web.name, "outdated"]


def test_a_registry_that_cannot_be_asked_keeps_no_other_from_being_judged(
    cli: Commands, stack: Stack, registry: PrivateRegistry
) -> None:
    with PrivateRegistry() as private:
        web = published(stack, private)
    db = published(stack, registry, name="db")

    done = cli("watcher", "check", "--pull", web.name, db.name)

    assert done.code == 5
    assert done.out == f"{db.name}: update available: {moved(stack, db)}\n"
    assert f"cannot tell whether {web.image} has an update: " in done.err


WAYS = [(), ("--pull",), ("--remote",)]


@pytest.mark.parametrize("way", WAYS[1:])
def test_what_follows_the_local_tag_is_judged_from_here_and_no_registry_asked(
    cli: Commands, stack: Stack, registry: PrivateRegistry, way: tuple[str, ...]
) -> None:
    web = published(stack, registry, *ENABLED, "--label", "ctr-updater.source=local")
    before = registry.requests()

    for meant in (web.name, "--all"):
        done = cli("watcher", "check", *way, meant)
        assert done == (0, f"{web.name}: up to date: {web.image} is {short(web.old)}\n", "")

    assert registry.requests() == before


def test_the_exercise_asks_no_registry_either_for_what_follows_the_local_tag(
    cli: Commands, stack: Stack, registry: PrivateRegistry
) -> None:
    web = published(stack, registry, "--label", "ctr-updater.source=local")
    before = registry.requests()

    for command in (("ctr-updater", "--pull"), ("ctr-updater", "--pull", "--autoupdate")):
        assert cli(*command, web.name).code == 0

    assert registry.requests() == before
    assert stack.exists(web.cid)


@pytest.mark.parametrize("label", ["source=nowhere", "sorce=local"])
def test_a_label_that_cannot_be_read_is_said_in_the_same_way_and_no_registry_asked(
    cli: Commands, stack: Stack, registry: PrivateRegistry, label: str
) -> None:
    web = published(stack, registry, "--label", f"ctr-updater.{label}")
    before = registry.requests()

    check, *others = [cli("watcher", "check", *way, web.name) for way in WAYS]

    assert (check.code, label.partition("=")[0] in check.out) == (5, True)
    assert others == [check, check]
    assert registry.requests() == before


def test_all_are_those_that_opted_in_whatever_their_state(cli: Commands, stack: Stack) -> None:
    web, db = outdated(stack, *ENABLED), current(stack, *ENABLED, name="db")
    current(stack, name="other")
    stack.engine.docker("stop", db.name)

    done, records = (
        cli("watcher", "check", "--all"),
        json.loads(cli("watcher", "check", "--all", "--json").out),
    )

    assert done.code == 1
    assert [line.split(":")[0] for line in done.out.splitlines()] == [db.name, web.name]
    assert [(row["name"], row["state"], row["mode"]) for row in records] == [
        (db.name, "exited", "update"),
        (web.name, "running", "update"),
    ]


def test_of_none_there_is_nothing_to_say(cli: Commands, stack: Stack) -> None:
    current(stack)

    assert cli("watcher", "check", "--all") == (0, "", "")
    assert cli("watcher", "check", "--all", "--json") == (0, "[]\n", "")


def test_the_first_keys_are_the_same_in_every_command(cli: Commands, stack: Stack) -> None:
    web = outdated(stack, *ENABLED)

    check = json.loads(cli("watcher", "check", "--json", web.name).out)
    several = json.loads(cli("watcher", "check", "--json", "--all").out)
    listed = json.loads(cli("watcher", "list", "--json").out)
    (planned,) = json.loads(cli("watcher", "update", "--json", "--dry-run", "--no-pull", web.name).out)

    assert [*check] == KEYS
    assert several == listed == [check]
    assert {key: planned[key] for key in KEYS} == check


@pytest.mark.parametrize("arguments", [(), ("--all", "web"), ("web", "")])
def test_whom_it_means_must_be_plain(cli: Commands, arguments: tuple[str, ...]) -> None:
    done = cli("watcher", "check", *arguments)

    assert (done.code, done.out) == (2, "")

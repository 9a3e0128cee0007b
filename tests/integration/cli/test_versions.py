"""The versions of both images, and where people read what is new, in what the commands say."""

import json
from typing import Any

import pytest

from tests.integration.apps import CRASHES, ENABLED, QUICK, App, outdated, short
from tests.testbed.cli import Commands
from tests.testbed.stack import Stack

OLD_COMMIT, NEW_COMMIT = "a1" * 20, "b2" * 20
SOURCE = "https://github.com/example/app"
COMPARED = f"{SOURCE}/compare/{OLD_COMMIT}...{NEW_COMMIT}"
OWN_ADDRESS = "ctr-updater.release-url=https://example.com/notes/{version}"


def labels(version: str, revision: str, **more: str) -> dict[str, str]:
    said = {"version": version, "revision": revision, "source": SOURCE} | more
    return {f"org.opencontainers.image.{key}": value for key, value in said.items()}


def released(stack: Stack, *options: object, **new: str) -> App:
    """A container with an update from 1.27.4 to 1.27.5; `new` is what else the new image says."""
    later = {"labels": labels("1.27.5", NEW_COMMIT, **new)}
    return outdated(stack, *ENABLED, *options, labels=labels("1.27.4", OLD_COMMIT), new=later)


def record(cli: Commands, *command: str) -> dict[str, Any]:
    found = json.loads(cli("watcher", *command, env=QUICK).out)
    row: dict[str, Any] = found[0] if isinstance(found, list) else found
    return row


def test_the_versions_and_a_link_are_in_the_json_of_every_command(cli: Commands, stack: Stack) -> None:
    web = released(stack)

    for command in (("check", "--json", web.name), ("list", "--json")):
        row = record(cli, *command)
        assert row["version"] == {"running": "1.27.4", "target": "1.27.5"}
        assert row["link"] == COMPARED
    planned = record(cli, "update", "--no-pull", "--dry-run", "--json", web.name)
    assert (planned["version"]["target"], planned["link"], planned["done"]) == ("1.27.5", COMPARED, "planned")


def test_what_an_update_brought_is_told_once_it_is_done(cli: Commands, stack: Stack) -> None:
    web = released(stack)

    row = record(cli, "update", "--no-pull", "--json", web.name)

    assert (row["done"], row["version"]) == ("updated", {"running": "1.27.5", "target": "1.27.5"})
    assert row["link"] == COMPARED
    assert record(cli, "check", "--json", web.name)["link"] is None


def test_the_users_own_address_speaks_first(cli: Commands, stack: Stack) -> None:
    web = released(stack, "--label", OWN_ADDRESS)

    assert record(cli, "check", "--json", web.name)["link"] == "https://example.com/notes/1.27.5"


def test_an_address_that_only_the_image_sets_counts_for_nothing(cli: Commands, stack: Stack) -> None:
    name, _, value = OWN_ADDRESS.partition("=")
    steered = labels("1.27.4", OLD_COMMIT) | {name: value}
    web = outdated(stack, *ENABLED, labels=steered, new={"labels": labels("1.27.5", NEW_COMMIT)})

    assert record(cli, "check", "--json", web.name)["link"] == COMPARED


def test_every_line_names_both_versions_and_the_link(cli: Commands, stack: Stack) -> None:
    web = released(stack)
    new = stack.image_id(web.image)
    moved = f"{web.image} was {short(web.old)} (1.27.4), is {short(new)} (1.27.5); see {COMPARED}"

    checked, listed = cli("watcher", "check", web.name), cli("watcher", "list")
    exercise = cli("ctr-updater", web.name)
    planned = cli("watcher", "update", "--no-pull", "--dry-run", web.name)
    updated = cli("watcher", "update", "--no-pull", web.name, env=QUICK)
    again = cli("watcher", "check", web.name)

    assert checked.out == exercise.err == f"{web.name}: update available: {moved}\n"
    assert listed.out.endswith(f"update available: {moved}\n")
    assert planned.out.splitlines()[0] == f"{web.name}: update available: {moved}"
    assert updated.out == f"{web.name}: updated: {moved}\n"
    assert again.out == f"{web.name}: up to date: {web.image} is {short(new)} (1.27.5)\n"


def test_a_version_that_a_terminal_would_obey_is_escaped_and_cut(cli: Commands, stack: Stack) -> None:
    odd = {"labels": {"org.opencontainers.image.version": "\x1b[31m" + "9" * 100}}
    web = outdated(stack, *ENABLED, new=odd)

    done = cli("watcher", "check", web.name)

    assert done.out.endswith(f" (\\x1b[31m{'9' * 51}…)\n")
    assert record(cli, "check", "--json", web.name)["version"]["target"].startswith("\\x1b[31m9")


def test_an_image_that_failed_is_named_with_its_version(cli: Commands, stack: Stack) -> None:
    broken = {"labels": labels("1.27.5", NEW_COMMIT), "cmd": "exit 3"}
    web = outdated(stack, *ENABLED, new=broken)
    cli("watcher", "update", "--no-pull", web.name, env=CRASHES)

    done = cli("watcher", "check", web.name)

    assert f"held: failed on {short(stack.image_id(web.image))} (1.27.5): " in done.out


@pytest.mark.parametrize(
    "source", ["javascript:alert(1)", "https://\x1b]8;;evil", "https://a b.example/x/y", "git@github.com:a/b"]
)
def test_what_a_stranger_says_is_no_link_unless_it_is_of_the_web(
    cli: Commands, stack: Stack, source: str
) -> None:
    web = released(stack, source=source)

    row = record(cli, "check", "--json", web.name)

    assert (row["link"], row["version"]["target"]) == (None, "1.27.5")


def test_an_image_that_has_left_the_engine_is_remembered(cli: Commands, stack: Stack) -> None:
    web = released(stack)
    cli("watcher", "check", web.name)
    stack.engine.docker("stop", web.name)
    stack.engine.docker("rmi", "-f", web.old)

    assert record(cli, "check", "--json", web.name)["version"]["running"] == "1.27.4"

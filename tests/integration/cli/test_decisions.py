"""`watcher hold`, `release` and `approve`: what is kept, what is said, and what is refused."""

import json
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.apps import ENABLED, current, outdated, short
from tests.testbed.cli import Commands
from tests.testbed.stack import Stack

APPROVE = ("--label", "ctr-updater.mode=approve")


def kept(cli: Commands) -> list[dict[str, Any]]:
    """What is held and approved, as it stands in the database."""
    connection = sqlite3.connect(cli.state / "database.sqlite")
    connection.row_factory = sqlite3.Row
    rows = [dict(row) for row in connection.execute("SELECT * FROM holds ORDER BY name, kind")]
    connection.close()
    return rows


def history(cli: Commands, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(cli("watcher", "history", "--json", *words).out)
    return found


def test_a_container_is_held_until_it_is_released(cli: Commands, stack: Stack) -> None:
    web = current(stack)

    held = cli("watcher", "hold", web.cid[:12], "--why", "the fair")
    (row,) = kept(cli)
    released = cli("watcher", "release", web.name)

    assert held == (0, f"{web.name}: held until it is released: the fair\n", "")
    assert (row["engine"], row["name"]) == (stack.engine.docker("info", "-f", "{{.ID}}"), web.name)
    assert (row["kind"], row["until"], row["image"], row["by"]) == ("hold", 0.0, "", "cli")
    assert released == (0, f"{web.name}: released\n", "")
    assert kept(cli) == []


def test_a_hold_may_have_an_end(cli: Commands, stack: Stack) -> None:
    web = current(stack)

    done = cli("watcher", "hold", "--for", "7d", web.name, env={"TZ": "UTC"})

    (row,) = kept(cli)
    assert row["until"] - row["at"] == 7 * 86400
    assert done.out.startswith(f"{web.name}: held until 20")
    assert done.out.endswith("+00:00\n")


def test_a_hold_may_be_of_the_image_that_the_tag_means_now(cli: Commands, stack: Stack) -> None:
    web = outdated(stack)
    new = stack.image_id(web.image)

    done = cli("watcher", "hold", "--this-image", web.name)

    assert done == (0, f"{web.name}: held while its tag means {short(new)}\n", "")
    assert [row["image"] for row in kept(cli)] == [new]


def test_where_nobody_knows_what_the_tag_means_no_image_is_held(cli: Commands, stack: Stack) -> None:
    web = current(stack)
    stack.engine.docker("tag", web.image, stack.name("other:1"))
    stack.engine.docker("rmi", web.image)

    done = cli("watcher", "hold", "--this-image", web.name)

    assert (done.code, done.out) == (5, "")
    assert done.err.count("\n") == 1
    assert web.name in done.err


def test_several_are_held_and_an_unknown_name_keeps_none_of_them_back(cli: Commands, stack: Stack) -> None:
    web, db = current(stack), current(stack, name="db")

    done = cli("watcher", "hold", web.name, "no-such", db.name)

    assert done.code == 3
    assert [row["name"] for row in kept(cli)] == sorted([web.name, db.name])
    assert "'no-such'" in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("command", ["hold", "release", "approve"])
def test_an_unknown_name_is_one_line(cli: Commands, command: str) -> None:
    done = cli("watcher", command, "no-such")

    assert (done.code, done.out, done.err.count("\n")) == (3, "", 1)


@pytest.mark.parametrize(
    "words",
    [
        ("hold", "--for", "0", "web"),
        ("hold", "--for", "0s", "web"),
        ("hold", "--for", "soon", "web"),
        ("hold", "--for", "-1h", "web"),
        ("hold", "--for", "1h", "--this-image", "web"),
        *(("hold",), ("release",), ("approve",)),
        *(("hold", ""), ("release", ""), ("approve", "")),
        ("history", "--last", "0"),
        ("history", "--last", "-1"),
        ("history", "--last", "many"),
        ("history", ""),
        ("history", "one", "two"),
    ],
)
def test_what_makes_no_sense_is_a_usage_error(cli: Commands, words: tuple[str, ...]) -> None:
    done = cli("watcher", *words)

    assert (done.code, done.out) == (2, "")
    assert "Traceback" not in done.err
    assert not cli.state.exists()


def test_a_long_reason_is_cut_wherever_it_is_told(cli: Commands, stack: Stack) -> None:
    web = current(stack)

    told = cli("watcher", "hold", "--why", "y" * 100_000, web.name)

    why = f"{'y' * 199}…"
    assert (told.code, told.out) == (0, f"{web.name}: held until it is released: {why}\n")
    (row,) = json.loads(cli("watcher", "history", "--json", web.name).out)
    assert row["why"] == why
    assert f"held by cli: {why}\n" in cli("watcher", "list", "--all").out


def test_to_release_what_nobody_held_is_no_error(cli: Commands, stack: Stack) -> None:
    web = current(stack)

    assert cli("watcher", "release", web.name) == (0, f"{web.name}: nobody held it\n", "")
    assert history(cli) == []


def test_what_is_gone_and_was_held_can_be_released(cli: Commands, stack: Stack) -> None:
    web = current(stack)
    cli("watcher", "hold", web.name)
    stack.engine.docker("rm", "-f", web.name)

    assert cli("watcher", "release", web.name).code == 0
    assert kept(cli) == []


def test_a_container_that_is_made_anew_is_held_as_before(cli: Commands, stack: Stack) -> None:
    web = current(stack)
    cli("watcher", "hold", web.name)
    stack.engine.docker("rm", "-f", web.name)
    stack.run(web.image, name=web.name)

    assert cli("watcher", "release", web.name).out == f"{web.name}: released\n"


def test_each_decision_is_a_row_of_the_history(cli: Commands, stack: Stack) -> None:
    web = current(stack)
    cli("watcher", "hold", web.name, "--why", "the fair\x1b[2J")
    cli("watcher", "release", web.name)

    rows = history(cli, web.name)
    table = cli("watcher", "history", web.name).out

    assert [(row["kind"], row["outcome"], row["by"]) for row in rows] == [
        ("release", None, "cli"),
        ("hold", None, "cli"),
    ]
    assert rows[1]["why"] == "the fair\x1b[2J"
    assert "the fair\\x1b[2J" in table


def test_an_approval_is_of_the_image_that_the_tag_means_now(cli: Commands, stack: Stack) -> None:
    web = outdated(stack, *ENABLED, *APPROVE)
    new = stack.image_id(web.image)

    done = cli("watcher", "approve", web.name)

    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"{web.name}: approved: ")
    assert [(row["kind"], row["image"]) for row in kept(cli)] == [("approve", new)]


@pytest.mark.parametrize("mode", [(), ("--label", "ctr-updater.mode=notify")])
def test_what_waits_for_no_approval_gets_none(cli: Commands, stack: Stack, mode: tuple[str, ...]) -> None:
    web = outdated(stack, *ENABLED, *mode)

    done = cli("watcher", "approve", web.name)

    assert (done.code, done.out, done.err.count("\n")) == (7, "", 1)
    assert not (cli.state / "database.sqlite").exists()


def test_where_there_is_no_update_there_is_nothing_to_approve(cli: Commands, stack: Stack) -> None:
    web = current(stack, *ENABLED, *APPROVE)

    done = cli("watcher", "approve", web.name)

    assert (done.code, done.out) == (7, "")
    assert "nothing to approve" in done.err


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Path]:
    """A directory on a file system without a free byte."""
    folder = tmp_path / "full"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", folder], check=True)
    subprocess.run(["dd", "if=/dev/zero", f"of={folder}/filler"], check=False, stderr=subprocess.DEVNULL)
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.parametrize("command", ["hold", "approve"])
def test_a_full_disk_is_one_clear_line(cli: Commands, stack: Stack, full: Path, command: str) -> None:
    web = outdated(stack, *ENABLED, *APPROVE)

    done = cli("watcher", command, web.name, env={"CTR_UPDATER_STATE_DIR": str(full)})

    assert (done.code, done.out, done.err.count("\n")) == (7, "", 1)
    assert str(full) in done.err

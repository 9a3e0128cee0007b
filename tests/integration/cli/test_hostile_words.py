"""What a person types need be no text: it is taken, or refused in one line, and never a surprise."""

import json

import pytest

from tests.integration.apps import current
from tests.testbed.cli import Commands
from tests.testbed.stack import Stack

NO_TEXT = "\udcff"  # the byte 0xff, as Python takes it from the command line


def test_why_something_is_held_is_kept_without_what_is_no_text(cli: Commands, stack: Stack) -> None:
    web = current(stack)

    done = cli("watcher", "hold", web.name, "--why", f"the{NO_TEXT} fair")

    assert done == (0, f"{web.name}: held until it is released: the\ufffd fair\n", "")
    (row,) = json.loads(cli("watcher", "history", "--json", web.name).out)
    assert row["why"] == "the\ufffd fair"


@pytest.mark.parametrize(
    "words",
    [
        *(("watcher", command) for command in ("check", "update", "rollback", "hold", "release", "approve")),
        ("watcher", "check", "--json"),
        ("watcher", "update", "--json"),
        ("watcher", "history"),
        ("watcher", "history", "--json"),
        ("watcher", "migrate"),
        ("ctr-updater",),
        ("ctr-updater", "--autoupdate"),
    ],
)
def test_a_name_that_is_no_text_is_nobodys(cli: Commands, stack: Stack, words: tuple[str, ...]) -> None:
    cli("watcher", "hold", current(stack).name)

    done = cli(*words, f"web{NO_TEXT}")

    assert (done.code, len(done.err.splitlines())) == (3, 1)
    assert "no container is called 'web\\udcff'" in done.err
    assert "--json" in words or done.out == ""


def test_an_image_that_is_no_text_is_none_to_go_back_to(cli: Commands, stack: Stack) -> None:
    web = current(stack)

    done = cli("watcher", "rollback", "--to", f"1{NO_TEXT}", web.name)

    assert (done.code in {3, 7}, done.out, len(done.err.splitlines())) == (True, "", 1)
    assert "unexpected" not in done.err


def test_a_state_directory_may_be_called_by_any_bytes(cli: Commands, stack: Stack) -> None:
    web = current(stack)
    cli.environ["CTR_UPDATER_STATE_DIR"] = f"{cli.state}{NO_TEXT}"

    assert cli("watcher", "hold", web.name).code == 0
    assert [row["kind"] for row in json.loads(cli("watcher", "history", "--json").out)] == ["hold"]

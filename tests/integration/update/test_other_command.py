"""`ctr-updater watcher ...` is `watcher ...`, so that the image's entrypoint reaches the product."""

import pytest

from tests.integration.apps import ENABLED, current, outdated
from tests.testbed.cli import Commands
from tests.testbed.stack import Stack


@pytest.mark.parametrize(
    "words",
    [
        ("check", "{web}"),
        ("check", "--json", "{web}"),
        ("list",),
        ("list", "--no-such-option"),
        ("update", "--no-pull", "nobody"),
        ("--version",),
        ("no-such-command",),
    ],
)
def test_two_words_of_which_the_first_is_watcher_are_the_other_command(
    cli: Commands, stack: Stack, words: tuple[str, ...]
) -> None:
    web = outdated(stack, *ENABLED)
    arguments = [word.format(web=web.name) for word in words]

    done, expected = cli("ctr-updater", "watcher", *arguments), cli("watcher", *arguments)

    assert (done.code, done.out) == (expected.code, expected.out)
    assert done.err.replace("ctr-updater watcher", "watcher") == expected.err


def test_help_says_how_it_was_called(cli: Commands) -> None:
    assert cli("ctr-updater", "watcher", "--help").out.startswith("Usage: ctr-updater watcher ")


@pytest.mark.parametrize("arguments", [("watcher",), ("--autoupdate", "watcher"), ("--debug", "watcher")])
def test_a_container_may_be_called_watcher(cli: Commands, stack: Stack, arguments: tuple[str, ...]) -> None:
    app = current(stack)
    stack.engine.docker("rename", app.name, "watcher")

    done = cli("ctr-updater", *arguments)

    assert f"watcher: up to date: {app.image} is " in done.err


def test_a_name_that_only_begins_so_is_a_name(cli: Commands) -> None:
    assert cli("ctr-updater", "watchers", "list").code == 2
    assert cli("ctr-updater", "web", "watcher").code == 2

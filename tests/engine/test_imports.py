"""Help, version and usage errors are answered before anything costly is imported."""

import re

import pytest

from tests.bed.cli import Commands

COSTLY = ("aiodocker", "aiohttp", "asyncio", "structlog")
FREE = [
    ("ctr-updater", "--help"),
    ("ctr-updater", "--version"),
    ("ctr-updater", "--no-such-option"),
    ("ctr-updater", "one", "two"),
    ("ctr-updater", ""),
    ("watcher",),
    ("watcher", "--help"),
    ("watcher", "--version"),
    ("watcher", "no-such-command"),
    ("watcher", "check"),
    ("watcher", "check", "--help"),
    ("watcher", "check", "--pull", "--remote", "web"),
    ("watcher", "update", "--help"),
    ("watcher", "update", ""),
    ("watcher", "list", "--help"),
]


def imported(cli: Commands, *command: str) -> set[str]:
    """The packages that a command imports, as Python itself reports them."""
    return set(re.findall(r"\| +(\w+)", cli(*command, env={"PYTHONPROFILEIMPORTTIME": "1"}).err))


@pytest.mark.parametrize("command", FREE)
def test_what_needs_no_engine_imports_nothing_that_does(cli: Commands, command: tuple[str, ...]) -> None:
    packages = imported(cli, *command)

    assert "watcher" in packages
    assert packages.isdisjoint(COSTLY)


def test_a_command_imports_what_it_needs(cli: Commands) -> None:
    """Else the test above would hold of anything."""
    assert {"aiodocker", "aiohttp", "asyncio"} <= imported(cli, "ctr-updater")


@pytest.mark.parametrize("script", ["ctr-updater", "watcher"])
def test_the_version_is_said_with_the_name(cli: Commands, script: str) -> None:
    done = cli(script, "--version")

    assert done.code == 0
    assert re.fullmatch(rf"{script}, version \d+\.\d+\.\d+\S*\n", done.out)


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_names_every_option_of_the_exercise(cli: Commands, flag: str) -> None:
    done = cli("ctr-updater", flag)

    assert (done.code, done.err) == (0, "")
    assert all(word in done.out for word in ("--pull", "--autoupdate", "[NAME]"))


def test_help_names_every_command(cli: Commands) -> None:
    assert all(
        re.search(rf"^  {word} ", cli("watcher", "--help").out, re.MULTILINE)
        for word in ("check", "list", "update")
    )

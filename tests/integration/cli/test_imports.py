"""Help, version and usage errors are answered before anything costly is imported."""

import re

import pytest

from tests.testbed.cli import Commands

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
    ("watcher", "notify"),
    ("watcher", "notify", "--help"),
]
LOOKS = [
    ("ctr-updater",),
    ("ctr-updater", "no-such"),
    ("watcher", "check", "no-such"),
    ("watcher", "check", "--all"),
    ("watcher", "list"),
    ("watcher", "history"),
    ("watcher", "release", "no-such"),
]
UPDATES = {
    "structlog",
    "watcher.cli.commands",
    "watcher.update.service",
    "watcher.host.notes",
    "watcher.update.steps.plan",
    "watcher.container.recreate",
}
UNUSED = {"csv", "frozenlist._frozenlist", "zipfile"}  # what the libraries have of them nobody needs
OPEN = {"watcher.dependencies.order", "watcher.recovery.state", "watcher.recovery.table"}
ASKS = {
    "watcher.host.images",
    "watcher.registry.client",
    "watcher.registry.http_client",
    "watcher.registry.credentials",
    "watcher.registry.manifests",
}


def imported(cli: Commands, *command: str) -> set[str]:
    """The packages that a command imports, as Python itself reports them."""
    return {name.partition(".")[0] for name in modules(cli, *command)}


def modules(cli: Commands, *command: str) -> set[str]:
    """The modules that a command imports; not those that measure its coverage, which Python imports first."""
    told = cli(*command, env={"PYTHONPROFILEIMPORTTIME": "1"}).err
    return set(re.findall(r"\| +([\w.]+)", re.split(r"\| site\n", told, maxsplit=1)[-1]))


@pytest.mark.parametrize("command", FREE)
def test_what_needs_no_engine_imports_nothing_that_does(cli: Commands, command: tuple[str, ...]) -> None:
    packages = imported(cli, *command)

    assert "watcher" in packages
    assert packages.isdisjoint(COSTLY)


def test_a_command_imports_what_it_needs(cli: Commands) -> None:
    """Else the test above would hold of anything."""
    assert {"aiodocker", "aiohttp", "asyncio"} <= imported(cli, "ctr-updater")


@pytest.mark.parametrize("command", LOOKS)
def test_what_only_looks_imports_nothing_that_updates_or_asks_registries(
    cli: Commands, command: tuple[str, ...]
) -> None:
    found = modules(cli, *command)

    assert "watcher.cli.looking" in found
    assert found.isdisjoint(UPDATES | ASKS)
    assert found.isdisjoint(UNUSED)
    assert "sqlite3" not in found  # there is no database yet


@pytest.mark.parametrize("command", [("check", "no-such"), ("check", "--all"), ("list",)])
def test_where_no_update_is_open_and_none_waits_nothing_that_tells_of_those_is_imported(
    cli: Commands, command: tuple[str, ...]
) -> None:
    assert modules(cli, "watcher", *command).isdisjoint(OPEN)


def test_what_updates_or_asks_registries_imports_all_of_that(cli: Commands) -> None:
    """Else the test above would hold of anything, and of names that have changed."""
    assert modules(cli, "watcher", "update", "no-such") >= UPDATES | ASKS | OPEN


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
        for word in ("approve", "check", "history", "hold", "list", "release", "update")
    )

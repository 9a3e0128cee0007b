"""Commands on several engines: whose container is meant, and what is said where one engine is away."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.apps import ENABLED, QUICK, current, marker_of, namesake, outdated
from tests.integration.fleets import engines
from tests.testbed.cli import Commands, Result
from tests.testbed.stack import Stack

LABELS = (*ENABLED, "--label", "ctr-updater.source=local")


@pytest.fixture
def both(cli: Commands, stack: Stack, nas: Stack) -> Commands:
    """The commands, told of both engines."""
    cli.environ |= {key: value for key, value in engines(stack.engine, nas.engine).items() if value} | QUICK
    del cli.environ["DOCKER_HOST"]
    return cli


def rows(result: Result) -> list[dict[str, Any]]:
    found = json.loads(result.out)
    assert isinstance(found, list)
    return found


def test_list_names_each_container_with_its_engine(both: Commands, stack: Stack, nas: Stack) -> None:
    web, database = current(stack, *LABELS), outdated(nas, *LABELS, name="db")

    table = both("watcher", "list")
    listed = rows(both("watcher", "list", "--json"))

    assert (table.code, table.err) == (0, "")
    assert [line.split()[0] for line in table.out.splitlines()[1:]] == [
        f"local/{web.name}",
        f"nas/{database.name}",
    ]
    assert [(row["engine"], row["name"], row["verdict"]) for row in listed] == [
        ("local", web.name, "current"),
        ("nas", database.name, "outdated"),
    ]


def test_a_name_that_only_one_engine_has_needs_no_engine(both: Commands, stack: Stack, nas: Stack) -> None:
    web, database = current(stack, *LABELS), outdated(nas, *LABELS, name="db")

    assert both("watcher", "check", web.name).code == 0
    assert both("ctr-updater", database.name).code == 1
    one = both("watcher", "check", database.name)
    assert one.out.startswith(f"nas/{database.name}: update available: ")
    assert both("watcher", "check", database.cid[:12]).code == 1


def test_a_name_that_both_have_wants_its_engine(both: Commands, stack: Stack, nas: Stack) -> None:
    web = outdated(stack, *LABELS)
    theirs = namesake(nas, web, *LABELS).cid

    unclear = both("watcher", "update", web.name)
    assert (unclear.code, unclear.out) == (3, "")
    assert (
        unclear.err == f"'{web.name}' is on several engines - say which: local/{web.name}, nas/{web.name}\n"
    )

    done = both("watcher", "update", f"local/{web.name}", f"nas/{web.name}")

    assert done.code == 0, done.err
    assert done.out.splitlines()[0].startswith(f"local/{web.name}: updated: ")
    assert done.out.splitlines()[1].startswith(f"nas/{web.name}: up to date: ")
    assert marker_of(stack, web.name) == "new"
    assert nas.inspect(web.name)["Id"] == theirs


def test_hold_rollback_and_history_take_the_engine(both: Commands, stack: Stack, nas: Stack) -> None:
    web = current(stack, *LABELS)
    theirs = namesake(nas, web, *LABELS)
    nas.image(web.image, marker="new")

    assert both("watcher", "hold", f"nas/{web.name}").out == f"nas/{web.name}: held until it is released\n"
    held = both("watcher", "update", f"nas/{web.name}")
    assert (held.code, held.err.startswith(f"nas: {web.name}")) == (7, True), held.err
    assert both("watcher", "check", f"local/{web.name}").code == 0
    both("watcher", "release", f"nas/{web.name}")
    assert both("watcher", "update", f"nas/{web.name}").code == 0
    assert both("watcher", "rollback", f"nas/{web.name}").out.startswith(f"nas/{web.name}: rolled back: ")
    assert marker_of(nas, theirs.name) == "old"

    told = rows(both("watcher", "history", "--json", f"nas/{web.name}"))
    assert [row["kind"] for row in told] == ["rollback", "update", "release", "update", "hold"]
    lines = both("watcher", "history").out.splitlines()[1:]
    assert [line.split()[2] for line in lines] == [f"nas/{web.name}"] * len(told)
    assert both("watcher", "history", f"local/{web.name}").out.count(web.name) == 0


def test_an_engine_that_is_away_keeps_nobody_from_the_others(
    both: Commands, stack: Stack, tmp_path: Path
) -> None:
    web = outdated(stack, *LABELS)
    env = engines(stack.engine, f"unix://{tmp_path}/none.sock")

    listed = both("watcher", "list", env=env)
    assert listed.code == 4
    assert listed.out.splitlines()[1].startswith(f"local/{web.name} ")
    (line,) = listed.err.splitlines()
    assert line.startswith(
        f"nas: cannot ask for the engine's version: no connection to unix://{tmp_path}/none.sock"
    )

    every = both("watcher", "check", "--all", env=env)
    assert (every.code, every.out.startswith(f"local/{web.name}: update available: ")) == (4, True)

    unclear = both("watcher", "check", "elsewhere", env=env)
    assert (unclear.code, unclear.out) == (4, "")
    assert unclear.err.startswith("cannot tell on which engine 'elsewhere' is: nas: cannot ask for the")

    assert both("watcher", "update", web.name, env=env).code == 0
    assert marker_of(stack, web.name) == "new"


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("nowhere", "no such container: 'nowhere' is on none of local or nas - `watcher list --all` lists"),
        (
            "service/web",
            "'service/web': there are several engines - say which: local/service/web, nas/service/web",
        ),
        ("moon/web", "'moon/web': there is no engine called 'moon' - it is one of local, nas"),
        ("nas/nowhere", "nas: no such container: 'nowhere' matches none of 0"),
    ],
)
def test_a_name_that_means_nothing_says_where_it_was_looked_for(both: Commands, name: str, line: str) -> None:
    for command in (("check",), ("update",), ("rollback",), ("hold",), ("history",)):
        failed = both("watcher", *command, name)
        assert (failed.code, failed.out) == (3, ""), command
        assert failed.err.startswith(line), failed.err
        assert len(failed.err.splitlines()) == 1
    exercise = both("ctr-updater", name)
    assert (exercise.code, exercise.err.startswith(line)) == (3, True)


@pytest.mark.parametrize(
    ("value", "code", "line"),
    [
        ("nas=10.0.0.2", 2, "CTR_UPDATER_ENGINES='nas=10.0.0.2' cannot be read - it takes NAME=ADDRESS"),
        (
            "nas=ssh://me@nas",
            4,
            "cannot reach the engine at ssh://me@nas (CTR_UPDATER_ENGINES, nas): ssh is not",
        ),
        ("no-such-context", 4, "cannot find the Docker context 'no-such-context'"),
    ],
)
def test_an_engine_that_cannot_be_meant_is_refused(both: Commands, value: str, code: int, line: str) -> None:
    refused = both("watcher", "list", env={"CTR_UPDATER_ENGINES": value})
    assert (refused.code, refused.out) == (code, "")
    assert refused.err.startswith(line), refused.err


def test_two_names_for_one_address_are_refused(both: Commands, stack: Stack) -> None:
    host = stack.engine.host
    refused = both("watcher", "list", env={"CTR_UPDATER_ENGINES": f"a={host},b={host}"})
    assert (refused.code, refused.err) == (
        7,
        f"CTR_UPDATER_ENGINES: a and b are both {host} - leave one out\n",
    )

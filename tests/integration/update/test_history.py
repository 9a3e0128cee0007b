"""Each attempt that has ended is one row of the history, whoever ends it, and holds no secret."""

import json
import time
from typing import Any

import pytest

from tests.integration.apps import CRASHES, QUICK, App, current, outdated, short
from tests.integration.updates import UPDATE
from tests.testbed.cli import Commands
from tests.testbed.faults import run
from tests.testbed.proxy import Proxy
from tests.testbed.relay import When
from tests.testbed.stack import Stack

VERSION = "org.opencontainers.image.version"
SECRET = "hunter2-of-its-own"  # noqa: S105 - the test's own


def rows(cli: Commands, *words: str) -> list[dict[str, Any]]:
    done = cli("watcher", "history", "--json", *words)
    assert (done.code, done.err) == (0, "")
    found: list[dict[str, Any]] = json.loads(done.out)
    return found


def test_an_update_is_a_row(cli: Commands, stack: Stack) -> None:
    web = outdated(stack)
    assert cli(*UPDATE, web.name, env=QUICK).code == 0

    (row,) = rows(cli)
    table = cli("watcher", "history", web.name).out

    assert (row["name"], row["kind"], row["outcome"], row["by"]) == (web.name, "update", "updated", "cli")
    assert (row["old"]["id"], row["new"]["id"]) == (web.old, stack.image_id(web.image))
    assert row["engine"] == stack.engine.docker("info", "-f", "{{.ID}}")
    assert {"create", "stop", "start", "prove", "remove"} <= row["stages"].keys()
    assert row["took_s"] >= row["down_s"] > 0
    assert f"{short(web.old)} → {short(row['new']['id'])}" in table


def test_an_update_by_the_exercise_is_a_row(cli: Commands, stack: Stack) -> None:
    web = outdated(stack)
    assert cli("ctr-updater", "--autoupdate", web.name, env=QUICK).code == 0

    assert [(row["outcome"], row["by"]) for row in rows(cli)] == [("updated", "cli")]


def test_an_update_by_the_daemon_is_a_row(cli: Commands, stack: Stack) -> None:
    web = outdated(stack, "--label", "ctr-updater.enable=true", "--label", "ctr-updater.source=local")
    assert cli("watcher", "run", "--once", env=QUICK).code == 0

    assert [(row["name"], row["outcome"], row["by"]) for row in rows(cli)] == [
        (web.name, "updated", "daemon")
    ]


@pytest.mark.parametrize("command", [UPDATE, ("watcher", "rollback")])
def test_what_is_refused_tells_the_version_that_runs_as_what_is_made_does(
    cli: Commands, stack: Stack, command: tuple[str, ...]
) -> None:
    web = outdated(stack, labels={VERSION: "1.0"}, new={"labels": {VERSION: "1.1"}})
    assert cli("watcher", "hold", web.name).code == 0
    assert cli(*command, web.name).code == 7

    row = rows(cli)[0]

    assert (row["outcome"], row["old"]) == ("refused", {"id": web.old, "version": "1.0"})
    assert row["new"] == ({"id": stack.image_id(web.image), "version": "1.1"} if command == UPDATE else None)


def test_what_the_failed_container_said_last_is_kept_masked_and_never_in_the_list(
    cli: Commands, stack: Stack
) -> None:
    says = "for n in $(seq 30); do echo line-$n of $WORD; done; exit 3"
    web = outdated(stack, "-e", f"WORD={SECRET}", new={"cmd": says})
    assert cli(*UPDATE, web.name, env=CRASHES).code == 6

    (row,) = rows(cli)

    assert row["outcome"] == "rolled back"
    assert row["output"] == [f"line-{number} of ***" for number in range(11, 31)]
    assert "line-12 of" not in cli("watcher", "history").out


def test_no_value_of_the_environment_is_in_any_file_of_the_state_directory(
    cli: Commands, stack: Stack
) -> None:
    web = outdated(stack, "-e", f"WORD={SECRET}", new={"cmd": 'echo "$WORD"; exit 3'})
    cli(*UPDATE, web.name, env=CRASHES)
    cli("watcher", "hold", web.name)

    files = [path for path in cli.state.rglob("*") if path.is_file()]

    assert "database.sqlite" in {path.name for path in files}
    assert [path for path in files if SECRET.encode() in path.read_bytes()] == []


def test_a_name_that_neither_is_nor_was_is_not_known(cli: Commands) -> None:
    done = cli("watcher", "history", "no-such")

    assert (done.code, done.out, done.err.count("\n")) == (3, "", 1)


def test_where_there_is_nothing_yet_that_is_one_plain_line(cli: Commands, stack: Stack) -> None:
    web = current(stack)

    nothing = "nothing has been updated, held or approved here yet\n"
    assert cli("watcher", "history") == (0, nothing, "")
    assert cli("watcher", "history", web.name) == (0, nothing, "")
    assert cli("watcher", "history", "--json").out == "[]\n"
    assert not cli.state.exists()


def test_what_is_gone_shows_the_rows_that_it_has(cli: Commands, stack: Stack) -> None:
    web = outdated(stack)
    cli(*UPDATE, web.name, env=QUICK)
    stack.engine.docker("rm", "-f", web.name)

    assert [row["outcome"] for row in rows(cli, web.name)] == ["updated"]


def test_it_can_be_read_where_there_is_no_engine(cli: Commands, stack: Stack) -> None:
    web = outdated(stack)
    cli(*UPDATE, web.name, env=QUICK)
    nowhere = {"DOCKER_HOST": "unix:///nowhere.sock"}

    for words in ((), (web.name,)):
        done = cli("watcher", "history", "--json", *words, env=nowhere)
        assert (done.code, [row["name"] for row in json.loads(done.out)]) == (0, [web.name])
    assert cli("watcher", "history", "no-such", env=nowhere).code == 4


@pytest.mark.parametrize("works", [True, False])
@pytest.mark.parametrize("when", ["before", "after"])
def test_no_attempt_is_missing_or_there_twice_wherever_its_process_is_killed(
    cli: Commands, stack: Stack, proxy: Proxy, when: When, works: bool
) -> None:
    new = {} if works else {"cmd": "exit 3"}
    for number in range(1, 20):
        web, begin = outdated(stack, name=f"web{number}", new=new), time.time()
        if not _killed(cli, proxy, web, number, when):
            break
        assert cli(*UPDATE, web.name, env=QUICK if works else CRASHES).code == (0 if works else 6)
        found = rows(cli, web.name)
        ends = {row["outcome"] for row in found}
        assert ends <= ({"recovered", "updated"} if works else {"recovered", "rolled back"}), (number, found)
        assert len(found) == _made(stack, begin), (number, found)
        stack.engine.docker("rm", "-f", web.name)
    assert number > 5


def _made(stack: Stack, begin: float) -> int:
    """How many containers were made since then: one for each attempt."""
    told = stack.engine.docker(
        "events", "--since", f"{begin:.6f}", "--until", f"{time.time():.6f}",
        "--filter", "event=create", "--filter", "type=container",
    )  # fmt: skip
    return len(told.splitlines())


def _killed(cli: Commands, proxy: Proxy, web: App, number: int, when: When) -> bool:
    """Kill an update at its n-th call; whether it came so far."""
    process = cli.start(*UPDATE, web.name, env={**QUICK, "DOCKER_HOST": proxy.host})
    armed = proxy.arm(run(process.kill), n=number, when=when)
    process.communicate()
    proxy.disarm()
    return armed.fired.is_set()

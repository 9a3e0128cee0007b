"""With `--json` an error is an object on standard output, beside its line; a plan is its steps, as data."""

import json
from typing import Any

import pytest

from tests.integration.apps import CRASHES, QUICK, current, outdated
from tests.integration.cli.test_check_several import KEYS
from tests.integration.cli.test_errors import EVERY_COMMAND
from tests.testbed.cli import Commands, Result
from tests.testbed.faults import cut
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

NOWHERE = {"DOCKER_HOST": "unix:///nonexistent/docker.sock"}
WITH_JSON = [command for command in EVERY_COMMAND if command[0] == "watcher"]


def problem(done: Result, code: int) -> dict[str, Any]:
    """The error that a command ended with, which it said on standard error, too."""
    found: dict[str, Any] = json.loads(done.out)
    assert found.keys() == {"error", "advice", "code"}
    assert (done.code, found["code"], done.err) == (code, code, f"{found['error']}\n")
    assert found["error"].endswith(found["advice"])
    return found


@pytest.mark.parametrize("command", WITH_JSON)
def test_without_an_engine_the_error_is_an_object(cli: Commands, command: tuple[str, ...]) -> None:
    found = problem(cli(*command, "--json", env=NOWHERE), 4)

    assert found["advice"] == "is Docker running? Set DOCKER_HOST if it listens elsewhere"


def test_a_name_that_means_nothing_is_an_object(cli: Commands, stack: Stack) -> None:
    current(stack)

    assert "no such container" in problem(cli("watcher", "check", "--json", "nobody"), 3)["error"]


def test_a_setting_that_cannot_be_read_is_an_object(cli: Commands) -> None:
    done = cli("watcher", "list", "--json", env={"CTR_UPDATER_INTERVALL": "1h"})

    assert problem(done, 2)["advice"] == "did you mean CTR_UPDATER_INTERVAL?"


def test_without_json_nothing_is_printed(cli: Commands) -> None:
    assert cli("watcher", "list", env=NOWHERE).out == ""


@pytest.mark.parametrize("command", ["check", "update"])
def test_of_several_names_each_error_has_its_advice_and_code(
    cli: Commands, stack: Stack, command: str
) -> None:
    web = current(stack)
    options = ("--no-pull",) if command == "update" else ()

    done = cli("watcher", command, *options, "--json", web.name, "nobody", env=QUICK)

    (failed,) = (record for record in json.loads(done.out) if record["name"] == "nobody")
    assert (done.code, failed["code"]) == (3, 3)
    assert failed["error"] == done.err.rstrip("\n")
    assert failed["advice"] == "`docker ps -a` lists what there is"


def test_what_was_done_before_the_engine_went_away_is_told(cli: Commands, stack: Stack, proxy: Proxy) -> None:
    web, db = outdated(stack), outdated(stack, name="db")
    proxy.arm(cut, match=f"^GET .*/containers/{db.name}/json", times=1000)
    environ = QUICK | {"DOCKER_HOST": proxy.host}

    done = cli("watcher", "update", "--no-pull", "--json", web.name, db.name, env=environ)

    updated, failed = json.loads(done.out)
    assert (updated["name"], updated["done"]) == (web.name, "updated")
    assert (failed["name"], failed["done"], failed["code"], done.code) == (db.name, "failed", 4, 4)
    assert failed["error"] == done.err.rstrip("\n")


def test_where_the_engine_goes_away_at_the_only_one_the_error_is_an_object(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web = outdated(stack)
    proxy.arm(cut, match=f"^GET .*/containers/{web.name}/json", times=1000)

    done = cli("watcher", "update", "--no-pull", "--json", web.name, env={"DOCKER_HOST": proxy.host})

    problem(done, 4)


def test_a_plan_is_its_steps_as_data(cli: Commands, stack: Stack, proxy: Proxy) -> None:
    web = outdated(stack)
    stack.run(web.image, "--network", f"container:{web.name}", name=stack.name("side"))

    environ = {"DOCKER_HOST": proxy.host}
    done = cli("watcher", "update", "--no-pull", "--dry-run", "--json", web.name, env=environ)

    (record,) = json.loads(done.out)
    assert (done.code, record["done"], proxy.changes) == (0, "planned", [])
    steps = [(step["container"], step["step"]) for step in record["plan"]]
    assert steps[:2] == [(web.name, "create"), (stack.name("side"), "create")]
    assert (web.name, "set_aside") in steps
    assert record["plan"][0]["why"] == "what cannot be created must fail while the old one serves"
    assert any(stack.name("side") in note for note in record["notes"])


def test_of_a_failed_update_the_object_tells_what_runs_now(cli: Commands, stack: Stack) -> None:
    web = outdated(stack, new={"cmd": "exit 3"})

    done = cli("watcher", "update", "--no-pull", "--json", web.name, env=CRASHES)

    (failed,) = json.loads(done.out)
    assert (done.code, failed["done"], failed["code"]) == (6, "failed", 6)
    assert [*failed][: len(KEYS)] == KEYS
    assert (failed["name"], failed["id"], failed["state"]) == (web.name, web.cid, "running")
    assert (failed["verdict"], failed["running"]) == ("held", web.old)
    assert failed["target"] == stack.image_id(web.image)


def test_what_is_held_back_tells_what_runs_now_as_well(cli: Commands, stack: Stack) -> None:
    db = outdated(stack, name="db", new={"cmd": "exit 3"})
    web = outdated(stack, "--label", f"ctr-updater.depends-on={db.name}")

    done = cli("watcher", "update", "--no-pull", "--json", web.name, db.name, env=CRASHES)

    (held_back,) = (each for each in json.loads(done.out) if each["name"] == web.name)
    assert held_back["done"] == "held back"
    assert db.name in held_back["reason"]
    assert (held_back["id"], held_back["state"], held_back["running"]) == (web.cid, "running", web.old)

"""`watcher update`: what it prints for people and for programs, and its codes."""

import json

import pytest

from tests.integration.apps import BESIDE, QUICK, current, marker_of, moved, outdated, published, short
from tests.testbed.cli import Commands
from tests.testbed.proxy import Proxy
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack


def test_update_pulls_and_replaces(cli: Commands, stack: Stack, registry: PrivateRegistry) -> None:
    web = published(stack, registry)

    done = cli("watcher", "update", web.name, env=QUICK)

    assert (done.code, done.err) == (0, f"pulling {web.image}\n")
    assert done.out == f"{web.name}: updated: {moved(stack, web)}\n"
    assert marker_of(stack, web.name) == "new"


def test_update_without_a_pull_looks_at_the_cache_alone(
    cli: Commands, stack: Stack, registry: PrivateRegistry
) -> None:
    web = published(stack, registry)
    before = registry.requests()

    done = cli("watcher", "update", "--no-pull", web.name)

    assert (done.code, done.err) == (0, "")
    assert done.out == f"{web.name}: up to date: {web.image} is {short(web.old)}\n"
    assert registry.requests() == before


def test_update_never_asks_a_registry_for_what_follows_the_local_tag(
    cli: Commands, stack: Stack, registry: PrivateRegistry
) -> None:
    web = published(stack, registry, "--label", "ctr-updater.source=local")
    before = registry.requests()

    assert cli("watcher", "update", web.name).code == 0
    assert registry.requests() == before
    assert stack.exists(web.cid)


def test_update_as_json_is_one_record_for_each_name(cli: Commands, stack: Stack) -> None:
    web, db = outdated(stack), current(stack, name="db")

    done = cli("watcher", "update", "--no-pull", "--json", web.name, db.name, "nobody", env=QUICK)

    records = json.loads(done.out)
    assert [(record["name"], record["done"]) for record in records] == [
        (web.name, "updated"),
        (db.name, "current"),
        ("nobody", "failed"),
    ]
    now = stack.inspect(web.name)
    assert (records[0]["id"], records[0]["state"]) == (now["Id"], "running")
    assert records[0]["id"] != web.cid
    assert (records[0]["verdict"], records[0]["running"]) == ("current", stack.image_id(web.image))
    assert records[0]["target"] == stack.image_id(web.image)
    assert records[2]["error"] == done.err.rstrip("\n")


def test_one_that_fails_does_not_keep_the_others_and_the_highest_code_wins(
    cli: Commands, stack: Stack
) -> None:
    broken = outdated(stack, name="broken", new={"cmd": "exit 3"})
    web = outdated(stack)

    done = cli("watcher", "update", "--no-pull", "nobody", broken.name, web.name, env=BESIDE)

    assert done.code == 6
    assert [line.partition(" ")[0] for line in done.err.splitlines()] == ["no", broken.name]
    assert done.out.startswith(f"{web.name}: updated: ")
    assert marker_of(stack, web.name) == "new"
    assert stack.inspect(broken.name)["Id"] == broken.cid


@pytest.mark.parametrize("names", [("nobody",), ("nobody", "{web}"), ("{web}", "nobody")])
def test_a_code_of_one_name_is_not_lost_for_another(
    cli: Commands, stack: Stack, names: tuple[str, ...]
) -> None:
    web = current(stack)

    assert cli("watcher", "update", "--no-pull", *(name.format(web=web.name) for name in names)).code == 3


def test_a_name_that_is_given_twice_is_updated_once(cli: Commands, stack: Stack) -> None:
    web = outdated(stack)

    done = cli("watcher", "update", "--no-pull", web.name, web.name, env=QUICK)

    assert done.code == 0
    assert [line.split(": ")[1] for line in done.out.splitlines()] == ["updated", "up to date"]


@pytest.mark.parametrize("option", [("--dry-run",), ("--dry-run", "--no-pull")])
def test_dry_run_shows_every_step_and_takes_none(
    cli: Commands, stack: Stack, proxy: Proxy, option: tuple[str, ...], registry: PrivateRegistry
) -> None:
    web = published(stack, registry)
    stack.image(web.image, marker="newer")
    before = stack.containers()

    done = cli("watcher", "update", *option, web.name, env={"DOCKER_HOST": proxy.host})

    assert done.code == 0
    first, *steps = done.out.splitlines()
    assert first.startswith(f"{web.name}: update available: {web.image} ")
    assert [int(step.split(".")[0]) for step in steps] == list(range(1, len(steps) + 1))
    assert "create its successor" in done.out
    assert proxy.changes == []
    assert {name: row["Id"] for name, row in stack.containers().items()} == {
        name: row["Id"] for name, row in before.items()
    }


def test_dry_run_of_what_is_up_to_date_says_so(cli: Commands, stack: Stack) -> None:
    web = current(stack)

    done = cli("watcher", "update", "--no-pull", "--dry-run", web.name)

    assert (done.code, done.out) == (0, f"{web.name}: up to date: {web.image} is {short(web.old)}\n")


def test_a_task_of_a_swarm_service_is_refused_with_what_to_do_instead(cli: Commands, stack: Stack) -> None:
    web = outdated(stack, "--label", "com.docker.swarm.task.id=abc")

    done = cli("watcher", "update", "--no-pull", web.name)

    assert (done.code, done.out, done.err.count("\n")) == (7, "", 1)
    assert "docker service update" in done.err
    assert stack.exists(web.cid)

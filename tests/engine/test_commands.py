"""`watcher check`, `update` and `list`: what they print for people and for programs, and their codes."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.bed.cli import Commands
from tests.bed.proxy import Proxy
from tests.bed.registry import PrivateRegistry
from tests.bed.stack import Stack
from tests.engine.apps import QUICK, App, current, marker_of, outdated, published

ENABLED = ("--label", "ctr-updater.enable=true")


def short(image: str) -> str:
    return image.removeprefix("sha256:")[:12]


@pytest.mark.parametrize(
    ("make", "code", "said"), [(current, 0, "up to date"), (outdated, 1, "update available")]
)
def test_check_says_on_standard_output_what_its_code_says(
    cli: Commands, stack: Stack, make: Callable[[Stack], App], code: int, said: str
) -> None:
    web = make(stack)

    done = cli("watcher", "check", web.name)

    assert (done.code, done.err) == (code, "")
    assert done.out.startswith(f"{web.name}: {said}: {web.image} ")
    assert done.out.count("\n") == 1


def test_check_as_json_holds_name_image_verdict_and_both_ids(cli: Commands, stack: Stack) -> None:
    web = outdated(stack)

    done = cli("watcher", "check", "--json", web.name)

    new = stack.image_id(web.image)
    assert (done.code, done.err) == (1, "")
    assert json.loads(done.out) == {
        "name": web.name,
        "id": web.cid,
        "image": web.image,
        "verdict": "outdated",
        "reason": f"{web.image} was {short(web.old)}, is {short(new)}",
        "running": web.old,
        "target": new,
        "until": None,
    }


def test_check_as_json_says_null_for_a_target_that_nobody_knows(cli: Commands, stack: Stack) -> None:
    web = current(stack)
    stack.tag(web.image, stack.name("kept"))
    stack.engine.docker("rmi", web.image)

    done = cli("watcher", "check", "--json", web.name)

    found = json.loads(done.out)
    assert (done.code, found["verdict"], found["target"]) == (5, "unknown", None)


def test_check_changes_nothing(cli: Commands, stack: Stack, proxy: Proxy, registry: PrivateRegistry) -> None:
    web = published(stack, registry)

    for option in ((), ("--pull",), ("--remote",)):
        assert cli("watcher", "check", *option, web.name, env={"DOCKER_HOST": proxy.host}).code in {0, 1}

    assert proxy.changes == []


def test_check_pulls_where_asked(cli: Commands, stack: Stack, registry: PrivateRegistry) -> None:
    web = published(stack, registry)

    assert cli("watcher", "check", web.name).code == 0
    assert cli("watcher", "check", "--pull", web.name).code == 1
    assert stack.image_id(web.image) != web.old


@pytest.mark.parametrize("moved", [False, True])
def test_remote_asks_the_registry_and_pulls_no_layer(
    cli: Commands, stack: Stack, registry: PrivateRegistry, moved: bool
) -> None:
    web = published(stack, registry)
    stack.engine.docker("push", web.image)
    if moved:
        stack.image(web.image, marker="newest")
        stack.engine.docker("push", web.image)
        stack.tag(web.old, web.image)
    before = len(registry.requests())

    done = cli("watcher", "check", "--remote", web.name)

    assert done.code == int(moved)
    asked = registry.requests()[before:]
    assert any("/manifests/" in request.path for request in asked)
    layers = {layer for layer in _blobs(stack, web.image) if any(layer in request.path for request in asked)}
    assert layers == set()
    assert stack.image_id(web.image) == web.old


def test_remote_is_unknown_where_the_registry_is_down(cli: Commands, stack: Stack) -> None:
    with PrivateRegistry() as private:
        web = published(stack, private)

    done = cli("watcher", "check", "--remote", web.name)

    assert (done.code, done.out, done.err.count("\n")) == (5, "", 1)
    assert done.err.startswith(f"cannot tell whether {web.image} has an update: ")


def test_remote_is_unknown_where_the_registry_has_no_such_tag(
    cli: Commands, stack: Stack, registry: PrivateRegistry
) -> None:
    reference = f"{registry.address}/{stack.name('never-pushed:1')}"
    stack.image(reference)
    stack.run(reference, name=stack.name("web"))

    done = cli("watcher", "check", "--remote", stack.name("web"))

    assert (done.code, done.out, done.err.count("\n")) == (5, "", 1)


def test_remote_of_what_is_pinned_asks_nobody(cli: Commands, stack: Stack, registry: PrivateRegistry) -> None:
    image = stack.image(f"{registry.address}/{stack.name('app:1')}")
    stack.run(image, name=stack.name("web"))
    before = registry.requests()

    assert cli("watcher", "check", "--remote", stack.name("web")).code == 0
    assert registry.requests() == before


def test_update_pulls_and_replaces(cli: Commands, stack: Stack, registry: PrivateRegistry) -> None:
    web = published(stack, registry)

    done = cli("watcher", "update", web.name, env=QUICK)

    assert (done.code, done.err) == (0, f"pulling {web.image}\n")
    assert (
        done.out
        == f"{web.name}: updated: {web.image} was {short(web.old)}, is {short(stack.image_id(web.image))}\n"
    )
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
    assert records[0]["running"] == web.old
    assert records[0]["target"] == stack.image_id(web.image)
    assert records[2]["error"] == done.err.rstrip("\n")


def test_one_that_fails_does_not_keep_the_others_and_the_highest_code_wins(
    cli: Commands, stack: Stack
) -> None:
    broken = outdated(stack, name="broken", new={"cmd": "exit 3"})
    web = outdated(stack)

    done = cli("watcher", "update", "--no-pull", "nobody", broken.name, web.name, env=QUICK)

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


def test_list_shows_those_that_opted_in_whatever_their_state(cli: Commands, stack: Stack) -> None:
    web = outdated(stack, *ENABLED)
    db = current(stack, *ENABLED, "--label", "ctr-updater.mode=notify", name="db")
    current(stack, name="other")
    current(stack, "--label", "ctr-updater.enable=false", name="off")
    stack.engine.docker("stop", db.name)

    done = cli("watcher", "list")

    assert (done.code, done.err) == (0, "")
    head, *rows = (line.split(maxsplit=4) for line in done.out.splitlines())
    assert head == ["NAME", "IMAGE", "STATE", "MODE", "VERDICT"]
    assert rows == [
        [db.name, db.image, "exited", "notify", f"up to date: {db.image} is {short(db.old)}"],
        [web.name, web.image, "running", "update", f"update available: {_moved(stack, web)}"],
    ]


def test_list_all_shows_every_running_one_beside(cli: Commands, stack: Stack) -> None:
    web, other, stopped = (
        current(stack, *ENABLED),
        current(stack, name="other"),
        current(stack, name="stopped"),
    )
    stack.engine.docker("stop", web.name, stopped.name)

    rows = json.loads(cli("watcher", "list", "--all", "--json").out)

    assert [(row["name"], row["state"], row["mode"]) for row in rows] == [
        (other.name, "running", "-"),
        (web.name, "exited", "update"),
    ]


def test_list_as_json_holds_what_the_table_holds(cli: Commands, stack: Stack) -> None:
    web = outdated(stack, *ENABLED)

    done = cli("watcher", "list", "--json")

    assert json.loads(done.out) == [
        {
            "name": web.name,
            "image": web.image,
            "state": "running",
            "mode": "update",
            "verdict": "outdated",
            "reason": _moved(stack, web),
            "running": web.old,
            "target": stack.image_id(web.image),
            "until": None,
        }
    ]


@pytest.mark.parametrize(
    ("option", "shown"), [((), "NAME  IMAGE  STATE  MODE  VERDICT\n"), (("--json",), "[]\n")]
)
def test_an_empty_list_is_no_error(cli: Commands, stack: Stack, option: tuple[str, ...], shown: str) -> None:
    current(stack)

    assert cli("watcher", "list", *option) == (0, shown, "")


def test_list_says_of_labels_that_cannot_be_read_that_it_is_unknown(cli: Commands, stack: Stack) -> None:
    current(stack, *ENABLED, "--label", "ctr-updater.mode=sometimes")

    (row,) = json.loads(cli("watcher", "list", "--json").out)

    assert (row["verdict"], row["mode"]) == ("unknown", "-")
    assert "ctr-updater.mode='sometimes' cannot be read" in row["reason"]


def test_list_shows_what_cannot_be_told_as_unknown(cli: Commands, stack: Stack) -> None:
    web = current(stack, *ENABLED)
    stack.tag(web.image, stack.name("kept"))
    stack.engine.docker("rmi", web.image)

    assert [row["verdict"] for row in json.loads(cli("watcher", "list", "--json").out)] == ["unknown"]


def _moved(stack: Stack, app: App) -> str:
    return f"{app.image} was {short(app.old)}, is {short(stack.image_id(app.image))}"


def _blobs(stack: Stack, image: str) -> list[str]:
    """The hexadecimal digests of an image's layers as the registry keeps them."""
    manifest: dict[str, Any] = json.loads(stack.engine.docker("manifest", "inspect", "--insecure", image))
    return [layer["digest"].removeprefix("sha256:") for layer in manifest["layers"]]

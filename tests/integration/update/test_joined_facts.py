"""What the transaction with dependents stands on: facts of the engine itself, guarded on each."""

from typing import Any

import pytest

from tests.testbed.stack import Stack
from watcher.dependencies.namespaces import TieKind, references

WAYS = {
    "NetworkMode": TieKind.NETWORK,
    "PidMode": TieKind.PID,
    "IpcMode": TieKind.IPC,
}


@pytest.fixture
def web(stack: Stack) -> str:
    """The id of a container that was created and never ran."""
    stack.image(stack.name("app:1"))
    return stack.create(stack.name("app:1"), "--ipc", "shareable", name=stack.name("web"))


def made(stack: Stack, host: dict[str, Any]) -> tuple[int, Any]:
    body = {"Image": stack.name("app:1"), "HostConfig": host}
    return stack.engine.api("POST", f"/containers/create?name={stack.name('side')}", body)


@pytest.mark.parametrize("mode", WAYS)
def test_a_successor_can_be_created_on_one_that_was_only_created(stack: Stack, web: str, mode: str) -> None:
    assert made(stack, {mode: f"container:{stack.name('web')}"})[0] == 201

    assert references(stack.inspect(stack.name("side"))) == ((WAYS[mode], web),), "stored is the full id"


def test_a_link_by_id_follows_the_name_of_what_it_links_to(stack: Stack, web: str) -> None:
    assert made(stack, {"Links": [f"{web}:db"]})[0] == 201
    stack.engine.docker("rename", web, stack.name("later"))

    side = stack.inspect(stack.name("side"))

    assert references(side) == ((TieKind.LINK, stack.name("later")),)
    assert side["HostConfig"]["Links"] == [f"/{stack.name('later')}:/{stack.name('side')}/db"]


def test_the_list_tells_who_links_to_a_container(stack: Stack, web: str) -> None:
    made(stack, {"Links": [f"{web}:db"]})

    (row,) = (row for row in stack.engine.api("GET", "/containers/json?all=1")[1] if row["Id"] == web)

    assert sorted(row["Names"]) == sorted([f"/{stack.name('web')}", f"/{stack.name('side')}/db"])


def test_one_that_others_hold_on_to_can_be_removed_when_none_runs(stack: Stack, web: str) -> None:
    made(stack, {"NetworkMode": f"container:{web}", "PidMode": f"container:{web}"})

    assert stack.engine.api("DELETE", f"/containers/{web}")[0] == 204

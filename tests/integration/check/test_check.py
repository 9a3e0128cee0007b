"""`watcher check`: what it prints for people and for programs, its codes, and that it changes nothing."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.apps import App, current, outdated, published, short, unpublished
from tests.testbed.cli import Commands
from tests.testbed.proxy import Proxy
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack


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


def test_check_as_json_holds_what_a_row_of_the_list_holds(cli: Commands, stack: Stack) -> None:
    web = outdated(stack)

    done = cli("watcher", "check", "--json", web.name)

    new = stack.image_id(web.image)
    assert (done.code, done.err) == (1, "")
    assert json.loads(done.out) == {
        "name": web.name,
        "id": web.cid,
        "image": web.image,
        "state": "running",
        "mode": "-",
        "verdict": "outdated",
        "reason": f"{web.image} was {short(web.old)}, is {short(new)}",
        "running": web.old,
        "target": new,
        "until": None,
        "engine": "local",
        "kind": "container",
        "version": {"running": None, "target": None},
        "link": None,
        "waits": [],
        "kept": [],
        "stage": None,
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
    web = unpublished(stack, registry)

    done = cli("watcher", "check", "--remote", web.name)

    assert (done.code, done.out, done.err.count("\n")) == (5, "", 1)


def test_remote_of_what_is_pinned_asks_nobody(cli: Commands, stack: Stack, registry: PrivateRegistry) -> None:
    image = stack.image(f"{registry.address}/{stack.name('app:1')}")
    stack.run(image, name=stack.name("web"))
    before = registry.requests()

    assert cli("watcher", "check", "--remote", stack.name("web")).code == 0
    assert registry.requests() == before


def _blobs(stack: Stack, image: str) -> list[str]:
    """The hexadecimal digests of an image's layers as the registry keeps them."""
    manifest: dict[str, Any] = json.loads(stack.engine.docker("manifest", "inspect", "--insecure", image))
    return [layer["digest"].removeprefix("sha256:") for layer in manifest["layers"]]

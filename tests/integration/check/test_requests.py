"""What a look asks the engine for: no image twice, whatever it is called and however many run it."""

import re
from collections import Counter
from collections.abc import Callable

import pytest

from tests.integration.apps import ENABLED, QUICK, App, current, outdated, published
from tests.testbed.cli import Commands
from tests.testbed.proxy import Proxy
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

MANY = 5
PULL, INSPECT = "/images/create", re.compile(r"/images/(.+)/json")


def inspected(stack: Stack, proxy: Proxy, was: str = "") -> Counter[str]:
    """How often each image was inspected, by its id.

    Args:
        stack: Where they are.
        proxy: Which has seen the requests.
        was: The id that the tag had before a pull.
    """
    found, pulled = Counter[str](), not was
    for call in proxy.calls:
        pulled = pulled or call.path == PULL
        if call.method == "GET" and (name := INSPECT.fullmatch(call.path)):
            by_id = name[1].startswith("sha256:")
            found[name[1] if by_id else stack.image_id(name[1]) if pulled else was] += 1
    return found


def fleet(stack: Stack) -> App:
    """Several containers that opted in, on one image."""
    web = current(stack, *ENABLED)
    for number in range(1, MANY):
        stack.run(web.image, *ENABLED, name=stack.name(f"web{number}"))
    return web


def looked(cli: Commands, proxy: Proxy, *command: str) -> int:
    done = cli("watcher", *command, env=QUICK | {"DOCKER_HOST": proxy.host})
    assert done.code in {0, 1}, done
    return done.code


@pytest.mark.parametrize("again", [False, True], ids=["first", "again"])
@pytest.mark.parametrize("make", [current, outdated])
def test_a_check_inspects_each_image_once(
    cli: Commands, stack: Stack, proxy: Proxy, *, make: Callable[..., App], again: bool
) -> None:
    web = make(stack, *ENABLED)
    for _ in range(1 + again):
        proxy.calls.clear()
        looked(cli, proxy, "check", web.name)

    found = inspected(stack, proxy)

    assert set(found) <= {web.old, stack.image_id(web.image)}
    assert set(found.values()) == {1}


@pytest.mark.parametrize("way", ["--remote", "--pull"])
def test_a_check_by_its_registry_inspects_no_image_twice_but_after_a_pull(
    cli: Commands, stack: Stack, proxy: Proxy, registry: PrivateRegistry, way: str
) -> None:
    web = published(stack, registry, *ENABLED)

    assert looked(cli, proxy, "check", way, web.name) == 1

    found = inspected(stack, proxy, web.old if way == "--pull" else "")
    assert found == dict.fromkeys({web.old, stack.image_id(web.image)}, 1)


@pytest.mark.parametrize("command", [("list",), ("list", "--all"), ("check", "--all")])
def test_many_on_one_image_are_one_question(
    cli: Commands, stack: Stack, proxy: Proxy, command: tuple[str, ...]
) -> None:
    web = fleet(stack)

    looked(cli, proxy, *command)

    assert inspected(stack, proxy) == {web.old: 1}

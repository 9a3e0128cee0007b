"""What a look asks the engine for: no image twice, whatever it is called and however many run it."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import pairwise

import pytest

from tests.integration.apps import ENABLED, QUICK, App, current, outdated, published
from tests.testbed.cli import Commands
from tests.testbed.http1 import Call
from tests.testbed.proxy import Proxy, is_changing
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

MANY = 5
PULL, INSPECT = "/images/create", re.compile(r"/images/(.+)/json")


def inspected(stack: Stack, proxy: Proxy, was: str = "") -> Counter[str]:
    """How often each image was inspected, by its id; `was` is the one that the tag had before a pull."""
    return counted(stack, proxy.calls, was)


def counted(stack: Stack, calls: Iterable[Call], was: str) -> Counter[str]:
    """The same of these calls."""
    found, pulled = Counter[str](), not was
    for call in calls:
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


def test_a_pass_of_the_daemon_inspects_each_image_once_before_its_pull_and_once_after(
    cli: Commands, stack: Stack, proxy: Proxy, registry: PrivateRegistry
) -> None:
    image = f"{registry.address}/{stack.name('app:1')}"
    stack.image(image)
    stack.engine.docker("push", image)
    for number in range(MANY):
        stack.run(image, *ENABLED, name=stack.name(f"web{number}"))

    looked(cli, proxy, "run", "--once")

    assert [sum(part.values()) for part in parts(stack, proxy)] == [1, 1]


def test_a_plan_inspects_each_image_once(
    cli: Commands, stack: Stack, proxy: Proxy, registry: PrivateRegistry
) -> None:
    web = published(stack, registry, *ENABLED)

    looked(cli, proxy, "update", "--dry-run", web.name)

    assert inspected(stack, proxy) == {web.old: 1}


def test_an_update_inspects_each_image_once_from_one_change_to_the_next(
    cli: Commands, stack: Stack, proxy: Proxy, registry: PrivateRegistry
) -> None:
    web = published(stack, registry, *ENABLED)

    looked(cli, proxy, "update", web.name)

    before, *after = parts(stack, proxy, web.old)
    assert before == {web.old: 1}
    assert stack.image_id(web.image) in after[0]
    assert [part for part in after if max(part.values(), default=0) > 1] == []


def parts(stack: Stack, proxy: Proxy, was: str = "") -> list[Counter[str]]:
    """What `inspected` says of each part of the calls so far, from one change to the next; a pull is one."""
    calls, found, is_pulled = [*proxy.calls], list[Counter[str]](), False
    changes = [number for number, call in enumerate(calls) if call.path == PULL or is_changing(call)]
    for first, last in pairwise([0, *changes, len(calls)]):
        found.append(counted(stack, calls[first:last], "" if is_pulled else was))
        is_pulled = True
    return found

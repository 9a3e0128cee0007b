"""A legacy link that the engine forgot, for it died while the container that the link names was set aside."""

import subprocess
from concurrent.futures import Future
from typing import Any

import pytest

from tests.integration.apps import QUICK, App, current, outdated
from tests.integration.updates import UPDATE, kill
from tests.testbed.cli import Commands
from tests.testbed.faults import run
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

pytestmark = pytest.mark.scenario

LOST = "side has lost its link to db, for the engine died in the middle of an update: restart the engine"

Family = tuple[App, App, list[str]]


@pytest.fixture
def linked(stack: Stack) -> Family:
    """One with an update, one that links to it, and those links."""
    web = outdated(stack, name="web")
    side = current(stack, "--link", f"{web.name}:db", name="side")
    return web, side, links(stack, side)


def links(stack: Stack, app: App) -> Any:
    return stack.inspect(app.name)["HostConfig"]["Links"]


def reborn(stack: Stack) -> None:
    stack.engine.kill()
    stack.engine.start()


def set_aside(app: App) -> str:
    """The call that sets a container aside, as a pattern."""
    return f"^POST .*{app.cid}/rename"


def is_whole(stack: Stack, linked: Family) -> bool:
    """Whether both are the containers that they were, with their link."""
    web, side, before = linked
    ids = [stack.inspect(app.name)["Id"] for app in (web, side)]
    return ids == [web.cid, side.cid] and links(stack, side) == before


def test_the_update_that_was_undone_says_so(
    cli: Commands, stack: Stack, proxy: Proxy, linked: Family
) -> None:
    web, side, _ = linked
    proxy.arm(run(lambda: reborn(stack)), match=set_aside(web), when="after")

    done = cli(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host})

    assert done.code == 6
    assert f"of {side.name}, the old container {LOST.removeprefix('side ')}" in done.err
    assert not is_whole(stack, linked)
    stack.engine.restart()
    assert is_whole(stack, linked)


def test_the_run_that_undoes_it_says_so_and_the_next_one_goes_on(
    cli: Commands, stack: Stack, proxy: Proxy, linked: Family
) -> None:
    web, side, before = linked
    updating = Future[subprocess.Popen[str]]()

    def both_die() -> None:
        kill(updating.result())
        reborn(stack)

    proxy.arm(run(both_die), match=set_aside(web), when="after")
    updating.set_result(cli.start(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host}))
    updating.result().wait()

    done = cli(*UPDATE, web.name, env=QUICK)

    assert done.code == 4
    assert done.err.count("\n") == 1
    assert f"{side.name}{LOST.removeprefix('side')}" in done.err
    assert not is_whole(stack, linked)
    stack.engine.restart()
    assert is_whole(stack, linked)
    stack.engine.docker("start", web.name, side.name)
    assert cli(*UPDATE, web.name, env=QUICK).code == 0
    assert links(stack, side) == before

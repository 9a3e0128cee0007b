"""Somebody removes, renames, starts or changes a container in the middle of its update.

What the person wanted stands; what is left of the container is kept, and has the name.
"""

from collections.abc import Callable

import pytest

from tests.bed.cli import Commands
from tests.bed.proxy import Proxy
from tests.bed.relay import When
from tests.bed.stack import Stack
from tests.engine.apps import QUICK, App, outdated
from tests.engine.test_adversity import meddle, update
from tests.engine.updates import UPDATE, replaced

Docker = Callable[..., str]
CRASH = {"cmd": "echo broken; exit 3"}


@pytest.fixture
def docker(stack: Stack) -> Docker:
    """What a person types."""
    return stack.engine.docker


def successor(stack: Stack, web: App) -> str:
    """The id of the container that is to take the place of the old one."""
    return next(row["Id"] for row in stack.containers().values() if row["Id"] != web.cid)


def settled(cli: Commands, stack: Stack, web: App) -> None:
    """Another run finds nothing to do, and nothing that it must tell."""
    before = stack.containers()
    done = cli(*UPDATE, web.name, env=QUICK)
    assert (done.code, done.err) == (0, f"{web.name}: up to date\n") or done.out
    assert stack.containers().keys() == before.keys()


# The old container is removed


@pytest.mark.parametrize("at", [("create", "before"), ("create", "after"), ("stop", "before")])
def test_a_container_that_is_removed_before_it_was_stopped_stays_removed(
    cli: Commands, stack: Stack, proxy: Proxy, docker: Docker, at: tuple[str, When]
) -> None:
    web = outdated(stack)
    proxy.arm(meddle(lambda: docker("rm", "-f", web.name)), match=at[0], when=at[1])

    done = update(cli, proxy, web)

    assert (done.code, done.err.count("\n")) == (3, 1)
    assert f"{web.name} was removed" in done.err
    assert stack.containers() == {}


@pytest.mark.parametrize("number", [1, 2])
def test_one_that_is_removed_when_it_was_set_aside_has_its_successor_to_go_on(
    cli: Commands, stack: Stack, proxy: Proxy, docker: Docker, number: int
) -> None:
    web = outdated(stack)
    proxy.arm(meddle(lambda: docker("rm", web.cid)), match="^POST .*/rename", n=number, when="after")

    assert update(cli, proxy, web).code == 0

    assert replaced(stack, web)["State"]["Running"]


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_bad_image_stays_where_what_it_replaced_was_removed(
    cli: Commands, stack: Stack, proxy: Proxy, docker: Docker, number: int
) -> None:
    """There is nothing to go back to any more: it keeps the name, or gets it back, and that is said."""
    web = outdated(stack, new=CRASH)
    proxy.arm(meddle(lambda: docker("rm", web.cid)), match="^POST .*/rename", n=number, when="after")

    done = update(cli, proxy, web)

    assert (done.code, done.err.count("\n")) == (4, 1)
    assert "nothing to go back to" in done.err
    assert replaced(stack, web)["State"]["ExitCode"] == 3

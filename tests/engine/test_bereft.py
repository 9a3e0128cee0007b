"""An update that was cut short, and whose old container somebody removed: the only one left is kept."""

import subprocess
from collections.abc import Callable
from concurrent.futures import Future

import pytest

from tests.bed.cli import Commands
from tests.bed.faults import run
from tests.bed.proxy import Proxy
from tests.bed.stack import Stack
from tests.engine.apps import QUICK, App, outdated
from tests.engine.test_adversity import meddle, update
from tests.engine.updates import UPDATE, replaced

Docker = Callable[..., str]


@pytest.fixture
def docker(stack: Stack) -> Docker:
    """What a person types."""
    return stack.engine.docker


def cut_short(cli: Commands, proxy: Proxy, web: App, number: int) -> None:
    """Kill the updater when the engine has answered so many of its changing calls."""
    updating = Future[subprocess.Popen[str]]()
    proxy.arm(run(lambda: updating.result().kill()), n=number, when="after")
    updating.set_result(cli.start(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host}))
    updating.result().wait()
    proxy.disarm()


@pytest.mark.parametrize("look", [1, 2, 3, 4])
def test_a_recovery_does_not_undo_the_only_good_one(
    cli: Commands, stack: Stack, proxy: Proxy, docker: Docker, look: int
) -> None:
    """A person removes the old container at one of the looks that the recovery takes at it."""
    web = outdated(stack)
    cut_short(cli, proxy, web, 5)
    started = next(row["Id"] for row in stack.containers().values() if row["State"] == "running")
    proxy.arm(meddle(lambda: docker("rm", "-f", web.cid)), match=f"^GET .*{web.cid}/json", n=look)

    assert update(cli, proxy, web).code == 0

    after = replaced(stack, web)
    assert (after["Id"], after["State"]["Running"]) == (started, True)


@pytest.mark.parametrize("bad", [False, True])
def test_what_is_left_of_an_update_is_started_and_gets_the_name(
    cli: Commands, stack: Stack, proxy: Proxy, docker: Docker, *, bad: bool
) -> None:
    web = outdated(stack, new={"cmd": "echo broken; exit 3"} if bad else {})
    cut_short(cli, proxy, web, 3)
    docker("rm", web.cid)

    done = cli(*UPDATE, web.name, env=QUICK)

    assert (done.code, "nothing to go back to" in done.err) == (0, bad)
    after = replaced(stack, web)
    assert after["State"]["Running"] is not bad
    assert cli(*UPDATE, web.name, env=QUICK).err == ""


def test_what_is_left_of_a_container_that_a_person_removed_is_dropped(
    cli: Commands, stack: Stack, proxy: Proxy, docker: Docker
) -> None:
    web = outdated(stack)
    cut_short(cli, proxy, web, 1)
    docker("rm", "-f", web.name)

    assert cli(*UPDATE, web.name, env=QUICK).code == 3

    assert stack.containers() == {}


def test_a_container_that_a_prune_removed_is_missed(
    cli: Commands, stack: Stack, proxy: Proxy, docker: Docker
) -> None:
    """A prune by age spares the successor, which was made a moment ago."""
    web = outdated(stack)
    cut_short(cli, proxy, web, 2)
    made = stack.inspect(web.cid)["Created"]
    docker("container", "prune", "-f", "--filter", f"until={made}")
    assert len(stack.containers()) == 1

    cli(*UPDATE, web.name, env=QUICK)

    assert replaced(stack, web)["State"]["Running"]

"""`docker container prune`, `system prune` and `network prune` by cron, in the middle of an update."""

import os
from collections.abc import Callable
from itertools import product
from typing import Any, NamedTuple

import pytest

from tests.integration.apps import CRASHES, QUICK, App, outdated
from tests.integration.updates import UPDATE, kill, replaced
from tests.testbed.cli import Commands, Result
from tests.testbed.faults import passing, run
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

pytestmark = pytest.mark.matrix

RUN = os.getpid() % 200  # engines of several runs share one network namespace
SUBNET, ADDRESS = f"10.203.{RUN}.0/24", f"10.203.{RUN}.9"
BAD = {"cmd": "exit 3"}
# The proof of a bad one ends when it does.
ENV = {"good": QUICK, "bad": CRASHES}
# So many calls change something in an update of a container, with a good new image and with one that exits.
CALLS = {"good": 6, "bad": 9}
PRUNES = ("container", "system", "network")
POINTS = [(new, what, n) for new, what in product(CALLS, PRUNES) for n in range(1, CALLS[new] + 1)]


class World(NamedTuple):
    """A container with everything that must be there again, and its network."""

    web: App
    network: str
    volumes: dict[str, str]


@pytest.fixture
def prune(stack: Stack) -> Callable[[str], Callable[[], str]]:
    """What cron does."""
    return lambda what: lambda: stack.engine.docker(what, "prune", "-f")


def world(stack: Stack, new: str) -> World:
    network = stack.name("net")
    options = ("--subnet", SUBNET, "--label", "keep=this", "--opt", "com.docker.network.driver.mtu=1400")
    stack.engine.docker("network", "create", *options, network)
    web = outdated(
        stack,
        *("--network", network, "--ip", ADDRESS, "--network-alias", "site", "-e", "OWN=value"),
        *("-v", "/data", "-v", f"{stack.name('named')}:/named"),
        new=BAD if new == "bad" else None,
    )
    return World(web, network, volumes(stack, web.name))


def volumes(stack: Stack, name: str) -> dict[str, str]:
    return {mount["Destination"]: mount["Name"] for mount in stack.inspect(name)["Mounts"]}


def whole(stack: Stack, made: World) -> dict[str, Any]:
    """One container has the name and runs, with all that it had; the network is as it was made.

    Where the new image is bad and the old one was pruned too, what can be had does not run.
    """
    web = made.web
    assert list(stack.containers()) == [web.name]
    after = stack.inspect(web.name)
    assert after["State"]["Running"] or not _has_way_back(stack, made)
    assert volumes(stack, web.name) == made.volumes
    assert "OWN=value" in after["Config"]["Env"]
    end = after["NetworkSettings"]["Networks"][made.network]
    assert (end["IPAMConfig"], end["Aliases"][0]) == ({"IPv4Address": ADDRESS}, "site")
    network = stack.engine.api("GET", f"/networks/{made.network}")[1]
    assert network["Id"] == end["NetworkID"]
    assert network["Labels"] == {"keep": "this"}
    assert network["Options"] == {"com.docker.network.driver.mtu": "1400"}
    assert network["IPAM"]["Config"][0]["Subnet"] == SUBNET
    return after


def told(done: Result, after: dict[str, Any], web: App) -> None:
    """The exit code and the line say what is there."""
    if done.code == 0:
        assert after["Image"] != web.old
        return
    runs = after["State"]["Running"]
    assert (done.code, done.err.count("\n")) == (6 if runs else 4, 1)
    assert ("exited" in done.err) != runs
    assert ("as it was" in done.err) == (after["Id"] == web.cid)
    assert ("it was made anew on" in done.err) == (after["Id"] != web.cid)
    assert ("its new image" in done.err) == (after["Image"] != web.old)


@pytest.mark.parametrize(("new", "what", "n"), POINTS)
def test_a_prune_at_any_call_of_an_update_loses_nothing(
    cli: Commands, stack: Stack, proxy: Proxy, prune: Callable[[str], Any], new: str, what: str, n: int
) -> None:
    made = world(stack, new)
    armed = proxy.arm(run(prune(what), then=passing), n=n)

    done = cli(*UPDATE, made.web.name, env=ENV[new] | {"DOCKER_HOST": proxy.host}, timeout=240)

    assert armed.fired.is_set()
    told(done, whole(stack, made), made.web)
    _ends(cli, stack, made, new)


@pytest.mark.parametrize(("new", "what", "n"), POINTS)
def test_a_prune_after_the_updater_was_killed_loses_nothing(
    cli: Commands, stack: Stack, proxy: Proxy, prune: Callable[[str], Any], new: str, what: str, n: int
) -> None:
    made = world(stack, new)
    environ = ENV[new] | {"DOCKER_HOST": proxy.host}
    process = cli.start(*UPDATE, made.web.name, env=environ)
    armed = proxy.arm(run(lambda: kill(process)), n=n)
    assert process.wait(60)
    assert armed.fired.is_set()
    prune(what)()

    done = cli(*UPDATE, made.web.name, env=ENV[new], timeout=240)

    whole(stack, made)
    assert done.code in {0, 6}
    _ends(cli, stack, made, new)


def _ends(cli: Commands, stack: Stack, made: World, new: str) -> None:
    """The next run ends as if nothing had happened, and nothing is noted any more."""
    done = cli(*UPDATE, made.web.name, env=ENV[new], timeout=240)
    after = whole(stack, made)
    if new == "good":
        assert done.code == 0, done.err
        replaced(stack, made.web)
    elif _has_way_back(stack, made):
        assert done.code == 6
        assert after["Image"] == made.web.old
    assert [*(cli.state / "open").rglob("*.json")] == []


def _has_way_back(stack: Stack, made: World) -> bool:
    return bool(stack.engine.api("GET", f"/images/{made.web.old}/json")[0] == 200)

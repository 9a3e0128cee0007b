"""Networks that went in the middle of an update: what has been joined again, and what stays away."""

import json
import os

import pytest

from tests.integration.apps import CRASHES, QUICK, App, outdated
from tests.integration.recovery.test_prune_again import killed_at
from tests.integration.recovery.test_prune_persons import START, killed_at_start, notes, pruned, removed
from tests.integration.updates import UPDATE
from tests.testbed.cli import Commands
from tests.testbed.faults import answer, passing, run
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

RUN = os.getpid() % 200  # engines of several runs share one network namespace
SUBNET, ADDRESS = f"10.204.{RUN}.0/24", f"10.204.{RUN}.9"


def on_network(stack: Stack, new: dict[str, str] | None = None) -> tuple[App, str]:
    """A container with a fixed address on a network of its own, and that network."""
    stack.engine.docker("network", "create", "--subnet", SUBNET, network := stack.name("net"))
    return outdated(stack, "--network", network, "--ip", ADDRESS, "--network-alias", "site", new=new), network


def as_before(stack: Stack, web: App, network: str) -> None:
    end = stack.inspect(web.name)["NetworkSettings"]["Networks"][network]
    assert (end["IPAddress"], end["Aliases"][0]) == (ADDRESS, "site")


def test_a_recovery_that_was_killed_between_leaving_and_joining_joins_after_all(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web, network = on_network(stack, {"cmd": "exit 3"})
    killed_at_start(cli, proxy, web)
    pruned(stack, "network")
    killed_at(cli, stack, web, "^POST .*/disconnect")

    done = cli(*UPDATE, web.name, env=CRASHES, timeout=240)

    assert done.code == 6, done.err
    as_before(stack, web, network)
    assert stack.inspect(web.name)["Id"] == web.cid
    assert list(stack.containers()) == [web.name]
    assert notes(cli) == []


def test_a_network_that_could_not_be_joined_at_once_is_joined_after_all(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web, network = on_network(stack)
    proxy.arm(run(lambda: pruned(stack, "network"), then=passing), match=START)
    failed = proxy.arm(answer(message="not now"), match="^POST .*/connect")

    done = cli(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host}, timeout=240)

    assert failed.fired.is_set()
    assert done.code == 6
    as_before(stack, web, network)
    assert stack.inspect(web.name)["Id"] == web.cid


@pytest.mark.parametrize("is_killed", [False, True])
def test_a_network_whose_containers_a_person_removed_stays_removed(
    cli: Commands, stack: Stack, proxy: Proxy, *, is_killed: bool
) -> None:
    """As `docker compose down` does: the containers, whatever they are called, and then the network."""
    web, network = on_network(stack)

    def down() -> None:
        removed(stack)
        stack.engine.docker("network", "rm", network)

    if is_killed:
        killed_at_start(cli, proxy, web)
        down()
    else:
        proxy.arm(run(down, then=passing), match=START)

    done = cli(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host}, timeout=240)

    assert done.code == 3
    assert stack.engine.api("GET", f"/networks/{network}")[0] == 404
    assert stack.containers() == {}
    assert notes(cli) == []


def test_what_is_noted_of_long_ago_by_a_home_that_did_not_settle_it_is_cleared_away(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web, network = on_network(stack)
    killed_at_start(cli, proxy, web)
    (path,) = notes(cli)
    os.utime(path, (1e9, 1e9))
    pruned(stack, "network")
    other = outdated(stack, name="other")

    assert cli(*UPDATE, other.name, env=QUICK).code == 0

    assert notes(cli) == []
    assert stack.engine.api("GET", f"/networks/{network}")[0] == 404


def test_a_network_that_a_person_removed_is_not_made_again_long_after(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web, network = on_network(stack)
    killed_at_start(cli, proxy, web)
    stack.engine.docker("network", "rm", network)
    (path,) = notes(cli)
    path.write_text(json.dumps(json.loads(path.read_text()) | {"since": 1e9}))

    assert cli(*UPDATE, web.name, env=QUICK).code == 4

    assert stack.engine.api("GET", f"/networks/{network}")[0] == 404

"""A container ends in the state that it was in: paused, stopped, with its networks, removing itself."""

import re
import signal
import subprocess

import pytest

from tests.integration.apps import CRASHES, QUICK, App, outdated
from tests.integration.updates import UPDATE, kill, replaced, steps, unchanged
from tests.testbed.cli import Commands
from tests.testbed.faults import run as run_and
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

pytestmark = pytest.mark.every_engine


def test_a_paused_container_is_paused_again(cli: Commands, stack: Stack) -> None:
    web = outdated(stack)
    stack.engine.docker("pause", web.name)

    assert cli(*UPDATE, web.name, env=QUICK).code == 0

    assert replaced(stack, web)["State"]["Paused"]


@pytest.mark.parametrize("number", range(1, 8))
def test_a_paused_container_is_paused_again_whenever_its_update_was_killed(
    cli: Commands, stack: Stack, proxy: Proxy, number: int
) -> None:
    web = outdated(stack)
    stack.engine.docker("pause", web.name)
    processes: list[subprocess.Popen[str]] = []
    proxy.arm(run_and(lambda: kill(processes[0])), n=number, when="before")
    processes.append(cli.start(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host}))
    assert processes[0].wait(120) == -signal.SIGKILL

    done = cli(*UPDATE, web.name, env=QUICK)

    assert (done.code, done.err) == (0, "")
    assert replaced(stack, web)["State"]["Paused"]


def test_a_paused_container_whose_update_fails_is_paused_as_it_was(cli: Commands, stack: Stack) -> None:
    web = outdated(stack, new={"cmd": "exit 3"})
    stack.engine.docker("pause", web.name)
    before = stack.inspect(web.name)

    assert cli(*UPDATE, web.name, env=CRASHES).code == 6

    unchanged(stack, before)


def test_a_stopped_container_is_recreated_and_not_started(cli: Commands, stack: Stack, proxy: Proxy) -> None:
    web = outdated(stack)
    stack.engine.docker("stop", web.name)

    assert cli("ctr-updater", "--autoupdate", web.name, env={"DOCKER_HOST": proxy.host}).code == 0

    assert replaced(stack, web)["State"]["Status"] == "created"
    assert steps(proxy, web) == ["create", "rename old", "rename new", "remove old"]


def test_a_container_that_never_ran_is_recreated_and_not_started(cli: Commands, stack: Stack) -> None:
    app = stack.name("app:1")
    old = stack.image(app, marker="old")
    web = App(stack.name("web"), stack.create(app, name=stack.name("web")), app, old)
    stack.image(app, marker="new")

    assert cli(*UPDATE, web.name).code == 0

    assert replaced(stack, web)["State"]["Status"] == "created"


def test_one_that_removes_itself_is_replaced_by_one_that_does(cli: Commands, stack: Stack) -> None:
    web = outdated(stack, "--rm", "-v", "/data")
    (volume,) = (mount["Name"] for mount in stack.inspect(web.name)["Mounts"])

    assert cli(*UPDATE, web.name, env=QUICK).code == 0

    after = replaced(stack, web)
    assert after["State"]["Running"]
    assert after["HostConfig"]["AutoRemove"]
    assert [mount["Name"] for mount in after["Mounts"]] == [volume]


def test_one_that_removes_itself_runs_again_after_an_update_that_failed(cli: Commands, stack: Stack) -> None:
    web = outdated(stack, "--rm", new={"cmd": "exit 3"})

    done = cli(*UPDATE, web.name, env=CRASHES)

    assert (done.code, done.out, done.err.count("\n")) == (6, "", 1)
    assert list(stack.containers()) == [web.name]
    after = stack.inspect(web.name)
    assert after["State"]["Running"]
    assert after["HostConfig"]["AutoRemove"]
    assert after["Image"] == web.old


def test_networks_with_static_addresses_and_aliases_are_kept(cli: Commands, stack: Stack) -> None:
    networks = {stack.name(f"net{number}"): _subnet(stack, number) for number in (0, 1)}
    for network, subnet in networks.items():
        stack.engine.docker("network", "create", "--subnet", subnet, network)
    (first, at_first), (second, at_second) = (
        (network, _host(subnet, 10)) for network, subnet in networks.items()
    )
    web = outdated(stack, "--network", first, "--ip", at_first, "--network-alias", "front")
    stack.engine.docker("network", "connect", "--ip", at_second, "--alias", "back", second, web.name)

    assert cli(*UPDATE, web.name, env=QUICK).code == 0

    found = replaced(stack, web)["NetworkSettings"]["Networks"]
    assert {name: endpoint["IPAddress"] for name, endpoint in found.items()} == {
        first: at_first,
        second: at_second,
    }
    assert "front" in found[first]["Aliases"]
    assert "back" in found[second]["Aliases"]


def _subnet(stack: Stack, number: int) -> str:
    """A small network from the end of the engine's own addresses."""
    return str(list(stack.engine.subnet.subnets(new_prefix=27))[-1 - number])


def _host(subnet: str, number: int) -> str:
    first, last, _ = re.split(r"\.(\d+)/", subnet)
    return f"{first}.{int(last) + number}"

"""A container that removes itself is made anew whole, also where its spare, or an attempt before, is not."""

import json

import pytest

from tests.integration.apps import CRASHES, QUICK, App, outdated
from tests.integration.updates import UPDATE, kill
from tests.testbed.cli import Commands
from tests.testbed.faults import run
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

NETWORKS, MAC = ("first", "second"), "02:42:0a:7b:04:77"


@pytest.fixture
def web(stack: Stack) -> App:
    """One on two networks, with an alias, an address and a port."""
    first, second = map(stack.name, NETWORKS)
    stack.engine.docker("network", "create", "--subnet", "10.123.4.0/24", first)
    stack.engine.docker("network", "create", second)
    on_first = ("--network", first, "--network-alias", "db", "--ip", "10.123.4.9", "--mac-address", MAC)
    made = outdated(stack, "--rm", *on_first, "-p", "127.0.0.1::80")
    stack.engine.docker("network", "connect", "--alias", "cache", second, made.name)
    return made


def cut_short(cli: Commands, proxy: Proxy, web: App, created: str) -> None:
    """Kill an update when it has created the container of this temporary name, a pattern."""
    killed = cli.start(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host})
    proxy.arm(run(lambda: kill(killed)), match=f"^POST .*/containers/create.name=.*{created}", when="after")
    killed.wait()


def take_off_its_networks(stack: Stack, name: str) -> None:
    for network in list(stack.inspect(name)["NetworkSettings"]["Networks"]):
        stack.engine.docker("network", "disconnect", network, name)


def asked(stack: Stack, name: str) -> dict[str, object]:
    """What was asked of each network."""
    found = stack.inspect(name)
    ends = found["NetworkSettings"]["Networks"].items()
    mine = (found["Id"][:12], found["Config"]["Hostname"])
    said: dict[str, object] = {
        network: ([alias for alias in end["Aliases"] if alias not in mine], end["IPAMConfig"] or {})
        for network, end in ends
    }
    return said | {"MacAddress": found["NetworkSettings"]["Networks"][min(said)]["MacAddress"]}


def temporary(stack: Stack, kind: str) -> str:
    return next(name for name in stack.containers() if f".ctr-updater-{kind}-" in name)


@pytest.mark.every_engine
def test_a_spare_that_the_engine_kept_without_its_networks_gives_them_back(
    cli: Commands, stack: Stack, proxy: Proxy, web: App
) -> None:
    before = asked(stack, web.name)
    cut_short(cli, proxy, web, "-old-")
    take_off_its_networks(stack, temporary(stack, "old"))
    stack.engine.docker("rm", "-f", web.cid, temporary(stack, "new"))

    done = cli(*UPDATE, web.name, env=QUICK)

    assert done.code == 0, done
    assert before == asked(stack, web.name)
    assert before["MacAddress"] == MAC
    found = stack.inspect(web.name)
    assert found["NetworkSettings"]["Ports"]["80/tcp"]
    assert not [label for label in found["Config"]["Labels"] if "spare" in label], json.dumps(found["Config"])


@pytest.mark.every_engine
def test_one_that_was_made_anew_in_part_is_made_anew_once_more(
    cli: Commands, stack: Stack, proxy: Proxy, web: App
) -> None:
    before = asked(stack, web.name)
    cut_short(cli, proxy, web, "-old-")
    stack.engine.docker("rm", "-f", web.cid, temporary(stack, "new"))
    cut_short(cli, proxy, web, "-new-rmb?-")
    take_off_its_networks(stack, temporary(stack, "new"))

    done = cli(*UPDATE, web.name, env=QUICK)

    assert done.code == 0, done
    assert before == asked(stack, web.name)
    assert stack.containers().keys() == {web.name}


@pytest.mark.every_engine
def test_a_run_that_goes_back_makes_it_once_more_where_it_does_not_know_how_the_creation_ended(
    cli: Commands, stack: Stack, proxy: Proxy, web: App
) -> None:
    before = asked(stack, web.name)
    stack.image(web.image, cmd="echo I am broken; exit 3")
    halved = run(lambda: take_off_its_networks(stack, temporary(stack, "new")))
    proxy.arm(halved, match="^POST .*/containers/create.name=.*-new-rmg?b", when="after")

    done = cli(*UPDATE, web.name, env=CRASHES | {"DOCKER_HOST": proxy.host})

    assert done.code == 6, done
    assert before == asked(stack, web.name)
    assert stack.containers().keys() == {web.name}

"""An address, or a host port, of a container's own: nobody else gets it while the container is down.

`db` has the lowest address of its network, so that whoever starts while it is down gets that one.
"""

from collections.abc import Callable

import pytest

from tests.integration.apps import QUICK, App, current, outdated
from tests.integration.daemon.apps import LOCAL, PATIENT, is_replaced, is_untouched, labelled, move
from tests.integration.daemon.conftest import Start
from tests.integration.daemon.test_parallel import count
from tests.integration.outcomes import ended
from tests.integration.update.test_races import second
from tests.testbed.cli import Commands
from tests.testbed.faults import Hold
from tests.testbed.ports import two_free_ports
from tests.testbed.processes import wait_until
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

Kind = tuple[tuple[str, ...], tuple[str, ...]]


def network(stack: Stack) -> tuple[str, str]:
    """A network with a subnet of its own, and the lowest address in it that a container can have."""
    subnet = list(stack.engine.subnet.subnets(new_prefix=27))[-1]
    name = stack.name("net")
    stack.engine.docker("network", "create", "--subnet", str(subnet), name)
    return name, str(subnet[2])


def address(stack: Stack, name: str, net: str) -> str:
    return str(stack.inspect(name)["NetworkSettings"]["Networks"][net]["IPAddress"])


@pytest.fixture(params=["address", "port"])
def kind(request: pytest.FixtureRequest, stack: Stack) -> Kind:
    """Options of one that has something for its own, and of one that takes whichever is free."""
    if request.param == "address":
        net, lowest = network(stack)
        return ("--network", net, "--ip", lowest), ("--network", net)
    port = two_free_ports()
    return ("-p", f"127.0.0.1:{port}:80"), ("-p", f"127.0.0.1:{port}-{port + 1}:80")


def held(proxy: Proxy, app: App) -> Hold:
    """Hold the update of an app when its old container is set aside and its successor is to get the name."""
    hold = Hold()
    proxy.arm(hold, match=f"^POST .*/rename.name={app.name}$")
    return hold


def is_begun(proxy: Proxy, app: App) -> bool:
    """Whether the app's successor was asked for."""
    return count(proxy, f"/containers/create.name={app.name}") > 0


def test_nobody_starts_while_one_that_could_lose_its_address_to_it_is_down(
    start: Start, stack: Stack, proxy: Proxy, kind: Kind
) -> None:
    db, web = outdated(stack, *LOCAL, *kind[0], name="db"), labelled(stack, *kind[1])
    hold = held(proxy, db)
    daemon = start(host=proxy.host)
    assert hold.reached.wait(60)

    move(stack, web)
    wait_until(lambda: is_begun(proxy, web), "web's successor")
    fence = outdated(stack, *LOCAL, name="fence")
    daemon.wait("container updated", container=fence.name)
    assert is_untouched(stack, web)

    hold.release()
    for app in (db, web):
        daemon.wait("container updated", container=app.name)
        assert is_replaced(stack, app)


def test_one_that_could_lose_its_address_does_not_stop_before_who_is_down_has_started(
    start: Start, stack: Stack, proxy: Proxy, kind: Kind
) -> None:
    db, web = labelled(stack, *kind[0], name="db"), outdated(stack, *LOCAL, *kind[1])
    hold = held(proxy, web)
    daemon = start(host=proxy.host)
    assert hold.reached.wait(60)

    move(stack, db)
    wait_until(lambda: is_begun(proxy, db), "db's successor")
    fence = outdated(stack, *LOCAL, name="fence")
    daemon.wait("container updated", container=fence.name)
    assert is_untouched(stack, db)

    hold.release()
    for app in (web, db):
        daemon.wait("container updated", container=app.name)
        assert is_replaced(stack, app)


def test_nobody_starts_while_one_that_could_lose_its_address_to_it_goes_back(
    start: Start, stack: Stack, proxy: Proxy, kind: Kind
) -> None:
    db, web = labelled(stack, *PATIENT, *kind[0], name="db"), labelled(stack, *kind[1])
    hold = Hold()
    proxy.arm(hold, match=f"^POST .*/{db.cid}/start")
    daemon = start(host=proxy.host).looked()

    move(stack, db, cmd="exit 3")
    assert hold.reached.wait(60)
    move(stack, web)
    wait_until(lambda: is_begun(proxy, web), "web's successor")
    fence = outdated(stack, *LOCAL, name="fence")
    daemon.wait("container updated", container=fence.name)
    assert is_untouched(stack, web)

    hold.release()
    daemon.wait("container updated", container=web.name)
    assert (stack.inspect(db.name)["Id"], stack.inspect(db.name)["State"]["Running"]) == (db.cid, True)


def test_those_that_take_whichever_address_is_free_are_down_at_the_same_time(
    start: Start, stack: Stack, proxy: Proxy
) -> None:
    net, _ = network(stack)
    apps = [outdated(stack, *LOCAL, "--network", net, name=f"web{number}") for number in range(2)]
    holds = [held(proxy, app) for app in apps]
    start(host=proxy.host)

    assert all(hold.reached.wait(60) for hold in holds)


@pytest.mark.parametrize("command", ["update", "once"])
def test_a_stranger_that_has_the_address_is_named_and_nothing_is_tried_for_long(
    cli: Commands, stack: Stack, proxy: Proxy, command: str
) -> None:
    net, lowest = network(stack)
    db = outdated(stack, *LOCAL, "--network", net, "--ip", lowest, name="db")
    hold = held(proxy, db)
    words = {"update": ("update", "--no-pull", db.name), "once": ("run", "--once")}[command]
    process = cli.start("watcher", *words, env=QUICK | {"DOCKER_HOST": proxy.host})
    assert hold.reached.wait(60)
    thief = stack.name("thief")
    stack.run(db.image, "--network", net, name=thief)
    hold.release()

    done = ended(process)

    assert done.code == 4
    assert f"its address {lowest} is held by {thief}" in done.err
    assert count(proxy, f"POST .*/{db.cid}/start") == 1
    stack.engine.docker("rm", "-f", thief)
    assert cli("watcher", "update", "--no-pull", db.name, env=QUICK).code == 0
    assert address(stack, db.name, net) == lowest
    assert is_replaced(stack, db)


def test_a_stranger_that_has_the_port_is_named(
    cli: Commands, stack: Stack, proxy: Proxy, free_port: Callable[[], int]
) -> None:
    publish = ("-p", f"127.0.0.1:{free_port()}:80")
    db = outdated(stack, *LOCAL, *publish, name="db")
    hold = held(proxy, db)
    process = cli.start("watcher", "update", "--no-pull", db.name, env=QUICK | {"DOCKER_HOST": proxy.host})
    assert hold.reached.wait(60)
    thief = stack.name("thief")
    stack.run(db.image, *publish, name=thief)
    hold.release()

    done = ended(process)

    assert done.code == 4
    assert f"its port {publish[1].split(':')[1]} is held by {thief}" in done.err


def test_who_was_just_started_by_another_of_our_processes_takes_another_address(
    cli: Commands, stack: Stack, proxy: Proxy, free_port: Callable[[], int]
) -> None:
    """It keeps its aliases and ports, and its own update goes on."""
    net, lowest = network(stack)
    port = free_port()
    db = outdated(stack, "--network", net, "--ip", lowest, name="db")
    web = outdated(stack, "--network", net, "--network-alias", "shop", "-p", f"127.0.0.1:{port}:80")
    hold, still_open = held(proxy, db), Hold()
    update = ("watcher", "update", "--no-pull")
    one = cli.start(*update, db.name, env=QUICK | {"DOCKER_HOST": proxy.host})
    assert hold.reached.wait(60)

    with second(stack) as beside:
        beside.arm(still_open, match="^DELETE ")
        other = cli.start(*update, web.name, env=QUICK | {"DOCKER_HOST": beside.host})
        assert still_open.reached.wait(60)
        assert address(stack, web.name, net) == lowest
        hold.release()
        assert ended(one).code == 0
        still_open.release()
        assert ended(other).code == 0

    assert address(stack, db.name, net) == lowest
    endpoint = stack.inspect(web.name)["NetworkSettings"]["Networks"][net]
    assert endpoint["IPAddress"] not in {"", lowest}
    assert not (endpoint["IPAMConfig"] or {}).get("IPv4Address")
    assert "shop" in endpoint["Aliases"]
    assert stack.engine.docker("port", web.name, "80/tcp") == f"127.0.0.1:{port}"
    assert is_replaced(stack, db)
    assert is_replaced(stack, web)


def test_who_is_replaced_with_it_does_not_keep_its_address_from_it(cli: Commands, stack: Stack) -> None:
    """`db` lives in the processes of `web`, so that is started before it, and takes the lowest address."""
    net, lowest = network(stack)
    first = current(stack, "--network", net, name="first")
    web = outdated(stack, "--network", net)
    stack.engine.docker("rm", "-f", first.name)
    db = outdated(stack, "--network", net, "--ip", lowest, "--pid", f"container:{web.name}", name="db")

    done = cli("watcher", "update", "--no-pull", web.name, env=QUICK)

    assert (done.code, done.err) == (0, "")
    assert address(stack, db.name, net) == lowest
    assert address(stack, web.name, net) not in {"", lowest}


def test_nobody_starts_while_an_update_that_was_cut_short_is_brought_to_its_end(
    start: Start, cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    net, lowest = network(stack)
    db = outdated(stack, *LOCAL, "--network", net, "--ip", lowest, name="db")
    web = labelled(stack, "--network", net)
    killed = held(proxy, db)
    process = cli.start("watcher", "update", "--no-pull", db.name, env=QUICK | {"DOCKER_HOST": proxy.host})
    assert killed.reached.wait(60)
    process.kill()
    process.wait()

    with second(stack) as beside:
        hold = Hold()
        beside.arm(hold, match=f"^POST .*/{db.cid}/start")
        daemon = start(host=beside.host)
        assert hold.reached.wait(60)
        move(stack, web)
        wait_until(lambda: is_begun(beside, web), "web's successor")
        fence = outdated(stack, *LOCAL, name="fence")
        daemon.wait("container updated", container=fence.name)
        assert is_untouched(stack, web)

        hold.release()
        for app in (web, db):
            daemon.wait("container updated", container=app.name)
        assert address(stack, db.name, net) == lowest
        assert daemon.stop() == 0

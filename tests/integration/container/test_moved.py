"""One that was just started has the address that belongs to another: it gets another, or is not "updated".

Two updaters that share nothing are at work. `db` has the lowest address of its network for its own; `web`,
which takes whichever is free, gets that one while `db` is down.
"""

import re
import subprocess
from collections.abc import Callable, Iterator

import pytest
from attrs import frozen

from tests.integration.apps import QUICK, App, marker_of, outdated
from tests.integration.daemon.test_addresses import address, network
from tests.integration.outcomes import ended
from tests.integration.update.test_races import second
from tests.integration.updates import UPDATE, kill
from tests.testbed.cli import Commands, Result
from tests.testbed.faults import Hold, answer, run
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

CONNECT = "^POST .*/connect"
# Healthy from the moment on that the test says so.
CHECK = {"Test": ["CMD-SHELL", "test -e /ok"], "Interval": 1_000_000_000, "Retries": 600}


@frozen
class Two:
    """The updates of `db` and of `web`; that of `db` is held where it is down.

    Attributes:
        net: The network that both are on.
        lowest: The address of `db`.
        down: What holds its update.
        front: The way to the engine of its updater.
        beside: The way of the other one.
        first: Its update.
        start: Begins the update of `web`, and returns when that has the address.
    """

    db: App
    web: App
    net: str
    lowest: str
    down: Hold
    front: Proxy
    beside: Proxy
    first: "subprocess.Popen[str]"
    start: "Callable[[], subprocess.Popen[str]]"


@pytest.fixture
def two(cli: Commands, stack: Stack, proxy: Proxy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    net, lowest = network(stack)
    db = outdated(stack, "--network", net, "--ip", lowest, name="db")
    options = ("--network", net, "--network-alias", "shop")
    web = outdated(stack, *options, healthcheck=CHECK, new={"healthcheck": CHECK})
    make_healthy(stack, web)
    down = Hold()
    proxy.arm(down, match=f"^POST .*/rename.name={db.name}$")
    first = cli.start(*UPDATE, db.name, env=QUICK | {"DOCKER_HOST": proxy.host})
    assert down.reached.wait(60)
    with second(stack) as beside:
        apart = {"DOCKER_HOST": beside.host, "CTR_UPDATER_STATE_DIR": str(tmp_path_factory.mktemp("state"))}

        def start() -> "subprocess.Popen[str]":
            process = cli.start(*UPDATE, web.name, env=QUICK | apart)
            stack.wait(lambda: is_new(stack, web) and address(stack, web.name, net) == lowest)
            return process

        yield Two(db, web, net, lowest, down, proxy, beside, first, start)


def make_healthy(stack: Stack, app: App) -> None:
    stack.engine.docker("exec", app.name, "touch", "/ok")


def is_new(stack: Stack, app: App) -> bool:
    row = stack.containers().get(app.name)
    return bool(row and row["Id"] != app.cid)


def is_updated(two: Two, stack: Stack, done: Result) -> None:
    """`web` is updated, and on its network, under its alias, with another address than that of `db`."""
    assert (done.code, done.err) == (0, "")
    assert marker_of(stack, two.web.name) == "new"
    end = stack.inspect(two.web.name)["NetworkSettings"]["Networks"][two.net]
    assert end["IPAddress"] not in {"", two.lowest}
    assert "shop" in end["Aliases"]


def test_one_that_is_not_put_back_on_its_network_is_put_back_by_its_own_update(
    two: Two, stack: Stack
) -> None:
    two.front.arm(answer(), match=CONNECT, times=99)
    other = two.start()

    two.down.release()
    done = ended(two.first)
    assert done.code == 6
    assert f"{two.web.name} was taken off the network {two.net}" in done.err
    assert re.search(rf"`docker network connect {two.net} [0-9a-f]{{12}}`", done.err)
    make_healthy(stack, two.web)

    is_updated(two, stack, ended(other))
    assert address(stack, two.db.name, two.net) == two.lowest


def test_one_whose_update_is_at_its_end_by_then_is_put_back_as_well(two: Two, stack: Stack) -> None:
    two.front.arm(answer(), match=CONNECT, times=99)
    at_its_end = Hold()
    two.beside.arm(at_its_end, match="^DELETE ")
    other = two.start()
    make_healthy(stack, two.web)
    assert at_its_end.reached.wait(60)

    two.down.release()
    assert ended(two.first).code == 6
    at_its_end.release()

    is_updated(two, stack, ended(other))


def test_one_is_put_back_where_the_updater_that_moved_it_was_killed(
    two: Two, stack: Stack, cli: Commands
) -> None:
    two.front.arm(run(lambda: kill(two.first)), match=CONNECT)
    other = two.start()

    two.down.release()
    two.first.wait()
    make_healthy(stack, two.web)

    is_updated(two, stack, ended(other))
    assert cli(*UPDATE, two.db.name, env=QUICK).code == 0
    assert address(stack, two.db.name, two.net) == two.lowest


def test_one_that_cannot_be_put_back_is_not_said_to_be_updated(two: Two, stack: Stack, cli: Commands) -> None:
    before = stack.inspect(two.web.name)
    two.front.arm(answer(), match=CONNECT, times=99)
    two.beside.arm(answer(), match=CONNECT, times=99)
    other = two.start()

    two.down.release()
    ended(two.first)
    # It may be undone by now.
    stack.engine.docker("exec", two.web.name, "touch", "/ok", check=False)
    done = ended(other)

    assert done.code == 6
    assert f"took it off the network {two.net}" in done.err
    assert stack.inspect(two.web.name)["Id"] == before["Id"]
    assert address(stack, two.web.name, two.net)
    assert set(stack.containers()) == {two.web.name, two.db.name}
    again = cli.start(*UPDATE, two.web.name, env=QUICK)
    stack.wait_for(two.web.name, lambda it: it["Id"] != two.web.cid and it["State"]["Running"])
    make_healthy(stack, two.web)
    is_updated(two, stack, ended(again))


def test_one_that_is_put_back_at_the_second_try_is_of_no_concern_to_anybody(two: Two, stack: Stack) -> None:
    two.front.arm(answer(), match=CONNECT)
    other = two.start()

    two.down.release()
    done = ended(two.first)
    make_healthy(stack, two.web)

    assert (done.code, done.err) == (0, "")
    is_updated(two, stack, ended(other))
    assert address(stack, two.db.name, two.net) == two.lowest

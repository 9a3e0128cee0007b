"""A socket proxy that the engine is reached through: left alone, or last; and its loss is survived."""

import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.integration.apps import QUICK, App, outdated
from tests.integration.daemon import forwarder
from tests.integration.daemon.apps import LOCAL, is_replaced, is_untouched, labelled, move
from tests.integration.daemon.conftest import ENVIRON, ROOT, Running, Start
from tests.integration.daemon.event_log import one_after_another, story
from tests.testbed.cli import Commands
from tests.testbed.processes import wait_until
from tests.testbed.stack import Stack

PORT = 2375


class Door(NamedTuple):
    """A socket proxy in a container, and the address that it is reached at."""

    app: App
    host: str


@pytest.fixture
def door(stack: Stack, free_port: Callable[[], int]) -> Door:
    """One that has an update, and publishes its port."""
    port = free_port()
    app = opened(stack, "door", "-p", f"127.0.0.1:{port}:{PORT}", at=("127.0.0.1", port))
    return Door(app, f"tcp://127.0.0.1:{port}")


def opened(stack: Stack, name: str, *options: object, at: tuple[str, int]) -> App:
    """Run a socket proxy that has an update, on this machine's Python; return once it answers."""
    engine, program = stack.engine.socket, Path(forwarder.__file__)
    command = [sys.executable, "-IS", str(program), str(engine), str(PORT)]
    # Not the whole root: that would hold the file systems of all other containers as well.
    wanted = {"/lib", "/lib64", "/usr/lib", sys.prefix, sys.base_prefix, str(program.parent)}
    given = [path for path in sorted(wanted) if Path(path).exists()]
    mounts = ["-v", f"{engine}:{engine}", *(text for path in given for text in ("-v", f"{path}:{path}:ro"))]
    app = outdated(stack, *LOCAL, *mounts, *options, name=name, cmd=command)
    wait_until(lambda: answers(at), "the socket proxy's first answer")
    return app


def answers(address: tuple[str, int]) -> bool:
    """Whether the engine is behind an address; a published port accepts before anybody listens behind it."""
    try:
        with socket.create_connection(address, timeout=5) as client:
            client.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
            return client.recv(12).endswith(b"200")
    except OSError:
        return False


def test_the_only_door_is_refused_by_hand_and_left_alone(cli: Commands, stack: Stack, door: Door) -> None:
    done = cli("watcher", "update", "--no-pull", door.app.name, env=QUICK | {"DOCKER_HOST": door.host})

    assert (done.code, done.out, done.err.count("\n")) == (7, "", 1)
    assert f"the engine is reached through {door.app.name} (DOCKER_HOST)" in done.err
    assert is_untouched(stack, door.app)


def test_it_is_updated_where_the_engines_own_socket_is(cli: Commands, stack: Stack, door: Door) -> None:
    done = cli("watcher", "update", "--no-pull", door.app.name, env=QUICK)

    assert (done.code, done.err) == (0, "")
    assert is_replaced(stack, door.app)
    assert cli("watcher", "list", env={"DOCKER_HOST": door.host}).code == 0


def test_the_daemon_says_once_that_it_leaves_its_only_door_alone(
    start: Start, stack: Stack, door: Door
) -> None:
    web = outdated(stack, *LOCAL)
    daemon = start(host=door.host)
    daemon.wait("container updated", container=web.name)

    move(stack, web, marker="newer")
    daemon.wait("container updated", container=web.name)
    line = daemon.wait("container not updated", container=door.app.name)

    assert daemon.stop() == 0
    assert line["why"].startswith(f"the engine is reached through {door.app.name} (DOCKER_HOST)")
    assert len(daemon.about(door.app.name)) == 1
    assert is_untouched(stack, door.app)


def test_what_others_reach_the_engine_through_goes_last(start: Start, stack: Stack, door: Door) -> None:
    """The daemon has the engine's own socket, so that it may be updated; its name comes first."""
    web, other = outdated(stack, *LOCAL), outdated(stack, *LOCAL, name="other")

    with stack.events() as events:
        start()
        told = story(events, ends=3)

    assert told[-2:] == one_after_another(door.app.name)
    assert all(is_replaced(stack, app) for app in (web, other, door.app))


@pytest.mark.parametrize("action", ["create", "die", "rename", "start"])
def test_a_door_that_closes_in_the_middle_of_an_update_leaves_one_container_that_is_updated(
    start: Start, stack: Stack, door: Door, action: str
) -> None:
    web = labelled(stack)
    daemon = start(host=door.host, env={"CTR_UPDATER_STABLE_FOR": "2s"}).looked()

    with stack.events() as events:
        move(stack, web)
        next(event for event in events if is_about(web, action, event))
        stack.engine.docker("restart", "-t", "0", door.app.name)
    daemon.wait("engine gone")

    wait_until(lambda: is_replaced(stack, web), "the update", timeout=140)
    assert daemon.stop() == 0
    assert is_replaced(stack, web)


def is_about(app: App, action: str, event: dict[str, object]) -> bool:
    actor = event.get("Actor")
    name = actor["Attributes"].get("name", "") if isinstance(actor, dict) else ""
    return event.get("Action") == action and name.startswith(app.name)


class Doors(NamedTuple):
    """Several socket proxies behind one name, and what `named` must be told to know it."""

    apps: list[App]
    hosts: str


@pytest.fixture
def doors(stack: Stack) -> Doors:
    """Two that share an alias, each with an address of its own."""
    network = list(stack.engine.subnet.subnets(new_prefix=27))[-1]
    name = stack.name("front")
    stack.engine.docker("network", "create", "--subnet", network, name)
    addresses = [str(network[10 + number]) for number in (1, 2)]
    apps = [
        opened(stack, f"door-{number}", *service(number), "--network", name, "--ip", at, at=(at, PORT))
        for number, at in enumerate(addresses, 1)
    ]
    return Doors(apps, f"door={','.join(addresses)}")


def service(number: int) -> list[str]:
    """The options that make a container a replica of the service `door`."""
    about = {"project": "p", "service": "door", "container-number": number, "oneoff": "False"}
    return [text for key, value in about.items() for text in ("--label", f"com.docker.compose.{key}={value}")]


def test_two_doors_go_last_one_after_another(cli: Commands, stack: Stack, doors: Doors) -> None:
    """The engine is reached through the other one while either is replaced."""
    web = outdated(stack, *LOCAL)
    environ = ENVIRON | {"DOCKER_HOST": f"tcp://door:{PORT}", "HOSTS": doors.hosts}

    with stack.events(timeout=120) as events:
        process = cli.start("python", "-m", "tests.integration.daemon.named", "run", env=environ, cwd=ROOT)
        daemon = Running(process, cli.state)
        told = story(events, ends=3)

    assert daemon.stop() == 0
    assert told == one_after_another(web.name, *(app.name for app in doors.apps))
    assert all(is_replaced(stack, app) for app in (web, *doors.apps))

"""An updater that reaches the engine through a socket proxy alone: its own update, and that of the proxy."""

from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import frozen

from tests.e2e.self_update.conftest import HEALTH, STATE, Updater
from tests.integration.daemon import forwarder

PORT = 2375
OPTED_IN = ("--label", "ctr-updater.enable=true", "--label", "ctr-updater.source=local")


@frozen
class Door:
    """The proxy, which has the socket.

    Attributes:
        name: Its own.
        tag: What it follows.
        cid: The id of its container.
        way: The options of a container that reaches the engine through it.
    """

    name: str
    tag: str
    cid: str
    way: tuple[object, ...]


@pytest.fixture
def door(updater: Updater) -> Callable[..., Door]:
    """A function that runs the proxy, with such options."""

    def run(*options: str) -> Door:
        stack, engine = updater.stack, updater.stack.engine
        name, tag, network = stack.name("proxy"), stack.name("proxy:1"), stack.name("net")
        program = Path(forwarder.__file__)
        subnet = list(engine.subnet.subnets(new_prefix=27))[-1]
        address = str(subnet[10])  # names are not resolved here
        engine.docker("network", "create", "--subnet", subnet, network)
        stack.tag(updater.base, tag)
        given = ("-v", f"{engine.socket}:/var/run/docker.sock", "-v", f"{program}:/forwarder.py:ro")
        ours = ("--entrypoint", "/usr/bin/python3", "--no-healthcheck", *options)
        command = ("-IS", "/forwarder.py", "/var/run/docker.sock", str(PORT))
        cid = stack.run(tag, *given, *ours, "--network", network, "--ip", address, name=name, command=command)
        host = ("-e", f"DOCKER_HOST=tcp://{name}:{PORT}", "--add-host", f"{name}:{address}")
        return Door(name, tag, cid, (*host, "--network", network))

    return run


def run_behind(door: Door, updater: Updater, *options: str) -> None:
    """Run the updater, which is not given the socket."""
    state = ("-v", f"{updater.name}:{STATE}", "--entrypoint", "watcher", *HEALTH)
    updater.cid = updater.stack.run(
        updater.tag, *door.way, *state, *options, name=updater.name, command=("run",)
    )
    updater.stack.wait(updater.is_settled, timeout=120)


def test_the_only_way_to_the_engine_is_updated(updater: Updater, door: Callable[..., Door]) -> None:
    stack, engine = updater.stack, updater.stack.engine
    proxy = door(*OPTED_IN, "--label", "ctr-updater.stable-for=300ms")
    run_behind(proxy, updater)

    target = stack.build(proxy.tag, f"FROM {updater.base}\nLABEL marker=second")
    is_over = replaced(updater, proxy)
    stack.wait(lambda: is_over() and updater.is_settled(), timeout=180)

    assert (stack.inspect(proxy.name)["Image"], updater.found["Id"]) == (target, updater.cid)
    names = {name for name in stack.containers() if name.startswith(stack.prefix)}
    assert names == {proxy.name, updater.name}
    stack.wait(lambda: "container updated" in updater.log)
    row = engine.docker("exec", updater.name, "watcher", "history", proxy.name)
    assert "updated" in row


def replaced(updater: Updater, proxy: Door) -> Callable[[], bool]:
    """Whether the proxy is another container, and nothing but it is left."""

    def look() -> bool:
        rows = [name for name in updater.stack.containers() if name.startswith(proxy.name)]
        return rows == [proxy.name] and updater.stack.inspect(proxy.name)["Id"] != proxy.cid

    return look


def test_an_updater_behind_it_updates_itself(updater: Updater, door: Callable[..., Door]) -> None:
    proxy = door()
    run_behind(proxy, updater, *OPTED_IN)
    before = updater.found

    target = updater.move("second")
    updater.stack.wait(updater.is_new, timeout=120)

    after = updater.found
    assert after["Image"] == target
    assert after["Config"]["Env"] == before["Config"]["Env"]
    assert [*after["NetworkSettings"]["Networks"]] == [*before["NetworkSettings"]["Networks"]]
    assert updater.stack.inspect(proxy.name)["Id"] == proxy.cid
    (row,) = updater.history()
    assert (row["kind"], row["outcome"]) == ("self-update", "updated")

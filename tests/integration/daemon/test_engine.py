"""The engine goes away, comes back, is another one, or says nothing: nothing is lost, nothing crashes."""

import signal
import threading
from pathlib import Path

import pytest

from tests.integration.apps import outdated
from tests.integration.daemon.apps import LOCAL, OPT_IN, is_replaced, labelled, move
from tests.integration.daemon.conftest import Running, Start
from tests.integration.daemon.test_registry import pushed
from tests.testbed.engine import PrivateEngine
from tests.testbed.faults import Hold, cut, run
from tests.testbed.packages import ENGINES
from tests.testbed.processes import wait_until
from tests.testbed.proxy import Proxy
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

# After a SIGKILL the engine takes the stops of its own start for a person's, and leaves
# `unless-stopped` stopped (20.10 to 28.5).
KEPT = ("--restart", "always")


def back(daemon: Running) -> None:
    """Return once the daemon follows the engine for the second time."""
    daemon.wait("engine followed")
    daemon.wait("engine followed")


@pytest.mark.parametrize("how", ["restart", "kill"])
def test_an_engine_that_goes_and_comes_is_one_line_each(daemon: Running, stack: Stack, how: str) -> None:
    web = labelled(stack, *KEPT)
    if how == "kill":
        stack.engine.kill()
        daemon.wait("engine gone")
        stack.engine.start()
    else:
        stack.engine.restart()
    back(daemon)

    move(stack, web)
    daemon.wait("container updated", container=web.name)

    assert daemon.stop() == 0
    assert len(daemon.said("engine gone")) == 1
    assert len(daemon.said("engine followed")) == 2
    assert daemon.said("engine gone")[0]["level"] == "warning"
    assert is_replaced(stack, web)


def test_an_engine_that_stays_away_is_one_line(start: Start, stack: Stack, proxy: Proxy) -> None:
    daemon = start(host=proxy.host).looked()
    tried: list[object] = []
    proxy.arm(run(lambda: tried.append(1)), match=".", times=10_000)
    stack.engine.kill()
    stack.engine.start()

    wait_until(lambda: len(tried) >= 5, "the fifth try to reach the engine")

    assert daemon.stop() == 0
    assert len(daemon.said("engine gone")) == 1


def test_a_daemon_waits_for_an_engine_that_is_not_there_yet(start: Start, stack: Stack) -> None:
    web = outdated(stack, *LOCAL, *KEPT)
    stack.engine.kill()
    daemon = start()
    gone = daemon.wait("engine gone")

    stack.engine.start()

    assert str(stack.engine.socket) in gone["why"]
    daemon.wait("engine followed")
    daemon.wait("container updated", container=web.name)


def test_moves_that_were_missed_are_found_afterwards(start: Start, stack: Stack, proxy: Proxy) -> None:
    web = labelled(stack, *KEPT)
    daemon = start(host=proxy.host).looked()
    proxy.arm(cut, match=".", times=10_000)
    stack.engine.kill()
    stack.engine.start()
    daemon.wait("engine gone")

    move(stack, web)
    proxy.disarm()

    daemon.wait("container updated", container=web.name)
    assert is_replaced(stack, web)


def test_an_event_stream_that_alone_breaks_off_loses_nothing(
    start: Start, stack: Stack, proxy: Proxy
) -> None:
    web = labelled(stack)
    proxy.arm(cut, match="^GET /events", times=2)
    daemon = start(host=proxy.host).looked()

    move(stack, web)

    daemon.wait("container updated", container=web.name)
    assert is_replaced(stack, web)


@pytest.mark.parametrize("verb", ["create", "stop", "rename", "start"])
def test_an_engine_killed_in_the_middle_of_an_update_leaves_one_container_that_is_updated(
    start: Start, stack: Stack, proxy: Proxy, verb: str
) -> None:
    web = outdated(stack, *LOCAL, *KEPT)
    killed = threading.Event()

    def kill() -> None:
        stack.engine.kill()
        killed.set()

    proxy.arm(run(kill), match=f"^POST .*/{verb}", when="after")
    daemon = start(host=proxy.host)
    assert killed.wait(60)
    daemon.wait("engine gone")

    stack.engine.start()

    wait_until(lambda: is_replaced(stack, web), "the update", timeout=140)
    assert daemon.stop() == 0
    assert is_replaced(stack, web)


def test_an_engine_that_falls_silent_is_noticed(start: Start, stack: Stack, proxy: Proxy) -> None:
    """It accepts, answers nothing, and its stream stays open."""
    web = labelled(stack)
    daemon = start(host=proxy.host, hurried=True).looked()
    proxy.arm(Hold(), match=".", times=10_000)

    daemon.wait("engine gone")
    proxy.disarm()
    back(daemon)
    move(stack, web)

    daemon.wait("container updated", container=web.name)
    assert is_replaced(stack, web)


def test_an_engine_of_another_version_behind_the_same_socket_is_followed(
    start: Start, engine: PrivateEngine, tmp_path: Path
) -> None:
    """An upgrade, or a socket that is replaced: the version is asked for anew."""
    if engine.version == "distro":
        pytest.skip("there is no second engine")
    other = next(version for version in ENGINES if version not in {engine.version, "distro"})
    socket = tmp_path / "docker.sock"
    with PrivateEngine(other) as old:
        socket.symlink_to(old.socket)
        daemon = start(host=f"unix://{socket}")
        before = daemon.wait("engine followed")
        socket.unlink()
    daemon.wait("engine gone")

    new = Stack(engine)
    try:
        web = outdated(new, *LOCAL)
        socket.symlink_to(engine.socket)
        after = daemon.wait("engine followed")
        daemon.wait("container updated", container=web.name)
        assert daemon.stop() == 0
    finally:
        new.clean()
    assert before["api"] != after["api"]


def test_an_engine_that_refuses_the_list_is_gone_and_is_tried_again(
    start: Start, stack: Stack, proxy: Proxy
) -> None:
    web = outdated(stack, *LOCAL)
    proxy.arm(cut, match="^GET /containers/json", times=6)

    daemon = start(host=proxy.host)

    daemon.wait("container updated", container=web.name)
    assert is_replaced(stack, web)


def test_a_daemon_that_is_asked_to_look_while_the_engine_is_away_does_so_later(
    daemon: Running, stack: Stack
) -> None:
    stack.engine.kill()
    daemon.wait("engine gone")

    daemon.send(signal.SIGHUP)
    stack.engine.start()
    back(daemon)

    assert daemon.stop() == 0


@pytest.mark.parametrize("policy", [OPT_IN, LOCAL], ids=["registry", "local"])
def test_stopping_the_engine_for_good_is_no_crash(
    start: Start, stack: Stack, policy: tuple[str, ...]
) -> None:
    outdated(stack, *policy)
    daemon = start().looked()

    stack.engine.stop()
    daemon.wait("engine gone")

    assert daemon.stop() == 0


def test_an_engine_that_goes_in_the_middle_of_a_pull_is_one_line(
    start: Start, stack: Stack, registry: PrivateRegistry, proxy: Proxy
) -> None:
    """The pull did not fail at the registry; it is made again at the next interval."""
    pushed(stack, registry)
    hold = Hold()
    proxy.arm(hold, match="/images/create")
    daemon = start("--interval", "2s", host=proxy.host)
    assert hold.reached.wait(60)

    stack.engine.kill()
    daemon.wait("engine gone")
    hold.release()
    stack.engine.start()
    back(daemon)

    assert daemon.stop() == 0
    assert daemon.said("tag not pulled") == []

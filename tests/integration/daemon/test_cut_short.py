"""What an updater that was killed left open is settled before anything else; `watcher healthy`."""

import subprocess
from collections.abc import Callable
from concurrent.futures import Future

import pytest

from tests.integration.apps import current, outdated, published
from tests.integration.daemon.apps import LOCAL, OPT_IN, is_replaced, labelled, move
from tests.integration.daemon.conftest import Running, Start
from tests.integration.updates import leave_task
from tests.testbed.cli import Commands, Result
from tests.testbed.faults import run
from tests.testbed.proxy import Proxy
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack
from watcher.model.names import short


@pytest.mark.parametrize("how", ["daemon", "once"])
@pytest.mark.parametrize("number", range(1, 7))
def test_an_update_that_was_cut_short_is_settled_at_the_start(
    start: Start, once: Callable[..., Result], stack: Stack, proxy: Proxy, how: str, number: int
) -> None:
    web = outdated(stack, *LOCAL)
    killed = start(host=proxy.host)
    armed = proxy.arm(run(killed.process.kill), n=number)
    assert armed.fired.wait(60)
    killed.process.wait()

    if how == "once":
        assert once().code == 0
    else:
        daemon = start().looked()
        stack.wait(lambda: is_replaced(stack, web))
        assert daemon.stop() == 0

    assert is_replaced(stack, web)


def test_an_update_by_hand_that_was_cut_short_is_settled_too(
    start: Start, cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    """The daemon settles whatever is open: the container has no label of ours."""
    web = outdated(stack)
    updating = Future[subprocess.Popen[str]]()
    proxy.arm(run(lambda: updating.result().kill()), n=4)
    updating.set_result(
        cli.start("watcher", "update", "--no-pull", web.name, env={"DOCKER_HOST": proxy.host})
    )
    updating.result().wait()
    assert len(stack.containers()) == 2

    start().wait("open update settled", container=web.name, runs=short(web.old))

    assert list(stack.containers()) == [web.name]
    found = stack.inspect(web.name)
    assert (found["Image"], found["State"]["Running"]) == (web.old, True)


def test_what_only_a_person_can_decide_is_not_said_to_be_settled(
    once: Callable[..., Result], stack: Stack
) -> None:
    web = current(stack)
    stack.create(web.image, name=f"{web.name}.ctr-updater-old-r-{'0' * 12}")

    done = once()

    assert done.code == 0
    assert "open update settled" not in done.err
    assert len(stack.containers()) == 2


def test_what_cannot_be_undone_is_brought_to_the_other_end(start: Start, stack: Stack, proxy: Proxy) -> None:
    web = labelled(stack)
    daemon = start(host=proxy.host).looked()
    leave_task(proxy, web, stuck=web)

    new = move(stack, web)

    assert "IS NOT YET AS IT WAS" in daemon.wait("container not updated", container=web.name)["why"]
    daemon.wait("open update settled", container=web.name, runs=short(new))
    assert is_replaced(stack, web)


def test_once_settles_what_was_cut_short_before_it_asks_a_registry(
    start: Start, once: Callable[..., Result], stack: Stack, registry: PrivateRegistry, proxy: Proxy
) -> None:
    web = published(stack, registry, *OPT_IN)
    killed = start(host=proxy.host)
    armed = proxy.arm(run(killed.process.kill), n=4)
    assert armed.fired.wait(60)
    killed.process.wait()
    proxy.calls.clear()

    assert once(host=proxy.host).code == 0

    told = [call.path for call in proxy.calls if call.method == "POST"]
    assert told.index("/images/create") > 0
    assert is_replaced(stack, web)


def healthy(cli: Commands) -> int:
    return cli("watcher", "healthy").code


def test_healthy_is_0_while_the_engine_is_followed(daemon: Running, cli: Commands) -> None:
    assert daemon.process.poll() is None
    assert cli("watcher", "healthy") == (0, "the daemon follows the engine\n", "")


def test_healthy_is_1_with_a_reason_where_no_daemon_runs(cli: Commands) -> None:
    done = cli("watcher", "healthy")

    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert str(cli.state) in done.err


def test_healthy_is_1_once_the_daemon_has_ended(daemon: Running, cli: Commands) -> None:
    assert daemon.stop() == 0
    assert healthy(cli) == 1


def test_healthy_is_1_once_the_daemon_was_killed(daemon: Running, cli: Commands) -> None:
    daemon.process.kill()
    daemon.process.wait()

    assert healthy(cli) == 1


def test_healthy_is_1_while_the_engine_is_away_and_0_when_it_is_back(
    daemon: Running, cli: Commands, stack: Stack
) -> None:
    stack.engine.kill()
    daemon.wait("engine gone")
    away = healthy(cli)
    stack.engine.start()
    daemon.wait("engine followed")
    daemon.wait("engine followed")
    daemon.looked()

    assert (away, healthy(cli)) == (1, 0)

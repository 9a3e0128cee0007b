"""How the daemon ends when it is told to, and what it does at once when asked."""

import signal

import pytest

from tests.integration.apps import outdated
from tests.integration.daemon.apps import LOCAL, is_untouched, labelled, move, succeeded
from tests.integration.daemon.conftest import STOPPING, Running, Start
from tests.integration.daemon.test_registry import publish, pulls, pushed
from tests.testbed.faults import Hold
from tests.testbed.processes import wait_until
from tests.testbed.proxy import Proxy
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack


@STOPPING
def test_an_idle_daemon_ends_with_0(daemon: Running, number: signal.Signals) -> None:
    assert daemon.stop(number) == 0
    assert daemon.said("stopped; nothing is half done")


@STOPPING
@pytest.mark.parametrize("verb", ["stop", "rename", "start"])
def test_a_signal_in_the_middle_of_an_update_leaves_one_whole_container(
    start: Start, stack: Stack, proxy: Proxy, number: signal.Signals, verb: str
) -> None:
    web = outdated(stack, *LOCAL)
    hold = Hold()
    proxy.arm(hold, match=f"^POST .*/{verb}", when="after")
    daemon = start(host=proxy.host)
    assert hold.reached.wait(60)

    daemon.send(number)
    hold.release()

    assert daemon.end() == 0
    assert is_untouched(stack, web) or stack.inspect(web.name)["State"]["Running"]
    assert list(stack.containers()) == [web.name]


def test_a_signal_during_the_proof_undoes_the_update(start: Start, stack: Stack) -> None:
    web = outdated(stack, *LOCAL, "--label", "ctr-updater.stable-for=1h")
    daemon = start()
    stack.wait(lambda: succeeded(stack, web))

    assert daemon.stop() == 0

    found = stack.inspect(web.name)
    assert (found["Id"], found["State"]["Running"]) == (web.cid, True)
    assert list(stack.containers()) == [web.name]


def test_a_second_signal_does_not_cut_the_safe_end_short(start: Start, stack: Stack, proxy: Proxy) -> None:
    web = outdated(stack, *LOCAL, "--label", "ctr-updater.stable-for=1h")
    daemon = start(host=proxy.host)
    stack.wait(lambda: succeeded(stack, web))
    hold = Hold()
    proxy.arm(hold)
    daemon.send(signal.SIGTERM)
    assert hold.reached.wait(60)

    daemon.send(signal.SIGTERM)
    daemon.send(signal.SIGINT)
    hold.release()

    assert daemon.end() == 0
    assert stack.inspect(web.name)["Id"] == web.cid
    assert list(stack.containers()) == [web.name]


def test_after_a_signal_nothing_new_is_begun(start: Start, stack: Stack, proxy: Proxy) -> None:
    """One is stopping, the others wait for its slot."""
    apps = [outdated(stack, *LOCAL, name=f"web{number}") for number in range(4)]
    hold = Hold()
    proxy.arm(hold, match="^POST .*/stop")
    daemon = start("--concurrency", "1", host=proxy.host)
    assert hold.reached.wait(60)

    daemon.send(signal.SIGTERM)
    hold.release()

    assert daemon.end() == 0
    assert sum(call.path == "/containers/create" for call in proxy.calls) == 1
    assert sorted(stack.containers()) == sorted(app.name for app in apps)


def test_a_signal_while_the_engine_is_away_ends_with_0(start: Start) -> None:
    daemon = start(env={"DOCKER_HOST": "unix:///nonexistent/docker.sock"})
    daemon.wait("engine gone")

    assert daemon.stop() == 0


def test_a_signal_while_a_pull_hangs_ends_it(
    start: Start, stack: Stack, registry: PrivateRegistry, proxy: Proxy
) -> None:
    pushed(stack, registry)
    hold = Hold()
    proxy.arm(hold, match="/images/create")
    daemon = start(host=proxy.host)
    assert hold.reached.wait(60)

    assert daemon.stop() == 0


def test_sighup_is_no_end(daemon: Running, stack: Stack) -> None:
    web = labelled(stack)

    for _ in range(5):
        daemon.send(signal.SIGHUP)
    move(stack, web)

    daemon.wait("container updated", container=web.name)
    assert daemon.process.poll() is None


def test_sighup_pulls_each_tag_once(
    start: Start, stack: Stack, registry: PrivateRegistry, proxy: Proxy
) -> None:
    web = pushed(stack, registry)
    daemon = start(host=proxy.host).looked()
    wait_until(lambda: pulls(proxy, web) == 1, "the first pull")
    publish(stack, registry, web, "new")

    daemon.send(signal.SIGHUP)
    daemon.wait("container updated", container=web.name)

    assert pulls(proxy, web) == 2

"""How the daemon ends, when it is told to, and what it does at once when asked; --once; its health."""

import signal
import subprocess
from collections.abc import Callable
from concurrent.futures import Future

import pytest

from tests.bed.cli import Commands, Result
from tests.bed.faults import Hold, run
from tests.bed.processes import wait_until
from tests.bed.proxy import Proxy
from tests.bed.registry import PrivateRegistry
from tests.bed.stack import Stack
from tests.daemon.apps import LOCAL, OPT_IN, is_replaced, is_untouched, labelled, move, succeeded
from tests.daemon.conftest import Running, Start
from tests.daemon.test_registry import publish, pulls, pushed
from tests.engine.apps import current, outdated, published

STOPPING = pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])


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


def test_once_updates_all_and_ends_with_0(once: Callable[..., Result], stack: Stack) -> None:
    apps = [outdated(stack, *LOCAL, name=f"web{number}") for number in range(3)]
    stale = current(stack, name="plain")

    assert once().code == 0

    assert all(is_replaced(stack, app) for app in apps)
    assert is_untouched(stack, stale)


def test_once_with_nothing_to_do_is_0_and_says_nothing(once: Callable[..., Result], stack: Stack) -> None:
    labelled(stack)

    assert once() == (0, "", "")


def test_once_with_no_container_at_all_is_0(once: Callable[..., Result], stack: Stack) -> None:
    assert list(stack.containers()) == []
    assert once() == (0, "", "")


def test_once_pulls_first(once: Callable[..., Result], stack: Stack, registry: PrivateRegistry) -> None:
    web = published(stack, registry, *OPT_IN)

    assert once().code == 0

    assert is_replaced(stack, web)


@pytest.mark.parametrize("label", ["mode=notify", "schedule=0 3 29 2 *"])
def test_once_ends_with_0_where_an_update_is_only_told(
    once: Callable[..., Result], stack: Stack, label: str
) -> None:
    web = outdated(stack, *LOCAL, "--label", f"ctr-updater.{label}")

    done = once()

    assert (done.code, web.name in done.err) == (0, True)
    assert is_untouched(stack, web)


def test_once_ends_with_0_where_an_image_that_failed_is_held(
    once: Callable[..., Result], stack: Stack
) -> None:
    web = outdated(stack, *LOCAL, new={"cmd": "exit 3"})

    assert [once().code, once().code] == [6, 0]
    assert is_untouched(stack, web)


def test_once_ends_with_2_where_a_label_cannot_be_read(once: Callable[..., Result], stack: Stack) -> None:
    outdated(stack, *LOCAL, "--label", "ctr-updater.mode=monitor")

    assert once().code == 2


def test_once_ends_with_4_where_there_is_no_engine(once: Callable[..., Result]) -> None:
    done = once(host="unix:///nonexistent/docker.sock")

    assert (done.code, "/nonexistent/docker.sock" in done.err) == (4, True)


def test_once_ends_with_5_where_a_registry_cannot_be_asked(once: Callable[..., Result], stack: Stack) -> None:
    with PrivateRegistry() as own:
        web = pushed(stack, own)
        own.stop()

        done = once()

    assert (done.code, web.image in done.err) == (5, True)


def test_once_ends_with_6_where_an_update_failed_and_does_the_others_all_the_same(
    once: Callable[..., Result], stack: Stack
) -> None:
    bad = outdated(stack, *LOCAL, name="a", new={"cmd": "exit 3"})
    refused = outdated(stack, *LOCAL, "--label", "ctr-updater.mode=monitor", name="b")
    good = outdated(stack, *LOCAL, name="c")

    assert once().code == 6

    assert is_untouched(stack, bad)
    assert is_untouched(stack, refused)
    assert is_replaced(stack, good)


def test_once_ends_with_7_where_a_container_is_not_ours(once: Callable[..., Result], stack: Stack) -> None:
    outdated(stack, *LOCAL, "--label", "com.docker.swarm.task.id=x")

    assert once().code == 7


@STOPPING
def test_once_is_stopped_by_a_signal_with_its_code(
    start: Start, stack: Stack, proxy: Proxy, number: signal.Signals
) -> None:
    web = outdated(stack, *LOCAL)
    hold = Hold()
    proxy.arm(hold, match="^POST .*/stop", when="after")
    once = start("--once", host=proxy.host)
    assert hold.reached.wait(60)

    once.send(number)
    hold.release()

    assert once.process.wait(60) == 128 + number
    assert stack.inspect(web.name)["State"]["Running"]
    assert list(stack.containers()) == [web.name]


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

    start()

    stack.wait(lambda: list(stack.containers()) == [web.name] and stack.inspect(web.name)["State"]["Running"])
    assert stack.inspect(web.name)["Image"] == web.old


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

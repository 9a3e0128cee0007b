"""What is asked for after each pass: how it went, once, and without its secret."""

from collections.abc import Callable

from tests.integration.apps import App, outdated
from tests.integration.daemon.apps import LOCAL, PATIENT, labelled
from tests.integration.daemon.conftest import Start
from tests.integration.daemon.test_messages import FAILS, SECRET
from tests.testbed.cli import Result
from tests.testbed.faults import answer
from tests.testbed.ports import free_port
from tests.testbed.processes import wait_until
from tests.testbed.proxy import Proxy
from tests.testbed.receiver import Receiver
from tests.testbed.stack import Stack

Once = Callable[..., Result]


def test_each_pass_is_pinged(start: Start, stack: Stack, receiver: Receiver) -> None:
    labelled(stack)

    start("--interval", "1s", "--ping-url", f"{receiver.url}/ping/{SECRET}")

    wait_until(lambda: len(receiver.requests) > 1, "two pings")
    assert {*receiver.asked()} == {f"GET /ping/{SECRET}"}


def test_a_pass_that_did_not_go_well_is_pinged_as_such_and_what_is_only_held_is_not(
    once: Once, stack: Stack, receiver: Receiver
) -> None:
    outdated(stack, *LOCAL, *PATIENT, new=FAILS)
    env = {"CTR_UPDATER_PING_URL": f"{receiver.url}/ping"}

    assert [once(env=env).code, once(env=env).code] == [6, 0]

    assert receiver.asked() == ["GET /ping/fail", "GET /ping"]


def test_a_pass_of_the_daemon_that_did_not_go_well_is_pinged_as_such(
    start: Start, stack: Stack, receiver: Receiver
) -> None:
    app: App = outdated(stack, *LOCAL, *PATIENT, new=FAILS)

    daemon = start("--ping-url", f"{receiver.url}/ping")

    daemon.wait("update rolled back", container=app.name)
    wait_until(lambda: bool(receiver.requests), "the ping")
    assert receiver.asked() == ["GET /ping/fail"]


def test_no_pass_goes_well_while_an_update_that_the_engine_refuses_rests_until_its_next_try(
    start: Start, stack: Stack, proxy: Proxy, receiver: Receiver
) -> None:
    app = outdated(stack, *LOCAL)
    proxy.arm(answer(), match=f"/containers/create.*{app.name}", times=1000)

    daemon = start("--interval", "1s", "--ping-url", f"{receiver.url}/ping", host=proxy.host)
    daemon.wait("container not updated", container=app.name)
    before = len(receiver.requests) + 1  # the pass of this moment may have begun before that

    # The back-off is some seconds long by then.
    wait_until(lambda: len(receiver.requests) > before + 9, "ten pings")
    assert {*receiver.asked()[before:]} == {"GET /ping/fail"}


def test_a_pass_without_an_engine_did_not_go_well(once: Once, receiver: Receiver) -> None:
    env = {"CTR_UPDATER_PING_URL": f"{receiver.url}/ping"}

    assert once(host="unix:///nonexistent/docker.sock", env=env).code == 4

    assert receiver.asked() == ["GET /ping/fail"]


def test_a_ping_that_fails_is_a_line_without_its_secret(once: Once, stack: Stack) -> None:
    labelled(stack)
    nobody = f"http://127.0.0.1:{free_port()}"

    done = once("--ping-url", f"{nobody}/{SECRET}")

    assert (done.code, "ping failed" in done.err, nobody in done.err, SECRET in done.err) == (
        0,
        True,
        True,
        False,
    )

"""What people are told: once, whatever becomes of the daemon, and in nobody's way."""

import signal
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.integration.apps import App, outdated, published
from tests.integration.daemon.apps import LOCAL, OPT_IN, PATIENT, is_replaced, labelled, move
from tests.integration.daemon.conftest import Start
from tests.integration.decisions import Person
from tests.testbed.badregistry import BadRegistry, Hang, answer
from tests.testbed.cli import Commands, Result
from tests.testbed.faults import run
from tests.testbed.ports import free_port
from tests.testbed.processes import wait_until
from tests.testbed.proxy import Proxy
from tests.testbed.receiver import Receiver
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

Once = Callable[..., Result]
APPROVE = ("--label", "ctr-updater.mode=approve")
NOTIFY = (*LOCAL, "--label", "ctr-updater.mode=notify")
FAILS: dict[str, Any] = {"cmd": "exit 3"}
SECRET = "s3cretpath"  # noqa: S105 - the test's own


def to(receiver: Receiver) -> dict[str, str]:
    """The environment that names a receiver."""
    return {"CTR_UPDATER_NOTIFY": f"{receiver.url}/{SECRET}"}


def arrival(receiver: Receiver, *, timeout: float = 60) -> None:
    """Wait for a message."""
    wait_until(lambda: bool(receiver.got()), "the message", timeout=timeout)


def told(receiver: Receiver) -> list[tuple[str, str]]:
    """What all messages so far tell."""
    return [(each["container"], each["event"]) for got in receiver.got() for each in got["events"]]


def is_told(receiver: Receiver, app: App) -> bool:
    return app.name in str(receiver.got("/other"))


def test_one_message_tells_what_a_pass_did(once: Once, stack: Stack, receiver: Receiver) -> None:
    web, bad = outdated(stack, *LOCAL), outdated(stack, *LOCAL, *PATIENT, name="bad", new=FAILS)
    notified = outdated(stack, *NOTIFY, name="notified")

    done = once(env=to(receiver))

    assert done.code == 6
    (got,) = receiver.got()
    assert {(web.name, "updated"), (bad.name, "failed"), (notified.name, "available")} == {*told(receiver)}
    assert got["title"] == f"ctr-updater: 1 failed, 1 available, 1 updated on {got['host']}"
    assert f"{web.name}: updated {web.image}" in got["text"]
    assert ", down " in got["text"]
    (attempt,) = [each for each in got["events"] if each["event"] == "updated"]
    assert {
        "at",
        "engine",
        "name",
        "kind",
        "outcome",
        "image",
        "old",
        "new",
        "by",
        "took_s",
        "down_s",
    } <= attempt.keys()
    assert (attempt["outcome"], attempt["old"]["id"]) == ("updated", web.old)
    assert SECRET not in done.err


def test_a_quiet_pass_says_nothing(once: Once, stack: Stack, receiver: Receiver) -> None:
    labelled(stack)

    assert once(env=to(receiver)) == (0, "", "")
    assert receiver.requests == []


def test_each_thing_is_told_once_across_restarts_and_its_end_once(
    once: Once, stack: Stack, receiver: Receiver
) -> None:
    bad = outdated(stack, *LOCAL, *PATIENT, name="bad", new=FAILS)
    notified = outdated(stack, *NOTIFY, name="notified")
    for _ in range(3):
        once(env=to(receiver))
    assert sorted(told(receiver)) == [(bad.name, "failed"), (notified.name, "available")]

    for app in (bad, notified):
        stack.engine.docker("tag", app.old, app.image)
    for _ in range(2):
        once(env=to(receiver))

    assert sorted(each for each in told(receiver) if each[1] not in {"failed", "available"}) == [
        (bad.name, "recovered"),
        (notified.name, "recovered"),
    ]


def test_an_update_that_waits_for_a_person_is_told_once_and_again_when_it_is_done(
    start: Start, stack: Stack, receiver: Receiver, cli: Commands
) -> None:
    web = labelled(stack, *APPROVE)
    start("--interval", "1s", env=to(receiver)).looked()

    new = move(stack, web)
    arrival(receiver)
    assert told(receiver) == [(web.name, "available")]
    assert f"`watcher approve {web.name}` lets it go ahead" in receiver.got()[0]["text"]
    Person(cli, stack).decide(web.name, "approve", image=new)

    wait_until(lambda: len(told(receiver)) > 1, "the second message")
    assert told(receiver) == [(web.name, "available"), (web.name, "updated")]


def test_another_image_is_told_again(once: Once, stack: Stack, receiver: Receiver) -> None:
    notified = outdated(stack, *NOTIFY)
    once(env=to(receiver))

    move(stack, notified, marker="newer")
    once(env=to(receiver))

    assert told(receiver) == [(notified.name, "available")] * 2


def test_only_what_was_chosen_is_told(once: Once, stack: Stack, receiver: Receiver) -> None:
    outdated(stack, *LOCAL)
    bad = outdated(stack, *LOCAL, *PATIENT, name="bad", new=FAILS)

    once("--notify-on", "failed", env=to(receiver))

    assert told(receiver) == [(bad.name, "failed")]


def test_a_label_that_cannot_be_read_is_told_once(once: Once, stack: Stack, receiver: Receiver) -> None:
    odd = outdated(stack, *LOCAL, "--label", "ctr-updater.mode=monitor")

    for _ in range(2):
        once(env=to(receiver))

    assert told(receiver) == [(odd.name, "held")]


def test_a_registry_that_is_down_is_no_news_for_a_day_and_a_refused_login_is_at_once(
    once: Once, stack: Stack, receiver: Receiver
) -> None:
    with BadRegistry() as registry:
        registry.on("", answer(500))
        stack.image(f"{registry.address}/app:1")
        stack.run(f"{registry.address}/app:1", *OPT_IN, name=stack.name("web"))
        assert once(env=to(receiver)).code == 5
        assert told(receiver) == []

        registry.behave()
        registry.on("", answer(401, WWW_Authenticate='Basic realm="x"'))
        login = {"": registry.address, "_USER": "me", "_PASSWORD": "wrong"}
        once(env=to(receiver) | {f"CTR_UPDATER_REGISTRY{name}": value for name, value in login.items()})

    assert [event for _, event in told(receiver)] == ["unknown"]


def test_the_daemon_tells_at_the_end_of_its_pass(
    start: Start, stack: Stack, registry: PrivateRegistry, receiver: Receiver
) -> None:
    web = published(stack, registry, *OPT_IN)

    daemon = start(env=to(receiver))

    arrival(receiver)
    assert told(receiver) == [(web.name, "updated")]
    assert is_replaced(stack, web)
    assert SECRET not in str(daemon.lines)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["SIGTERM", "SIGKILL"])
def test_neither_signal_loses_what_there_is_to_tell(
    start: Start, stack: Stack, receiver: Receiver, number: signal.Signals
) -> None:
    receiver.on("", hang := Hang())
    web = outdated(stack, *LOCAL)
    first = start(env=to(receiver))
    first.wait("container updated", container=web.name)

    first.stop(number)
    hang.release()
    receiver.behave()
    receiver.requests.clear()
    start(env=to(receiver))

    arrival(receiver, timeout=150)
    assert told(receiver) == [(web.name, "updated")]


def test_a_kill_right_after_the_last_request_of_an_update_loses_no_message(
    start: Start, stack: Stack, proxy: Proxy, receiver: Receiver
) -> None:
    """The next pass that finds it in the history tells it."""
    web = outdated(stack, *LOCAL)
    killed = start(host=proxy.host, env=to(receiver))
    armed = proxy.arm(run(killed.process.kill), match=f"DELETE /containers/{web.cid}", when="after")
    assert armed.fired.wait(60)
    killed.process.wait()

    start("--interval", "1s", env=to(receiver))

    arrival(receiver)
    assert told(receiver) == [(web.name, "updated")]
    assert is_replaced(stack, web)


def test_a_receiver_that_hangs_holds_up_no_update_and_no_other(
    start: Start, stack: Stack, receiver: Receiver
) -> None:
    receiver.on("/hangs", hang := Hang())
    apps = [labelled(stack, name=f"web{number}") for number in range(3)]
    env = {"CTR_UPDATER_NOTIFY": f"{receiver.url}/hangs {receiver.url}/other"}
    daemon = start("--interval", "1s", env=env).looked()

    for app in apps:
        move(stack, app)
        daemon.wait("container updated", container=app.name)
        wait_until(partial(is_told, receiver, app), "the other's message")

    assert hang.reached.is_set()
    assert len(receiver.got("/hangs")) == 1


def test_a_receiver_that_was_down_gets_it_within_two_minutes(
    start: Start, stack: Stack, receiver: Receiver
) -> None:
    receiver.on("", answer(500))
    web = outdated(stack, *LOCAL)
    daemon = start(env=to(receiver))
    line = daemon.wait("message not taken")
    assert (line["address"], line["why"]) == (receiver.url, "it answered 500 Internal Server Error")

    receiver.behave()
    receiver.requests.clear()

    arrival(receiver, timeout=120)
    assert told(receiver) == [(web.name, "updated")]


def test_a_receiver_that_is_not_there_fails_no_pass_and_keeps_it_from_no_other(
    once: Once, stack: Stack, receiver: Receiver
) -> None:
    web = outdated(stack, *LOCAL)
    nobody = f"http://127.0.0.1:{free_port()}/x"
    done = once(env={"CTR_UPDATER_NOTIFY": f"{nobody} {receiver.url}/x"})

    assert (done.code, "message not taken" in done.err) == (0, True)
    assert told(receiver) == [(web.name, "updated")]


def test_a_bad_address_is_one_warning_and_the_other_is_told(
    start: Start, stack: Stack, receiver: Receiver
) -> None:
    web = outdated(stack, *LOCAL)
    addresses = f"{SECRET} nosuchscheme://{SECRET} {receiver.url}/hook"

    daemon = start(env={"CTR_UPDATER_NOTIFY": addresses, "CTR_UPDATER_NOTIFY_FILE": "/nonexistent"})

    arrival(receiver)
    daemon.wait("address left out", why="nosuchscheme://***: Apprise cannot use this address")
    assert told(receiver) == [(web.name, "updated")]
    assert len(daemon.said("address left out")) == 3
    assert SECRET not in str(daemon.lines)

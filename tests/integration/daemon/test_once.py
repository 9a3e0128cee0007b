"""`watcher run --once`: one pass, and the exit code that says how it went."""

import signal
import time
from collections.abc import Callable

import pytest

from tests.integration.apps import current, outdated, published
from tests.integration.daemon.apps import LOCAL, OPT_IN, PATIENT, is_replaced, is_untouched, labelled, move
from tests.integration.daemon.conftest import Start
from tests.integration.daemon.test_order import after
from tests.integration.daemon.test_registry import PULL, pushed
from tests.testbed.cli import Result
from tests.testbed.faults import Hold, answer
from tests.testbed.processes import wait_until
from tests.testbed.proxy import Proxy
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack


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
    web = outdated(stack, *LOCAL, *PATIENT, new={"cmd": "exit 3"})

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
    bad = outdated(stack, *LOCAL, *PATIENT, name="a", new={"cmd": "exit 3"})
    refused = outdated(stack, *LOCAL, "--label", "ctr-updater.mode=monitor", name="b")
    good = outdated(stack, *LOCAL, name="c")

    assert once().code == 6

    assert is_untouched(stack, bad)
    assert is_untouched(stack, refused)
    assert is_replaced(stack, good)


def test_once_ends_with_7_where_a_container_is_not_ours(once: Callable[..., Result], stack: Stack) -> None:
    outdated(stack, *LOCAL, "--label", "com.docker.swarm.task.id=x")

    assert once().code == 7


def test_once_waits_for_no_second_try_of_a_dependencys_tag(
    start: Start, stack: Stack, registry: PrivateRegistry, proxy: Proxy
) -> None:
    """Its first try fails while another tag's pull goes on, and the moment of the second comes and goes."""
    db, slow = pushed(stack, registry, name="db"), pushed(stack, registry, name="slow")
    move(stack, db)
    web = outdated(stack, *LOCAL, *after(db.name))
    hold = Hold()
    proxy.arm(hold, match=f"{PULL}.*slow-app")
    proxy.arm(answer(500, "unknown blob"), match=f"{PULL}.*db-app", times=1000)
    once = start("--once", host=proxy.host)
    assert hold.reached.wait(60)
    again = time.monotonic() + once.wait("tag not pulled", image=db.image)["again_in_s"]
    wait_until(lambda: time.monotonic() > again + 0.1, "the moment of the second try")

    hold.release()

    assert once.end() == 5
    assert is_replaced(stack, db)
    assert is_replaced(stack, web)
    assert is_untouched(stack, slow)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)]
)
def test_once_is_stopped_by_a_signal_with_its_code(
    start: Start, stack: Stack, proxy: Proxy, number: signal.Signals, code: int
) -> None:
    web = outdated(stack, *LOCAL)
    hold = Hold()
    proxy.arm(hold, match="^POST .*/stop", when="after")
    once = start("--once", host=proxy.host)
    assert hold.reached.wait(60)

    once.send(number)
    hold.release()

    assert once.process.wait(60) == code
    assert stack.inspect(web.name)["State"]["Running"]
    assert list(stack.containers()) == [web.name]

"""Many at once: nobody waits for somebody else's slow stop, and no more than were asked for are down."""

import re

import pytest

from tests.integration.apps import current, outdated
from tests.integration.daemon.apps import LOCAL, is_replaced, labelled, move, succeeded
from tests.integration.daemon.conftest import Running, Start
from tests.testbed.faults import Hold
from tests.testbed.processes import wait_until
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack


def count(proxy: Proxy, pattern: str) -> int:
    return sum(bool(re.search(pattern, str(call))) for call in list(proxy.calls))


# An updater's signs of life ask for temporary names alone.
LOOK = "^GET /containers/json(?!.*name)"


def index(calls: list[str], start: str) -> int:
    return next(number for number, call in enumerate(calls) if re.match(start, call))


def test_a_slow_stop_holds_up_nobody_else(daemon: Running, stack: Stack) -> None:
    slow = current(
        stack, *LOCAL, "--stop-timeout", "1000", name="slow", cmd="trap '' TERM; sleep 100000 & wait"
    )
    quick = labelled(stack, name="quick")
    with stack.events() as events:
        move(stack, slow)
        next(event for event in events if event.get("Action") == "kill")

    move(stack, quick)
    daemon.wait("container updated", container=quick.name)

    assert stack.inspect(slow.name)["Id"] == slow.cid
    stack.engine.docker("kill", slow.name)
    daemon.wait("container updated", container=slow.name)


@pytest.mark.parametrize("limit", [1, 3])
def test_no_more_updates_are_under_way_than_allowed(
    start: Start, stack: Stack, proxy: Proxy, limit: int
) -> None:
    apps = [outdated(stack, *LOCAL, name=f"web{number}") for number in range(5)]
    told = outdated(stack, *LOCAL, "--label", "ctr-updater.mode=notify", name="told")
    hold = Hold()
    proxy.arm(hold, match="^POST .*/stop", times=100)
    daemon = start("--concurrency", limit, host=proxy.host)

    wait_until(lambda: count(proxy, "^POST .*/stop") == limit, "as many stops as are allowed")
    daemon.wait("update available", container=told.name)
    assert (count(proxy, "/containers/create"), count(proxy, "^POST .*/stop")) == (limit, limit)

    hold.release()
    for app in apps:
        daemon.wait("container updated", container=app.name)
    assert all(is_replaced(stack, app) for app in apps)


def test_a_flood_of_events_is_one_update_and_few_looks(start: Start, stack: Stack, proxy: Proxy) -> None:
    web = labelled(stack)
    daemon = start(host=proxy.host).looked()
    proxy.calls.clear()
    new = stack.image(stack.name("other:1"), marker="new")

    for _ in range(150):
        stack.engine.api("POST", f"/images/{new}/tag?repo={web.image.partition(':')[0]}&tag=1")
    daemon.wait("container updated", container=web.name)

    assert daemon.stop() == 0
    assert count(proxy, "/containers/create") == 1
    assert count(proxy, LOOK) < 150


def test_what_an_update_does_is_no_reason_to_look(start: Start, stack: Stack, proxy: Proxy) -> None:
    web, late = labelled(stack), labelled(stack, name="late")
    daemon = start("--stable-for", "3s", host=proxy.host).looked()
    move(stack, web)
    daemon.wait("container updated", container=web.name)
    move(stack, late)
    daemon.wait("container updated", container=late.name)

    calls = [str(call) for call in proxy.calls]
    stopped, removed = (index(calls, each) for each in ("POST /containers/.*/stop", "DELETE /containers/"))
    assert not [call for call in calls[stopped:removed] if re.match(LOOK, call)]
    assert not [call for call in calls[removed:] if call.startswith(f"GET /images/{web.image}/")]


def test_a_tag_that_moves_in_an_update_is_looked_at_when_that_is_over(
    start: Start, stack: Stack, proxy: Proxy
) -> None:
    web = labelled(stack)
    start(host=proxy.host).looked()
    hold = Hold()
    proxy.arm(hold, match="^POST .*/stop")
    move(stack, web)
    hold.reached.wait()

    looks = count(proxy, LOOK)
    newest = move(stack, web, marker="newest")
    wait_until(lambda: count(proxy, LOOK) > looks, "a look meanwhile")
    hold.release()

    # Every minute the daemon looks all by itself, and would find it then.
    stack.wait(lambda: stack.containers().get(web.name, {}).get("ImageID") == newest, timeout=30)
    assert count(proxy, "/containers/create") == 2


def test_two_daemons_on_one_engine_update_each_container_once(
    start: Start, stack: Stack, proxy: Proxy
) -> None:
    """They share the state directory; the second one waits, and finds nothing left to do."""
    apps = [labelled(stack, name=f"web{number}") for number in range(3)]
    daemons = [start(host=proxy.host) for _ in range(2)]
    for daemon in daemons:
        # Not by the file of its health, which the other one writes too.
        daemon.wait("engine followed")

    for app in apps:
        move(stack, app)
    stack.wait(lambda: all(is_replaced(stack, app) for app in apps))

    assert [daemon.stop() for daemon in daemons] == [0, 0]
    assert count(proxy, "/containers/create") == 3
    assert all(is_replaced(stack, app) for app in apps)


def test_who_waits_for_a_long_proof_holds_up_nobody(start: Start, stack: Stack) -> None:
    """There is one slot, and it is for the one that is down."""
    slow = outdated(stack, *LOCAL, "--label", "ctr-updater.stable-for=1h", name="slow")
    daemon = start("--concurrency", 1)
    stack.wait(lambda: succeeded(stack, slow))

    quick = outdated(stack, *LOCAL, name="quick")
    daemon.wait("container updated", container=quick.name)

    assert is_replaced(stack, quick)
    assert daemon.stop() == 0
    assert stack.inspect(slow.name)["Id"] == slow.cid

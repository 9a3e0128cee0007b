"""Nobody stays stopped because the answer to a stop was lost: the engine goes on with it all the same."""

import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any

import pytest

from tests.integration.apps import QUICK, App, marker_of, outdated
from tests.integration.updates import UPDATE, kill
from tests.testbed.cli import Commands
from tests.testbed.faults import Fault, run
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

pytestmark = pytest.mark.scenario

# It takes its time to end, as most databases do.
SLOW = "trap 'sleep 2; exit 0' TERM; httpd -f -p 80 -h /www & wait"

Events = Iterator[dict[str, Any]]


def slow(stack: Stack) -> App:
    return outdated(stack, cmd=SLOW)


def until(events: Events, app: App, action: str) -> dict[str, Any]:
    """Read events until the app's old container has had this one, and give it."""
    wanted = (app.cid, action)
    return next(event for event in events if (event.get("Actor", {}).get("ID"), event["Action"]) == wanted)


def cut_short(cli: Commands, stack: Stack, app: App, events: Events) -> None:
    """Kill an updater in the middle of the stop, and take its tag back."""
    process = cli.start(*UPDATE, app.name, env=QUICK)
    until(events, app, "kill")
    kill(process)
    stack.engine.docker("tag", app.old, app.image)


def hung_up(stack: Stack, app: App, threads: list[threading.Thread]) -> Fault:
    """Ask the engine for a stop, and close the connection as soon as it has begun with it."""

    def ask() -> None:
        with stack.events() as events:
            stop = f"/containers/{app.cid}/stop"
            threads.append(threading.Thread(target=stack.engine.api, args=("POST", stop)))
            threads[-1].start()
            until(events, app, "kill")

    return run(ask)


def lost(stack: Stack, proxy: Proxy, app: App, *, times: int) -> Callable[[], None]:
    """Lose the first answers to the stop of a container; what is returned waits until all stops are over."""
    threads: list[threading.Thread] = []
    proxy.arm(hung_up(stack, app, threads), match=f"^POST .*{app.cid}/stop", times=times)

    def over() -> None:
        for thread in threads:
            thread.join()

    return over


def test_a_connection_that_is_lost_in_a_stop_is_made_anew(cli: Commands, stack: Stack, proxy: Proxy) -> None:
    """It may have led through that very container."""
    web = slow(stack)
    over = lost(stack, proxy, web, times=1)

    done = cli(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host})

    over()
    assert (done.code, marker_of(stack, web.name)) == (0, "new")
    assert stack.inspect(web.name)["State"]["Running"]


def test_a_container_whose_stop_was_not_answered_runs_again_afterwards(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web = slow(stack)
    over = lost(stack, proxy, web, times=2)

    done = cli(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host})

    over()
    assert (done.code, stack.inspect(web.name)["Id"]) == (6, web.cid)
    assert stack.inspect(web.name)["State"]["Running"]


def test_a_signal_in_the_middle_of_a_stop_leaves_it_running(cli: Commands, stack: Stack) -> None:
    web = slow(stack)

    with stack.events() as events:
        process = cli.start(*UPDATE, web.name, env=QUICK)
        until(events, web, "kill")
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 128 + signal.SIGTERM
        until(events, web, "die")

    assert stack.inspect(web.name)["Id"] == web.cid
    assert stack.inspect(web.name)["State"]["Running"]


def test_one_that_was_killed_in_the_middle_of_a_stop_is_undone_for_good(cli: Commands, stack: Stack) -> None:
    """The next run knows of the stop from the engine; the tag was taken back, so it only undoes."""
    web = slow(stack)

    with stack.events() as events:
        cut_short(cli, stack, web, events)

        assert cli(*UPDATE, web.name, env=QUICK).code == 0
        until(events, web, "die")

    assert stack.inspect(web.name)["Id"] == web.cid
    assert stack.inspect(web.name)["State"]["Running"]
    assert list(stack.containers()) == [web.name]


def test_who_undoes_a_stop_gives_the_container_the_time_of_its_label(cli: Commands, stack: Stack) -> None:
    """Its own time is over long before it has ended; the second stop waits for it all the same."""
    own = ("--stop-timeout", "1", "--label", "ctr-updater.stop-timeout=2m")
    web = outdated(stack, *own, cmd="trap 'sleep 4; exit 7' TERM; httpd -f -p 80 -h /www & wait")

    with stack.events() as events:
        cut_short(cli, stack, web, events)

        assert cli(*UPDATE, web.name, env=QUICK).code == 0
        end = until(events, web, "die")

    assert end["Actor"]["Attributes"]["exitCode"] == "7"
    assert stack.inspect(web.name)["State"]["Running"]


def test_one_that_was_killed_before_the_stop_leaves_the_container_running(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web = slow(stack)
    started = stack.inspect(web.name)["State"]["StartedAt"]
    updating = Future[subprocess.Popen[str]]()
    proxy.arm(run(lambda: updating.result().kill()), match=r"^POST .*/stop")
    updating.set_result(cli.start(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host}))
    updating.result().wait()
    stack.engine.docker("tag", web.old, web.image)

    assert cli(*UPDATE, web.name, env=QUICK).code == 0

    found = stack.inspect(web.name)["State"]
    assert (found["Running"], found["StartedAt"]) == (True, started)

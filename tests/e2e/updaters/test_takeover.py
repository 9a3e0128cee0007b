"""What an updater left open that is gone, or suspended, one that shares no directory with it takes over."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from tests.e2e.updaters.record import Record, most_at_once
from tests.integration.apps import QUICK, App, outdated
from tests.integration.daemon.apps import LOCAL
from tests.integration.daemon.conftest import Start
from tests.integration.daemon.conftest import start as start  # noqa: PLC0414 - a fixture
from tests.integration.updates import UPDATE, kill, replaced
from tests.testbed.cli import Commands
from tests.testbed.faults import passing, run
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

CALLS = range(1, 7)  # create, stop, two renames, start, remove


@pytest.fixture
def record(stack: Stack) -> Iterator[Record]:
    with Record(stack.engine) as made:
        yield made


def other(tmp_path: Path, name: str = "other") -> dict[str, str]:
    """The environment of an updater with a state directory of its own."""
    return QUICK | {"CTR_UPDATER_STATE_DIR": str(tmp_path / name)}


def is_whole(stack: Stack, web: App, record: Record) -> None:
    assert replaced(stack, web)["State"]["Running"]
    record.__exit__()
    assert most_at_once(record.events)[web.name] == 1


@pytest.mark.parametrize("number", CALLS)
def test_an_update_whose_owner_was_killed_is_taken_over_by_one_of_two(
    cli: Commands, stack: Stack, proxy: Proxy, tmp_path: Path, record: Record, number: int
) -> None:
    web = outdated(stack)
    killed = Future[subprocess.Popen[str]]()
    armed = proxy.arm(run(lambda: kill(killed.result())), n=number, when="after")
    killed.set_result(cli.start(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host}))
    killed.result().wait()
    assert armed.fired.is_set()

    both = [cli.start(*UPDATE, web.name, env=other(tmp_path, name)) for name in ("one", "two")]

    assert [(process.communicate(timeout=240)[1:], process.returncode)[1] for process in both] == [0, 0]
    after = replaced(stack, web)
    assert cli(*UPDATE, web.name, env=QUICK).code == 0, "with what the one that was killed had noted"
    assert stack.inspect(web.name)["Id"] == after["Id"]
    is_whole(stack, web, record)


def test_one_that_got_a_part_of_an_update_does_not_wait_for_its_own_silence(
    cli: Commands, stack: Stack, proxy: Proxy, tmp_path: Path, record: Record
) -> None:
    """The other part is taken by another one at the same moment, which is gone right afterwards."""
    web = outdated(stack)
    killed = Future[subprocess.Popen[str]]()
    proxy.arm(run(lambda: kill(killed.result())), n=3, when="after")
    killed.set_result(cli.start(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host}))
    killed.result().wait()

    def take() -> None:
        (old,) = (name for name in stack.containers() if ".ctr-updater-old-" in name)
        stack.engine.docker("rename", old, f"{old[:-12]}0123456789ab")

    armed = proxy.arm(run(take, then=passing), match="^POST .*/rename", n=2)
    done = cli(*UPDATE, web.name, env=other(tmp_path) | {"DOCKER_HOST": proxy.host}, timeout=120)

    assert armed.fired.is_set()
    assert done.code == 0, done
    is_whole(stack, web, record)


@pytest.mark.parametrize("number", CALLS)
def test_an_updater_that_was_suspended_harms_nobody_who_has_taken_over(
    cli: Commands, stack: Stack, proxy: Proxy, tmp_path: Path, record: Record, number: int
) -> None:
    """Its call is on its way as it is suspended."""
    web = outdated(stack)
    suspended = Future[subprocess.Popen[str]]()
    stop = run(lambda: os.kill(suspended.result().pid, signal.SIGSTOP), then=passing)
    armed = proxy.arm(stop, n=number)
    suspended.set_result(cli.start(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host}))
    assert armed.fired.wait(60)

    done = cli(*UPDATE, web.name, env=other(tmp_path))
    suspended.result().send_signal(signal.SIGCONT)
    _, err = suspended.result().communicate(timeout=240)

    assert done.code == 0
    assert (suspended.result().returncode, err.count("\n")) in {(0, 0), (7, 1)}, err
    is_whole(stack, web, record)


def test_one_pass_does_not_wait_without_end_for_an_updater_that_is_suspended(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    """They share the state directory, and a suspended process keeps its locks."""
    web = outdated(stack, *LOCAL)
    suspended = Future[subprocess.Popen[str]]()
    stop = run(lambda: os.kill(suspended.result().pid, signal.SIGSTOP), then=passing)
    armed = proxy.arm(stop, n=3)
    suspended.set_result(cli.start(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host}))
    assert armed.fired.wait(60)

    done = cli("watcher", "run", "--once", env=QUICK | {"CTR_UPDATER_LOG_FORMAT": "json"})

    lines = [json.loads(line) for line in done.err.splitlines()]
    (said,) = [line["why"] for line in lines if line["event"] == "container not updated"]
    assert done.code == 7
    assert f"another updater has claimed {web.name}, and has given no sign of life" in said
    suspended.result().send_signal(signal.SIGCONT)
    suspended.result().communicate(timeout=240)
    assert suspended.result().returncode == 0
    assert replaced(stack, web)["State"]["Running"]


@pytest.mark.parametrize("call", ["create", "start"])
def test_an_update_is_recovered_once_by_its_own_run_and_a_daemon_where_the_engine_died(
    cli: Commands, start: Start, stack: Stack, proxy: Proxy, tmp_path: Path, call: str
) -> None:
    """The daemon comes back with the engine, and the command undoes what it began."""
    web = outdated(stack, "--restart", "always")
    armed = proxy.arm(run(lambda: _reboot(stack)), match=f"^POST .*/{call}", when="after")
    command = cli.start(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host})
    assert armed.fired.wait(60)

    daemon = start(env=dict(other(tmp_path))).looked()
    code = (command.communicate(timeout=240), command.returncode)[1]
    stack.wait(lambda: list(stack.containers()) == [web.name])

    assert code in {4, 6, 7}
    assert stack.inspect(web.name)["State"]["Running"]
    assert daemon.stop() == 0
    assert cli(*UPDATE, web.name, env=QUICK).code == 0
    assert replaced(stack, web)["State"]["Running"]


def _reboot(stack: Stack) -> None:
    stack.engine.kill()
    stack.engine.start()

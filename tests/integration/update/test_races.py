"""Whoever else is at work at the same time: another updater, a person, an engine that restarts."""

import contextlib
import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.apps import QUICK, App, outdated
from tests.integration.updates import UPDATE, replaced
from tests.testbed.cli import Commands
from tests.testbed.faults import Hold
from tests.testbed.images import SERVE
from tests.testbed.processes import wait_until
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

# Labels of a container that the daemon updates, and for whose tag it asks no registry.
LOCAL = ("--label", "ctr-updater.enable=true", "--label", "ctr-updater.source=local")
_UNENDING = {"CTR_UPDATER_STABLE_FOR": "1h"}
_COMMANDS = {"hand": UPDATE, "daemon": ("watcher", "run")}


def ended(process: "subprocess.Popen[str]") -> tuple[int, str]:
    """The exit code and what was said on standard error."""
    err = process.communicate(timeout=120)[1]
    return process.returncode, err


@contextlib.contextmanager
def second(stack: Stack) -> Iterator[Proxy]:
    """A way to the engine for the other updater, so that their calls can be told apart."""
    with Proxy(stack.engine.socket) as front:
        yield front


def running(stack: Stack) -> list[str]:
    """The ids of the test's containers that run."""
    return [row["Id"] for row in stack.containers().values() if row["State"] == "running"]


def most_at_once(stack: Stack, ids: set[str], since: float) -> int:
    """How many of these containers ran at the same time, by the engine's own events; none ran at first."""
    target = f"/events?since={since:.6f}&until={time.time():.6f}"
    said = stack.engine.api("GET", target)[1]
    events = [said] if isinstance(said, dict) else [json.loads(line) for line in said.splitlines()]
    counts = [0]
    for event in events:
        if event.get("id") in ids and event["status"] in {"start", "die"}:
            counts.append(counts[-1] + (1 if event["status"] == "start" else -1))
    return max(counts)


@pytest.mark.parametrize(("first", "other"), [("hand", "hand"), ("daemon", "hand"), ("hand", "daemon")])
def test_the_second_of_two_updaters_waits_and_finds_nothing_left_to_do(
    cli: Commands, stack: Stack, proxy: Proxy, first: str, other: str
) -> None:
    """They share the state directory; the first is held in the middle of its update."""
    web = outdated(stack, *LOCAL, "--label", "ctr-updater.stable-for=2s")
    hold = Hold()
    proxy.arm(hold, match="^POST .*/rename", when="after")
    processes = {first: cli.start(*_arguments(first, web), env=QUICK | {"DOCKER_HOST": proxy.host})}
    assert hold.reached.wait(60)

    with second(stack) as beside:
        late = cli.start(*_arguments(other, web), env=QUICK | {"DOCKER_HOST": beside.host})
        wait_until(lambda: any(call.path.startswith("/containers/") for call in beside.calls), "its look")
        hold.release()
        stack.wait(lambda: stack.exists(web.name) and list(stack.containers()) == [web.name])
        for name, process in [*processes.items(), (other, late)]:
            if name == "daemon":
                wait_until((cli.state / "health.json").exists, "the daemon's first look")
                process.terminate()
            assert ended(process)[0] == 0

        assert beside.changes == []
    replaced(stack, web)


@pytest.mark.parametrize("number", range(1, 7))
def test_two_updaters_that_share_no_file_system_cannot_harm_one_another(
    cli: Commands, stack: Stack, proxy: Proxy, tmp_path: Path, number: int
) -> None:
    """One is held at a call while the other begins, which waits unless there is nothing to be seen yet."""
    since = time.time()
    web = outdated(stack, "-v", "/data")
    (volume,) = (mount["Name"] for mount in stack.inspect(web.name)["Mounts"])
    hold = Hold()
    proxy.arm(hold, n=number)
    held = cli.start(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host})
    assert hold.reached.wait(60)

    other = cli.start(*UPDATE, web.name, env=QUICK | {"CTR_UPDATER_STATE_DIR": str(tmp_path / "other")})
    assert other.stderr
    said = other.stderr.readline()
    hold.release()

    assert "is at work on it" in said or number == 1
    assert ended(held) == (0, "")
    assert ended(other) == (0, "")
    after = replaced(stack, web)
    assert after["State"]["Running"]
    assert [mount["Name"] for mount in after["Mounts"]] == [volume]
    assert most_at_once(stack, {web.cid, after["Id"]}, since) == 1
    assert cli(*UPDATE, web.name, env=QUICK).code == 0
    assert stack.inspect(web.name)["Id"] == after["Id"]


def test_two_updaters_at_once_that_share_no_file_system_leave_one_container(
    cli: Commands, stack: Stack, tmp_path: Path
) -> None:
    web = outdated(stack)
    states = [QUICK | {"CTR_UPDATER_STATE_DIR": str(tmp_path / name)} for name in ("one", "two")]

    updaters = [cli.start(*UPDATE, web.name, env=env) for env in states]

    for updater in updaters:
        assert ended(updater)[0] == 0
    assert replaced(stack, web)["State"]["Running"]


@pytest.mark.parametrize("how", ["restarted", "killed"])
@pytest.mark.parametrize("policy", ["always", "unless-stopped", "on-failure", "on-failure:3"])
@pytest.mark.parametrize("call", ["stop", "start"])
def test_a_reboot_in_the_middle_of_an_update_starts_one_of_the_two_at_most(
    cli: Commands, stack: Stack, proxy: Proxy, policy: str, how: str, call: str
) -> None:
    """The updater goes with the machine: before the old one was stopped, and while the new one is proved.

    A stop ends both with a code that is a failure to the engine, as it does most programs.
    """
    web = outdated(stack, "--restart", policy, cmd=SERVE.replace("exit 0", "exit 143"))
    hold = Hold()
    proxy.arm(hold, match=f"^POST .*/{call}", when="before" if call == "stop" else "after")
    updater = cli.start(*UPDATE, web.name, env=_UNENDING | {"DOCKER_HOST": proxy.host})
    assert hold.reached.wait(60)
    (served,) = running(stack)
    assert len(stack.containers()) == 2
    updater.kill()

    _reboot(stack, how)

    assert set(running(stack)) <= {served}
    assert cli(*UPDATE, web.name, env=QUICK).code == 0
    after = replaced(stack, web)
    assert after["State"]["Running"]
    name, _, most = policy.partition(":")
    assert after["HostConfig"]["RestartPolicy"] == {"Name": name, "MaximumRetryCount": int(most or 0)}


@pytest.mark.parametrize("how", ["restarted", "killed"])
def test_an_engine_that_restarts_under_a_proof_does_not_hold_it_against_the_image(
    cli: Commands, stack: Stack, how: str
) -> None:
    web = outdated(stack, "--restart", "always")
    updater = cli.start(*UPDATE, web.name, env=_UNENDING)
    stack.wait(lambda: any(row != web.cid for row in running(stack)))

    _reboot(stack, how)

    assert ended(updater)[0] in {4, 6}
    assert len(running(stack)) == 1
    assert cli(*UPDATE, web.name, env=QUICK).code == 0
    assert replaced(stack, web)["State"]["Running"]


def _arguments(kind: str, web: App) -> tuple[str, ...]:
    return (*_COMMANDS[kind], web.name) if kind == "hand" else _COMMANDS[kind]


def _reboot(stack: Stack, how: str) -> None:
    if how == "killed":
        stack.engine.kill()
        stack.engine.start()
    else:
        stack.engine.restart()

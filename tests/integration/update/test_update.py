"""The update on a real engine: its order, what it keeps, and that a failure leaves what was there."""

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.integration.apps import CRASHES, QUICK, App, current, marker_of, outdated
from tests.integration.updates import UPDATE, kill, replaced, steps, unchanged
from tests.testbed.cli import Commands
from tests.testbed.faults import answer, cut
from tests.testbed.faults import run as run_and
from tests.testbed.http1 import Call
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

pytestmark = [pytest.mark.every_commit, pytest.mark.every_engine]


def test_the_new_one_is_created_first_and_the_old_one_removed_last(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web = outdated(stack)

    assert cli(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host}).code == 0

    assert steps(proxy, web) == ["create", "stop old", "rename old", "rename new", "start new", "remove old"]
    replaced(stack, web)


@pytest.mark.parametrize("policy", ["always", "on-failure:3"])
def test_a_policy_that_starts_what_was_stopped_is_held_while_the_old_one_is_set_aside(
    cli: Commands, stack: Stack, proxy: Proxy, policy: str
) -> None:
    web = outdated(stack, "--restart", policy)
    before = stack.inspect(web.name)["HostConfig"]["RestartPolicy"]

    assert cli(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host}).code == 0

    expected = ["create", "stop old", "update old", "rename old", "rename new", "start new", "remove old"]
    assert steps(proxy, web) == expected
    assert replaced(stack, web)["HostConfig"]["RestartPolicy"] == before


@pytest.mark.parametrize("policy", ["no", "unless-stopped"])
def test_other_policies_are_kept_from_the_start(
    cli: Commands, stack: Stack, proxy: Proxy, policy: str
) -> None:
    web = outdated(stack, "--restart", policy)
    before = stack.inspect(web.name)["HostConfig"]["RestartPolicy"]

    assert cli(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host}).code == 0

    assert "update old" not in steps(proxy, web)
    assert replaced(stack, web)["HostConfig"]["RestartPolicy"] == before


def test_removals_are_never_by_force_and_never_with_the_old_ones_volumes(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web = outdated(stack, "-v", "/data")
    (volume,) = (mount["Name"] for mount in stack.inspect(web.name)["Mounts"])

    assert cli(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host}).code == 0

    (removal,) = (call for call in proxy.changes if call.method == "DELETE")
    assert "force=1" not in removal.query
    assert "v=1" not in removal.query
    assert [mount["Name"] for mount in replaced(stack, web)["Mounts"]] == [volume]


def test_temporary_names_tell_whose_successor_a_container_is(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web = outdated(stack)
    names: list[set[str]] = []
    for call in ("stop", "start"):
        proxy.arm(_seeing(lambda: names.append(set(stack.containers()))), match=f"^POST .*/{call}")

    cli(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host})

    new = stack.inspect(web.name)["Id"]
    (owner,) = {name.rpartition("-")[2] for name in names[0] | names[1] if name != web.name}
    assert names == [
        {web.name, f"{web.name}.ctr-updater-new-r-{web.cid[:12]}-{owner}"},
        {web.name, f"{web.name}.ctr-updater-old-r-{new[:12]}-{owner}"},
    ]
    assert owner.startswith((cli.state / "home").read_text())


def test_the_old_one_is_still_there_while_the_new_one_proves_itself(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web = outdated(stack)
    states: list[dict[str, str]] = []
    look = _seeing(lambda: states.append({row["Id"]: row["State"] for row in stack.containers().values()}))
    proxy.arm(look, match="^DELETE /containers/")

    cli(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host})

    assert states == [{web.cid: "exited", stack.inspect(web.name)["Id"]: "running"}]


def bad_bind(stack: Stack, tmp_path: Path, _: Callable[[], int]) -> App:
    source = tmp_path / "source"
    source.mkdir()
    web = outdated(stack, "--mount", f"type=bind,source={source},target=/data")
    source.rmdir()
    return web


def no_such_command(stack: Stack, _: Path, __: Callable[[], int]) -> App:
    return outdated(stack, new={"cmd": ["/no-such-command"]})


def crashing(stack: Stack, _: Path, __: Callable[[], int]) -> App:
    return outdated(stack, new={"cmd": "echo I am broken; exit 3"})


def crash_looping(stack: Stack, _: Path, __: Callable[[], int]) -> App:
    return outdated(stack, "--restart", "always", new={"cmd": "exit 3"})


def never_healthy(stack: Stack, _: Path, __: Callable[[], int]) -> App:
    return outdated(stack, new={"healthcheck": "false"})


@pytest.mark.parametrize("make", [bad_bind, no_such_command, crashing, crash_looping, never_healthy])
def test_an_update_that_fails_is_6_and_leaves_the_old_one_running(
    cli: Commands, stack: Stack, tmp_path: Path, free_port: Callable[[], int], make: Callable[..., App]
) -> None:
    web = make(stack, tmp_path, free_port)
    before = stack.inspect(web.name)

    done = cli(*UPDATE, web.name, env=CRASHES)

    assert (done.code, done.out, done.err.count("\n")) == (6, "", 1)
    assert done.err.startswith(f"{web.name} could not be updated: ")
    assert done.err.endswith("; the old container is running as it was\n")
    unchanged(stack, before)


def test_the_line_of_a_crash_holds_its_code_and_its_last_words(
    cli: Commands, stack: Stack, tmp_path: Path
) -> None:
    web = crashing(stack, tmp_path, lambda: 0)

    err = cli(*UPDATE, web.name, env=CRASHES).err

    assert "ended with exit code 3" in err
    assert "I am broken" in err


def test_a_port_that_somebody_took_meanwhile_is_6_and_the_old_one_comes_back(
    cli: Commands, stack: Stack, proxy: Proxy, free_port: Callable[[], int]
) -> None:
    """The thief gives the port back in the middle of the rollback, before the old one is started."""
    port = free_port()
    web = outdated(stack, "-p", f"127.0.0.1:{port}:80")
    before = stack.inspect(web.name)
    stack.image(stack.name("thief:1"))
    thief = stack.create(stack.name("thief:1"), "-p", f"127.0.0.1:{port}:80")
    proxy.arm(_seeing(lambda: stack.engine.docker("start", thief)), match="^POST .*/start")
    proxy.arm(_seeing(lambda: stack.engine.docker("rm", "-f", thief)), match="^POST .*/rename", n=3)

    done = cli(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host})

    assert (done.code, done.out, done.err.count("\n")) == (6, "", 1)
    assert "port is already allocated" in done.err or "address already in use" in done.err
    unchanged(stack, before)
    assert stack.inspect(web.name)["NetworkSettings"]["Ports"]["80/tcp"][0]["HostPort"] == str(port)


@pytest.mark.parametrize("number", range(1, 7))
@pytest.mark.parametrize("when", ["before", "after"])
def test_an_engine_that_refuses_any_one_call_costs_nothing(
    cli: Commands, stack: Stack, proxy: Proxy, number: int, when: Any
) -> None:
    """Undone or gone through with: one container of the name is left, and no other."""
    web = outdated(stack)
    proxy.arm(answer(500, "not today") if when == "before" else cut, n=number, when=when)

    done = cli(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host})

    assert done.code in {0, 4, 6}
    assert done.code == 0 or done.err.count("\n") == 1
    assert cli(*UPDATE, web.name, env=QUICK).code == 0
    assert replaced(stack, web)["State"]["Running"]


@pytest.mark.parametrize("number", range(1, 7))
@pytest.mark.parametrize("when", ["before", "after"])
def test_an_update_that_was_killed_is_brought_to_its_end_by_the_next(
    cli: Commands, stack: Stack, proxy: Proxy, number: int, when: Any
) -> None:
    web = outdated(stack)
    processes: list[subprocess.Popen[str]] = []
    proxy.arm(run_and(lambda: kill(processes[0])), n=number, when=when)
    processes.append(cli.start(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host}))
    assert processes[0].wait(120) == -signal.SIGKILL

    done = cli(*UPDATE, web.name, env=QUICK)

    assert (done.code, done.err) == (0, "")
    assert replaced(stack, web)["State"]["Running"]


def test_an_update_that_was_killed_is_finished_by_the_exercises_command_too(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web = outdated(stack)
    processes: list[subprocess.Popen[str]] = []
    proxy.arm(run_and(lambda: kill(processes[0])), match="^POST .*/start")
    processes.append(
        cli.start("ctr-updater", "--autoupdate", web.name, env=QUICK | {"DOCKER_HOST": proxy.host})
    )
    assert processes[0].wait(120) == -signal.SIGKILL

    assert cli("ctr-updater", "--autoupdate", web.name, env=QUICK).code == 0

    assert replaced(stack, web)["State"]["Running"]


def test_an_image_that_failed_is_not_tried_again_until_asked_or_moved(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web = outdated(stack, new={"cmd": "exit 3"})
    assert cli(*UPDATE, web.name, env=CRASHES).code == 6

    held = cli(*UPDATE, web.name, env=CRASHES | {"DOCKER_HOST": proxy.host})
    assert (held.code, held.err.count("\n"), proxy.changes) == (6, 1, [])
    assert "held: " in held.err
    assert cli(*UPDATE, "--again", web.name, env=CRASHES | {"DOCKER_HOST": proxy.host}).code == 6
    assert proxy.changes != []
    stack.image(web.image, marker="newer")
    assert cli(*UPDATE, web.name, env=QUICK).code == 0

    assert marker_of(stack, web.name) == "newer"


def test_a_container_of_the_users_own_that_is_called_like_an_old_one_is_left_alone(
    cli: Commands, stack: Stack
) -> None:
    web = outdated(stack)
    stack.run(web.image, name=f"{web.name}_old")

    assert cli(*UPDATE, web.name, env=QUICK).code == 0

    assert set(stack.containers()) == {web.name, f"{web.name}_old"}


def test_the_proof_takes_as_long_as_the_label_says(cli: Commands, stack: Stack) -> None:
    """A container that dies in its second second passes a proof of 200 ms, and fails one of 20 s."""
    dying = {"cmd": "sleep 2; exit 3"}
    quick = outdated(stack, "--label", "ctr-updater.stable-for=200ms", name="quick", new=dying)
    slow = outdated(stack, "--label", "ctr-updater.stable-for=20s", name="slow", new=dying)

    assert cli(*UPDATE, quick.name).code == 0
    assert cli(*UPDATE, slow.name).code == 6


def test_a_container_that_is_up_to_date_is_not_touched(cli: Commands, stack: Stack, proxy: Proxy) -> None:
    web = current(stack)

    assert cli(*UPDATE, web.name, env={"DOCKER_HOST": proxy.host}).code == 0

    assert proxy.changes == []


def _seeing(callback: Callable[[], object]) -> Callable[[Call], None]:
    """Look at the engine in the middle of a call, and let it pass."""
    return lambda _: (callback(), None)[1]

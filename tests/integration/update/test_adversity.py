"""What goes wrong in the middle of an update: the old container runs again, or a person's change stands."""

import os
import re
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.integration.apps import CRASHES, QUICK, App, outdated
from tests.integration.updates import UPDATE, replaced, unchanged
from tests.testbed.cli import Commands, Result
from tests.testbed.faults import Fault, answer, passing, run
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

FULL = "no space left on device"


def meddle(callback: Callable[[], object]) -> Fault:
    """Do something at this very point, and let the call pass."""
    return run(callback, then=passing)


def update(cli: Commands, proxy: Proxy, web: App, env: Mapping[str, str] = QUICK) -> Result:
    """Update through the proxy."""
    return cli(*UPDATE, web.name, env={**env, "DOCKER_HOST": proxy.host}, timeout=240)


def undone(done: Result, web: App, why: str) -> None:
    """The command said in one line that the update failed, and why."""
    assert (done.code, done.out, done.err.count("\n")) == (6, "", 1)
    assert done.err.startswith(f"{web.name} could not be updated: ")
    assert why in done.err


@pytest.fixture
def docker(stack: Stack) -> Callable[..., str]:
    """What a person types."""
    return stack.engine.docker


# The world changes


def test_a_bind_source_that_vanishes_costs_nothing_once_it_is_back(
    cli: Commands, stack: Stack, proxy: Proxy, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    web = outdated(stack, "--mount", f"type=bind,source={source},target=/data")
    before = stack.inspect(web.name)
    proxy.arm(meddle(source.rmdir), match="^POST .*/start")
    proxy.arm(meddle(source.mkdir), match="^POST .*/rename", n=3)

    done = update(cli, proxy, web)

    undone(done, web, str(source))
    unchanged(stack, before)


def test_a_network_that_vanishes_is_made_again(
    cli: Commands, stack: Stack, proxy: Proxy, docker: Callable[..., str]
) -> None:
    """It can be removed only because the update has its container down."""
    network = stack.name("net")
    docker("network", "create", network)
    web = outdated(stack, "--network", network)
    before = stack.inspect(web.name)
    proxy.arm(meddle(lambda: docker("network", "rm", network)), match="^POST .*/start")

    done = update(cli, proxy, web)

    undone(done, web, f"somebody removed the network {network}: it was made again")
    unchanged(stack, before)
    assert network in stack.inspect(web.name)["NetworkSettings"]["Networks"]


@pytest.mark.parametrize("call", ["create", "rename", "start"])
def test_a_full_disk_costs_nothing_and_is_not_held_against_the_image(
    cli: Commands, stack: Stack, proxy: Proxy, call: str
) -> None:
    web = outdated(stack)
    before = stack.inspect(web.name)
    proxy.arm(answer(500, FULL), match=f"^POST /containers/.*{call}")

    undone(update(cli, proxy, web), web, FULL)

    unchanged(stack, before)
    assert cli("watcher", "check", web.name).out.startswith(f"{web.name}: update available: ")


def test_a_tag_that_is_removed_before_the_successor_is_made_costs_nothing(
    cli: Commands, stack: Stack, proxy: Proxy, docker: Callable[..., str]
) -> None:
    web = outdated(stack)
    before = stack.inspect(web.name)
    proxy.arm(meddle(lambda: docker("rmi", web.image)), match="^POST /containers/create")

    undone(update(cli, proxy, web), web, web.image)

    unchanged(stack, before)


def test_a_tag_that_is_removed_after_the_successor_was_made_is_of_no_matter(
    cli: Commands, stack: Stack, proxy: Proxy, docker: Callable[..., str]
) -> None:
    web = outdated(stack)
    new = stack.image_id(web.image)
    proxy.arm(meddle(lambda: docker("rmi", "-f", web.image)), match="^POST .*/stop")

    assert update(cli, proxy, web).code == 0

    assert list(stack.containers()) == [web.name]
    assert stack.inspect(web.name)["Image"] == new


def test_a_name_that_somebody_takes_is_theirs_until_they_give_it_back(
    cli: Commands, stack: Stack, proxy: Proxy, docker: Callable[..., str]
) -> None:
    web = outdated(stack)
    thief = stack.name("thief:1")
    stack.image(thief)
    taken: list[str] = []
    proxy.arm(
        meddle(lambda: taken.append(stack.run(thief, name=web.name))), match="^POST .*/rename", when="after"
    )

    done = update(cli, proxy, web)

    assert (done.code, done.out, done.err.count("\n")) == (4, "", 1)
    aside = stack.inspect(web.cid)["Name"].removeprefix("/")
    assert aside in done.err
    assert set(stack.containers()) == {web.name, aside}
    assert stack.inspect(web.name)["Id"] == taken[0]
    docker("rm", "-f", web.name)
    assert cli(*UPDATE, web.name, env=QUICK).code == 0
    assert replaced(stack, web)["State"]["Running"]


# A person changes the container before it is stopped


def test_a_policy_that_is_changed_meanwhile_is_the_successors(
    cli: Commands, stack: Stack, proxy: Proxy, docker: Callable[..., str]
) -> None:
    web = outdated(stack)
    proxy.arm(
        meddle(lambda: docker("update", "--restart", "on-failure:7", web.name)), match="create", when="after"
    )

    assert update(cli, proxy, web).code == 0

    policy = replaced(stack, web)["HostConfig"]["RestartPolicy"]
    assert policy == {"Name": "on-failure", "MaximumRetryCount": 7}


def test_a_network_that_is_connected_meanwhile_is_the_successors(
    cli: Commands, stack: Stack, proxy: Proxy, docker: Callable[..., str]
) -> None:
    web, network = outdated(stack), stack.name("net")
    docker("network", "create", network)
    proxy.arm(meddle(lambda: docker("network", "connect", network, web.name)), match="create", when="after")

    assert update(cli, proxy, web).code == 0

    assert network in replaced(stack, web)["NetworkSettings"]["Networks"]


def test_a_container_that_is_renamed_meanwhile_keeps_its_new_name(
    cli: Commands, stack: Stack, proxy: Proxy, docker: Callable[..., str]
) -> None:
    web, name = outdated(stack), stack.name("other")
    proxy.arm(meddle(lambda: docker("rename", web.name, name)), match="create", when="after")

    assert update(cli, proxy, web).code == 0

    assert replaced(stack, web._replace(name=name))["State"]["Running"]


def test_a_container_that_is_stopped_meanwhile_stays_stopped(
    cli: Commands, stack: Stack, proxy: Proxy, docker: Callable[..., str]
) -> None:
    web = outdated(stack)
    proxy.arm(meddle(lambda: docker("stop", web.name)), match="create", when="after")

    assert update(cli, proxy, web).code == 0

    assert replaced(stack, web)["State"]["Status"] == "created"


def test_one_that_removes_itself_and_is_connected_meanwhile_is_connected_afterwards(
    cli: Commands, stack: Stack, proxy: Proxy, docker: Callable[..., str]
) -> None:
    web, network = outdated(stack, "--rm"), stack.name("net")
    docker("network", "create", network)
    proxy.arm(meddle(lambda: docker("network", "connect", network, web.name)), match="create", when="after")

    assert update(cli, proxy, web).code == 0

    assert network in replaced(stack, web)["NetworkSettings"]["Networks"]


@pytest.mark.parametrize("call", ["create", "stop"])
def test_a_container_that_is_removed_meanwhile_stays_removed(
    cli: Commands, stack: Stack, proxy: Proxy, docker: Callable[..., str], call: str
) -> None:
    web = outdated(stack)
    proxy.arm(meddle(lambda: docker("rm", "-f", web.cid)), match=call, when="after")

    done = update(cli, proxy, web)

    assert (done.code, done.out, done.err.count("\n")) == (3, "", 1)
    assert f"{web.name} was removed by somebody else" in done.err
    assert stack.containers() == {}


def test_a_successor_that_is_removed_under_its_proof_gives_the_old_one_back(
    cli: Commands, stack: Stack, proxy: Proxy, docker: Callable[..., str]
) -> None:
    web = outdated(stack)
    before = stack.inspect(web.name)
    proxy.arm(meddle(lambda: docker("rm", "-f", web.name)), match="^POST .*/start", when="after")

    done = update(cli, proxy, web)

    undone(done, web, "No such container")
    unchanged(stack, before)


# A rollback that fails too


@pytest.mark.parametrize("policy", ["no", "always"])
@pytest.mark.parametrize("call", ["start", "rename"])
def test_a_rollback_that_fails_is_said_with_one_command_that_really_brings_it_back(
    cli: Commands, stack: Stack, proxy: Proxy, call: str, policy: str
) -> None:
    web = outdated(stack, "--restart", policy)
    before = stack.inspect(web.name)
    proxy.arm(answer(500, "not today"), match=f"^POST .*/{call}", n=1 if call == "start" else 2, times=9999)

    done = update(cli, proxy, web)

    assert (done.code, done.out, done.err.count("\n")) == (4, "", 1)
    assert "IS NOT YET AS IT WAS" in done.err
    assert done.err.index("not today") < done.err.index("IS NOT YET AS IT WAS")
    assert f"the old container {web.cid[:12]} is exited" in done.err
    assert stack.exists(web.cid)
    proxy.disarm()
    command = _command(done.err)
    if call == "start":
        assert command == f"docker start {web.cid[:12]}"
        _type(stack, command)
    else:
        assert command == f"watcher update {web.name}"
        assert cli(*UPDATE, web.name, env=QUICK).code == 0
    after = stack.inspect(web.name)
    assert (after["Id"] == web.cid, after["State"]["Running"]) == (call == "start", True)
    assert after["HostConfig"]["RestartPolicy"] == before["HostConfig"]["RestartPolicy"]


def test_a_rollback_that_failed_is_gone_through_with_by_the_next_run(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web = outdated(stack, new={"cmd": "exit 3"})
    before = stack.inspect(web.name)
    proxy.arm(answer(500, "not today"), match="^POST .*/start", n=2, times=9999)
    assert update(cli, proxy, web, CRASHES).code == 4

    assert cli(*UPDATE, web.name, env=CRASHES).code == 6

    unchanged(stack, before)


def _command(line: str) -> str:
    """What a person copies from the line: there is one."""
    (found,) = re.findall(r"`(.*?)`", line)
    return str(found)


def _type(stack: Stack, commands: str) -> None:
    """Type commands into a shell, each to succeed."""
    environ: dict[str, Any] = dict(os.environ) | stack.engine.environ
    done = subprocess.run(
        ["/bin/sh", "-e", "-c", commands], env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{commands}: {done.stderr}"

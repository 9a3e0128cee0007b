"""Recovery from a prune that is itself cut short, and one that can do but a part of its work."""

import pytest

from tests.integration.apps import QUICK, App, outdated
from tests.integration.recovery.test_prune_persons import START, killed_at_start, notes, pruned
from tests.integration.updates import UPDATE, kill, replaced
from tests.testbed.cli import Commands
from tests.testbed.faults import answer, cut, passing, run
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

CREATE = "^POST .*/containers/create"


def killed_at(cli: Commands, stack: Stack, web: App, match: str, n: int = 1) -> None:
    """Kill a recovery after the engine has done the nth such call, and before that is noted."""
    with Proxy(stack.engine.socket) as front:
        process = cli.start(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": front.host})
        front.arm(run(lambda: kill(process)), match=match, n=n, when="after")
        assert process.wait(60)


@pytest.mark.parametrize("options", [(), ("--rm",)], ids=["plain", "rm"])
def test_what_a_killed_recovery_had_half_made_is_made_again(
    cli: Commands, stack: Stack, proxy: Proxy, options: tuple[str, ...]
) -> None:
    web = outdated(stack, "-v", "/data", *options)
    before = stack.inspect(web.name)
    killed_at_start(cli, proxy, web)
    pruned(stack)
    killed_at(cli, stack, web, CREATE)
    assert len(stack.containers()) == 1

    done = cli(*UPDATE, web.name, env=QUICK, timeout=240)

    assert done.code == 0, done.err
    after = replaced(stack, web)
    assert [mount["Name"] for mount in after["Mounts"]] == [mount["Name"] for mount in before["Mounts"]]
    assert notes(cli) == []


def test_what_was_made_anew_though_the_answer_was_lost_is_no_obstacle(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web = outdated(stack)
    proxy.arm(run(lambda: pruned(stack), then=passing), match=START)
    lost = proxy.arm(cut, match=CREATE, n=2, when="after")

    done = cli(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host}, timeout=240)

    assert lost.fired.is_set()
    assert done.code == 6
    assert "it was made anew on the image that it had; it is running" in done.err
    assert list(stack.containers()) == [web.name]
    assert stack.inspect(web.name)["Image"] == web.old


def beside(stack: Stack, web: App, image: str, *options: str) -> str:
    """Run a container that shares the processes of another one."""
    side = stack.name("side")
    stack.run(image, "--pid", f"container:{web.name}", *options, name=side, command=("sleep", "9999"))
    return side


def recovered(cli: Commands, stack: Stack, web: App, side: str) -> None:
    """The next run has nothing in its way, and brings both to their end."""
    done = cli(*UPDATE, web.name, env=QUICK, timeout=240)
    assert done.code == 0, done.err
    assert sorted(stack.containers()) == sorted([web.name, side])
    assert stack.inspect(side)["State"]["Running"]
    assert stack.inspect(web.name)["Image"] == stack.image_id(web.image)
    assert notes(cli) == []


def test_a_prune_right_after_a_recovery_removed_the_old_one_undoes_nothing(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web = outdated(stack)
    killed_at_start(cli, proxy, web)
    armed = proxy.arm(run(lambda: pruned(stack), then=passing), match="^DELETE .*/containers/", when="after")

    done = cli(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host}, timeout=240)

    assert armed.fired.is_set()
    assert done.code == 0, done.err
    assert "anew" not in done.err
    replaced(stack, web)
    assert len([call for call in proxy.changes if call.method == "DELETE"]) == 1
    assert notes(cli) == []


@pytest.mark.parametrize("is_killed", [False, True])
def test_what_cannot_be_made_anew_keeps_no_other_down(
    cli: Commands, stack: Stack, proxy: Proxy, *, is_killed: bool
) -> None:
    web = outdated(stack)
    side = beside(stack, web, web.image)
    if is_killed:
        killed_at_start(cli, proxy, web)
        pruned(stack)
    else:
        proxy.arm(run(lambda: pruned(stack), then=passing), match=START)
    proxy.arm(answer(message="no, thanks"), match=rf"create\?.*{side}\.ctr-updater-old", times=99)

    done = cli(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host}, timeout=240)

    assert (done.code, done.err.count("\n")) == (4, 1)
    assert "no, thanks" in done.err
    assert list(stack.containers()) == [web.name]
    assert stack.inspect(web.name)["State"]["Running"]
    assert len(notes(cli)) == 1
    recovered(cli, stack, web, side)


def test_a_network_that_cannot_be_made_again_keeps_no_other_down(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    stack.engine.docker("network", "create", network := stack.name("net"))
    web = outdated(stack)
    side = beside(stack, web, web.image, "--network", network)
    killed_at_start(cli, proxy, web)
    pruned(stack, "network")
    proxy.arm(answer(message="no, thanks"), match="/networks/create", times=99)

    done = cli(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host}, timeout=240)

    assert (done.code, done.err.count("\n")) == (4, 1)
    assert "no, thanks" in done.err
    assert stack.inspect(web.name)["State"]["Running"]
    recovered(cli, stack, web, side)

"""A container that the engine cannot start any more, for it was killed as that ended: forward instead."""

import subprocess
from collections.abc import Callable
from concurrent.futures import Future

import pytest

from tests.integration.apps import QUICK, App, current, outdated
from tests.integration.outcomes import line_of
from tests.integration.shared_namespaces import (
    family,
    joined,
    joining,
    provider,
    providers,
    shared,
    unchanged,
)
from tests.integration.updates import UPDATE, kill, leave_task, replaced
from tests.testbed.cli import Commands, Result
from tests.testbed.faults import run
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

Update = Callable[[App], Result]


@pytest.fixture
def update(cli: Commands, proxy: Proxy) -> Update:
    return lambda app: cli(*UPDATE, app.name, env=QUICK | {"DOCKER_HOST": proxy.host})


@pytest.mark.parametrize("policy", ["no", "always"])
def test_the_next_run_lets_the_new_one_take_its_place(
    update: Update, stack: Stack, proxy: Proxy, policy: str
) -> None:
    web = outdated(stack, "--restart", policy, "--volume", "/data")
    before = stack.inspect(web.name)
    leave_task(proxy, web, stuck=web)

    said, done = line_of(update(web), 4), update(web)

    assert "IS NOT YET AS IT WAS" in said
    assert said.count("`") == 2  # one command: what ends the task is said where nothing else helps
    assert "once more, which tries the new container instead" in said
    assert done.code == 0
    after = replaced(stack, web)
    assert after["State"]["Running"]
    assert after["HostConfig"]["RestartPolicy"] == before["HostConfig"]["RestartPolicy"]
    assert [each["Name"] for each in after["Mounts"]] == [each["Name"] for each in before["Mounts"]]


def test_where_the_new_one_is_broken_both_are_kept_and_the_old_one_comes_back_once_it_can(
    update: Update, stack: Stack, proxy: Proxy
) -> None:
    web = current(stack)
    stack.image(web.image, cmd="echo I am broken; exit 3")
    before = family(stack)
    command = leave_task(proxy, web, stuck=web)
    update(web)

    again = line_of(update(web), 4)

    assert command in again
    assert stack.inspect(web.name)["Id"] == web.cid
    assert len(stack.containers()) == 2
    proxy.disarm()
    assert update(web).code == 6
    unchanged(stack, before)


def test_one_that_holds_on_to_what_went_back_is_made_anew(update: Update, stack: Stack, proxy: Proxy) -> None:
    web = provider(stack)
    side = joined(stack, *joining(web, "--network"), "--restart", "always", "--volume", "/data")
    before = family(stack)
    leave_task(proxy, web, stuck=side)

    assert [update(app).code for app in (web, side)] == [4, 0]

    after = family(stack)
    assert after.keys() == before.keys()
    assert after[web.name]["Id"] == web.cid
    now, was = after[side.name], before[side.name]
    assert now["Id"] != was["Id"]
    assert now["Image"] == was["Image"]
    assert now["HostConfig"]["RestartPolicy"] == was["HostConfig"]["RestartPolicy"]
    assert [each["Name"] for each in now["Mounts"]] == [each["Name"] for each in was["Mounts"]]
    assert shared(stack, web.name, side.name, "net")


@pytest.mark.parametrize(
    ("which", "number"),
    [("web", number) for number in (1, 2, *range(4, 12))]
    + [("side", number) for number in (1, *range(3, 9))],
)
def test_a_run_that_is_killed_on_the_way_is_followed_by_one_that_gets_there(
    update: Update, cli: Commands, stack: Stack, proxy: Proxy, which: str, number: int
) -> None:
    web = provider(stack)
    side = joined(stack, *joining(web, "--network"))
    before = family(stack)
    leave_task(proxy, web, stuck={"web": web, "side": side}[which])
    update(web)
    updating = Future[subprocess.Popen[str]]()
    armed = proxy.arm(run(lambda: kill(updating.result())), n=number)
    updating.set_result(cli.start(*UPDATE, side.name, env=QUICK | {"DOCKER_HOST": proxy.host}))
    updating.result().wait()

    assert armed.fired.is_set()
    assert update(side).code == 0
    after = family(stack)
    assert after.keys() == before.keys()
    assert providers(stack, after[side.name]) == {web.name}
    assert after[side.name]["State"]["Running"]

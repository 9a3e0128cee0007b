"""A container that the engine cannot start any more, for it was killed as that ended: forward instead."""

import subprocess
from collections.abc import Callable
from concurrent.futures import Future

import pytest

from tests.integration.apps import CRASHES, QUICK, App, current, outdated
from tests.integration.outcomes import line_of
from tests.integration.shared_namespaces import (
    Family,
    family,
    joined,
    joining,
    provider,
    providers,
    shared,
    unchanged,
)
from tests.integration.updates import UPDATE, kill, leave_task, left_behind, replaced
from tests.testbed.cli import Commands, Result
from tests.testbed.faults import run
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

Update = Callable[[App], Result]


@pytest.fixture
def update(cli: Commands, proxy: Proxy) -> Update:
    return lambda app: cli(*UPDATE, app.name, env=QUICK | {"DOCKER_HOST": proxy.host})


@pytest.fixture
def fail(cli: Commands, proxy: Proxy) -> Update:
    """Update to an image that is bad."""
    return lambda app: cli(*UPDATE, app.name, env=CRASHES | {"DOCKER_HOST": proxy.host})


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


def test_one_whose_creation_was_cut_short_does_not_take_its_place_without_its_networks(
    update: Update, stack: Stack, proxy: Proxy
) -> None:
    network = stack.name("net")
    stack.engine.docker("network", "create", network)
    web = outdated(stack, "--network", network)
    leave_task(proxy, web, stuck=web)
    assert update(web).code == 4
    half = next(name for name in stack.containers() if ".ctr-updater-new-" in name)
    stack.engine.docker("network", "disconnect", network, half)

    update(web)

    found = stack.inspect(web.name)
    assert found["State"]["Running"]
    assert found["NetworkSettings"]["Networks"].keys() == {network}
    assert stack.containers().keys() == {web.name}


def test_where_the_new_one_is_broken_both_are_kept_and_the_old_one_comes_back_once_it_can(
    fail: Update, stack: Stack, proxy: Proxy
) -> None:
    web = current(stack)
    stack.image(web.image, cmd="echo I am broken; exit 3")
    before = family(stack)
    command = leave_task(proxy, web, stuck=web)
    fail(web)

    again = line_of(fail(web), 4)

    assert command in again
    assert stack.inspect(web.name)["Id"] == web.cid
    assert len(stack.containers()) == 2
    proxy.disarm()
    assert fail(web).code == 6
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


Chain = tuple[App, App, App]


@pytest.fixture
def chain(stack: Stack, proxy: Proxy, update: Update, request: pytest.FixtureRequest) -> tuple[Chain, Family]:
    """One that holds on to one that holds on to one with an update, whose run was given up.

    The second cannot be started; the parameter is an option of the last one.

    Returns:
        All three, and the containers as they were before.
    """
    web, side, _ = found = members(stack, request.param)
    before = family(stack)
    leave_task(proxy, web, stuck=side)
    assert update(web).code == 4
    return found, before


def members(stack: Stack, option: str) -> Chain:
    """The containers of a chain; the last one has the option."""
    web = provider(stack)
    side = joined(stack, *joining(web, "--network"), "--ipc", "shareable", "--restart", "always")
    return web, side, joined(stack, *joining(side, "--pid"), option, "--volume", "/data", name="deep")


def holds(stack: Stack, chain: Chain, before: Family) -> None:
    """All are there and run, each with what it is to share."""
    after, (web, side, deep) = family(stack), chain
    assert after.keys() == before.keys()
    assert providers(stack, after[side.name]) == {web.name}
    assert providers(stack, after[deep.name]) == {side.name}
    assert shared(stack, side.name, deep.name, "pid")


@pytest.mark.parametrize("chain", ["--restart=always", "--rm"], indirect=True)
@pytest.mark.parametrize("asked", [0, 1, 2], ids=["web", "side", "deep"])
def test_one_that_holds_on_to_what_was_made_anew_is_made_anew_with_it(
    update: Update, stack: Stack, chain: tuple[Chain, Family], asked: int
) -> None:
    apps, before = chain
    assert update(apps[asked]).code == 0

    holds(stack, apps, before)
    deep = apps[-1]
    now, was = family(stack)[deep.name], before[deep.name]

    assert now["Image"] == was["Image"]
    assert now["HostConfig"]["RestartPolicy"] == was["HostConfig"]["RestartPolicy"]
    assert now["HostConfig"]["AutoRemove"] == was["HostConfig"]["AutoRemove"]
    assert [each["Name"] for each in now["Mounts"]] == [each["Name"] for each in was["Mounts"]]


@pytest.mark.parametrize("chain", ["--rm"], indirect=True)
def test_so_is_one_whose_successor_a_person_removed(
    update: Update, stack: Stack, chain: tuple[Chain, Family]
) -> None:
    apps, before = chain
    removed(stack, apps[-1])

    assert update(apps[1]).code == 0

    holds(stack, apps, before)


def removed(stack: Stack, app: App) -> None:
    """A person removes the successor."""
    (temporary,) = [name for name in family(stack) if name.startswith(f"{app.name}.ctr-updater-new")]
    stack.engine.docker("rm", "--force", temporary)


@pytest.mark.parametrize("is_there", [True, False], ids=["there", "removed"])
def test_so_is_one_that_was_set_aside(
    update: Update, cli: Commands, stack: Stack, proxy: Proxy, *, is_there: bool
) -> None:
    web, side, deep = apps = members(stack, "--restart=always")
    before = family(stack)
    updating = Future[subprocess.Popen[str]]()
    proxy.arm(run(lambda: kill(updating.result())), match=f"^POST .*{deep.cid}/rename", when="after")
    left_behind(proxy, side)
    updating.set_result(cli.start(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host}))
    updating.result().wait()
    if not is_there:
        removed(stack, deep)
    # So the provider's update must be undone.
    stack.engine.docker("rm", "--force", web.name)

    assert update(web).code == 0

    holds(stack, apps, before)


@pytest.mark.parametrize(
    ("chain", "number"),
    [("--restart=always", number) for number in (1, 2, *range(4, 18))]
    + [("--rm", number) for number in (1, 2, 3, *range(5, 19))],
    indirect=["chain"],
)
def test_a_run_that_is_killed_while_it_makes_the_chain_anew_is_followed_by_one_that_gets_there(
    update: Update, cli: Commands, stack: Stack, proxy: Proxy, chain: tuple[Chain, Family], number: int
) -> None:
    apps, before = chain
    updating = Future[subprocess.Popen[str]]()
    armed = proxy.arm(run(lambda: kill(updating.result())), n=number)
    updating.set_result(cli.start(*UPDATE, apps[1].name, env=QUICK | {"DOCKER_HOST": proxy.host}))
    updating.result().wait()

    assert armed.fired.is_set()
    assert update(apps[1]).code == 0
    holds(stack, apps, before)


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

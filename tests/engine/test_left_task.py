"""A container that the engine cannot start any more, for it was killed as that ended: forward instead."""

from collections.abc import Callable

import pytest

from tests.bed.cli import Commands, Result
from tests.bed.proxy import Proxy
from tests.bed.stack import Stack
from tests.engine.apps import QUICK, App, current, outdated
from tests.engine.families import family, joined, joining, provider, unchanged
from tests.engine.outcomes import line_of
from tests.engine.updates import UPDATE, leave_task, replaced

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
    command = leave_task(proxy, web, stuck=web)

    said, done = line_of(update(web), 4), update(web)

    assert "IS NOT YET AS IT WAS" in said
    assert command in said
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


def test_one_that_holds_on_to_what_went_back_waits_until_it_can_be_started(
    update: Update, stack: Stack, proxy: Proxy
) -> None:
    web = provider(stack)
    side = joined(stack, *joining(web, "--network"))
    before = family(stack)
    command = leave_task(proxy, web, stuck=side)
    update(web)

    again = line_of(update(web), 4)

    assert command in again
    assert stack.inspect(web.name)["State"]["Running"]
    proxy.disarm()
    assert update(web).code == 0
    assert family(stack).keys() == before.keys()

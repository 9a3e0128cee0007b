"""A container that the engine cannot start any more, for it was killed as that ended: its new one is tried.

What containerd says then comes from the proxy, for the engine and its death are a matter of chance.
"""

import pytest

from tests.bed.cli import Commands, Result
from tests.bed.faults import answer
from tests.bed.proxy import Proxy
from tests.bed.stack import Stack
from tests.engine.apps import QUICK, App, current, outdated
from tests.engine.families import family, joined, joining, provider, unchanged
from tests.engine.outcomes import line_of
from tests.engine.updates import UPDATE, replaced

ALWAYS = 99


class Cut:
    """Updates that are given up once the old container has been stopped, which then cannot be started.

    Args:
        cli: The commands.
        proxy: Before the engine.
        app: What is updated.
        stuck: What cannot be started.
    """

    def __init__(self, cli: Commands, proxy: Proxy, app: App, stuck: App) -> None:
        self._cli, self._name, self._host = cli, app.name, proxy.host
        left = answer(500, f"failed to create task: task {stuck.cid}: already exists")
        proxy.arm(answer(), match=f"^POST .*{app.cid}/rename")
        proxy.arm(left, match=f"^POST .*{stuck.cid}/start", times=ALWAYS)
        self.command = f"`pkill -KILL -f 'containerd-shim.*-id {stuck.cid[:12]}'`"

    def __call__(self) -> Result:
        return self._cli(*UPDATE, self._name, env=QUICK | {"DOCKER_HOST": self._host})


@pytest.mark.parametrize("policy", ["no", "always"])
def test_the_next_run_lets_the_new_one_take_its_place(
    cli: Commands, stack: Stack, proxy: Proxy, policy: str
) -> None:
    web = outdated(stack, "--restart", policy, "--volume", "/data")
    before = stack.inspect(web.name)
    update = Cut(cli, proxy, web, stuck=web)

    said, done = line_of(update(), 4), update()

    assert "IS NOT YET AS IT WAS" in said
    assert update.command in said
    assert "once more, which tries the new container instead" in said
    assert done.code == 0
    after = replaced(stack, web)
    assert after["State"]["Running"]
    assert after["HostConfig"]["RestartPolicy"] == before["HostConfig"]["RestartPolicy"]
    assert [each["Name"] for each in after["Mounts"]] == [each["Name"] for each in before["Mounts"]]


def test_where_the_new_one_is_broken_both_are_kept_and_the_old_one_comes_back_once_it_can(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web = current(stack)
    stack.image(web.image, cmd="echo I am broken; exit 3")
    before = family(stack)
    update = Cut(cli, proxy, web, stuck=web)
    update()

    again = line_of(update(), 4)

    assert update.command in again
    assert stack.inspect(web.name)["Id"] == web.cid
    assert len(stack.containers()) == 2
    proxy.disarm()
    assert update().code == 6
    unchanged(stack, before)


def test_one_that_holds_on_to_what_went_back_waits_until_it_can_be_started(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web = provider(stack)
    side = joined(stack, *joining(web, "--network"))
    before = family(stack)
    update = Cut(cli, proxy, web, stuck=side)
    update()

    again = line_of(update(), 4)

    assert update.command in again
    assert stack.inspect(web.name)["State"]["Running"]
    proxy.disarm()
    assert update().code == 0
    assert family(stack).keys() == before.keys()

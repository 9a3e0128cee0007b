"""Recovery from a prune that is itself cut short, and one that can do but a part of its work."""

import pytest

from tests.bed.cli import Commands
from tests.bed.faults import cut, passing, run
from tests.bed.proxy import Proxy
from tests.bed.stack import Stack
from tests.engine.apps import QUICK, App, outdated
from tests.engine.test_prune_persons import START, killed_at_start, notes, pruned
from tests.engine.updates import UPDATE, kill, replaced

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

"""Whoever holds on to a container by its id is replaced with it, all or none of them."""

import signal
import subprocess

import pytest

from tests.integration.apps import BESIDE, CRASHES, ENABLED, QUICK, App, marker_of, outdated
from tests.integration.shared_namespaces import (
    NAMESPACE,
    family,
    joined,
    joining,
    provider,
    providers,
    replaced,
    shared,
    unchanged,
)
from tests.integration.updates import UPDATE, kill
from tests.testbed.cli import Commands
from tests.testbed.faults import run as run_and
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

pytestmark = pytest.mark.scenario


@pytest.mark.parametrize("option", ["--network", "--pid", "--ipc", "--link"])
def test_whoever_joined_it_is_replaced_with_it_and_joins_its_successor(
    cli: Commands, stack: Stack, option: str
) -> None:
    web = provider(stack)
    side = joined(stack, *joining(web, option), name="side")
    before = family(stack)

    done = cli(*UPDATE, web.name, env=QUICK)

    assert (done.code, done.err) == (0, "")
    after = replaced(stack, before)
    assert providers(stack, after[side.name]) == {web.name}
    assert (marker_of(stack, web.name), marker_of(stack, side.name)) == ("new", "old")
    assert after[side.name]["Config"]["Image"] == side.image
    if option in NAMESPACE:
        assert shared(stack, web.name, side.name, NAMESPACE[option])


def test_a_link_keeps_its_alias_and_lets_commands_in(cli: Commands, stack: Stack) -> None:
    web = provider(stack)
    side = joined(stack, *joining(web, "--link"), name="side")

    assert cli(*UPDATE, web.name, env=QUICK).code == 0

    assert stack.inspect(side.name)["HostConfig"]["Links"] == [f"/{web.name}:/{side.name}/db"]
    address = stack.inspect(web.name)["NetworkSettings"]["Networks"]["bridge"]["IPAddress"]
    assert f"{address}\tdb" in stack.engine.docker("exec", side.name, "cat", "/etc/hosts")


def test_whoever_joined_those_is_replaced_too(cli: Commands, stack: Stack) -> None:
    web = provider(stack)
    side = joined(stack, *joining(web, "--network"), "--ipc", "shareable", name="side")
    deep = joined(stack, *joining(side, "--pid"), *joining(web, "--ipc"), name="deep")
    before = family(stack)

    assert cli(*UPDATE, web.name, env=QUICK).code == 0

    after = replaced(stack, before)
    assert providers(stack, after[deep.name]) == {side.name, web.name}


def test_one_that_has_an_update_of_its_own_gets_it_along(cli: Commands, stack: Stack) -> None:
    web = provider(stack)
    side = joined(stack, *joining(web, "--network"), *ENABLED, make=outdated, name="side")
    other = joined(stack, *joining(web, "--network"), make=outdated, name="other")

    assert cli(*UPDATE, web.name, env=QUICK).code == 0

    assert (marker_of(stack, side.name), marker_of(stack, other.name)) == ("new", "old")
    assert stack.inspect(side.name)["Config"]["Image"] == side.image
    later = cli("ctr-updater", other.name)
    assert "update available" in later.err, "it still follows its tag"


def steps(proxy: Proxy, names: dict[str, str]) -> list[str]:
    """The calls that changed containers: the verb, and whom it was for."""
    made = []
    for call in proxy.changes:
        if call.path.startswith("/images/"):
            continue  # the tag that keeps the image
        verb = "remove" if call.method == "DELETE" else call.path.rpartition("/")[2]
        made.append(f"{verb} {next((name for cid, name in names.items() if cid in call.path), 'new')}")
    return made


def test_all_are_created_before_anything_stops_and_the_provider_is_removed_first(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web = provider(stack)
    side = joined(stack, *joining(web, "--network"), name="side")
    names = {web.cid: "web", side.cid: "side"}

    assert cli(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host}).code == 0

    assert steps(proxy, names) == [
        *("create new", "create new", "stop side", "stop web"),
        *("rename web", "rename new", "start new"),
        *("rename side", "rename new", "start new"),
        *("remove web", "remove side"),
    ]


def crashing(stack: Stack, which: str) -> tuple[App, App]:
    web = provider(stack, new={"cmd": "exit 3"} if which == "web" else None)
    bad = {"cmd": "exit 3"} if which == "side" else None
    return web, joined(stack, *joining(web, "--network"), *ENABLED, make=outdated, name="side", new=bad)


@pytest.mark.parametrize("which", ["web", "side"])
def test_if_one_of_them_fails_all_are_what_they_were(cli: Commands, stack: Stack, which: str) -> None:
    web, side = crashing(stack, which)
    before = family(stack)

    done = cli(*UPDATE, web.name, env=BESIDE)

    assert (done.code, done.out, done.err.count("\n")) == (6, "", 1)
    assert "it ended with exit code 3" in done.err
    unchanged(stack, before)
    assert shared(stack, web.name, side.name, "net")


def test_an_image_that_failed_beside_it_is_held_and_the_provider_updated_without(
    cli: Commands, stack: Stack
) -> None:
    web, side = crashing(stack, "side")
    assert cli(*UPDATE, web.name, env=BESIDE).code == 6

    assert cli(*UPDATE, web.name, env=QUICK).code == 0

    assert (marker_of(stack, web.name), marker_of(stack, side.name)) == ("new", "old")


def test_a_dependent_that_fails_on_its_old_image_is_the_providers_failure(
    cli: Commands, stack: Stack
) -> None:
    """It ends on the new provider alone: that one's image is to blame, and not tried again."""
    web = provider(stack, files={"www/ok": "1"}, new={"files": {}})
    watch = "while wget -q -O /dev/null http://127.0.0.1/ok; do sleep 0.1; done; exit 4"
    side = joined(stack, *joining(web, "--network"), name="side", cmd=watch)
    before = family(stack)

    done = cli(*UPDATE, web.name, env=BESIDE)

    assert done.code == 6
    assert f"{side.name} shares the network of {web.name}: it ended with exit code 4" in done.err
    unchanged(stack, before)
    assert "held" in cli(*UPDATE, web.name, env=BESIDE).err


def test_paused_and_stopped_ones_stay_so(cli: Commands, stack: Stack) -> None:
    web = provider(stack)
    stopped = joined(stack, *joining(web, "--network"), name="stopped")
    paused = joined(stack, *joining(web, "--network"), name="paused")
    stack.engine.docker("stop", stopped.name)
    stack.engine.docker("pause", paused.name)

    assert cli(*UPDATE, web.name, env=QUICK).code == 0

    after = family(stack)
    assert after.keys() == {web.name, stopped.name, paused.name}
    assert not after[stopped.name]["State"]["Running"]
    assert after[stopped.name]["HostConfig"]["NetworkMode"] == f"container:{after[web.name]['Id']}"
    assert after[paused.name]["State"]["Paused"]


def test_one_that_removes_itself_comes_along_and_comes_back(cli: Commands, stack: Stack) -> None:
    web = provider(stack, new={"cmd": "exit 3"})
    side = joined(stack, *joining(web, "--network"), "--rm", name="side")

    assert cli(*UPDATE, web.name, env=CRASHES).code == 6
    assert family(stack).keys() == {web.name, side.name}
    assert shared(stack, web.name, side.name, "net")
    stack.image(web.image, marker="newer")
    assert cli(*UPDATE, web.name, env=QUICK).code == 0

    after = family(stack)
    assert after.keys() == {web.name, side.name}
    assert after[side.name]["HostConfig"]["AutoRemove"]
    assert shared(stack, web.name, side.name, "net")


@pytest.mark.parametrize("number", range(1, 13))
@pytest.mark.parametrize("which", ["good", "web", "side"])
def test_one_that_was_killed_is_brought_to_its_end_by_the_next(
    cli: Commands, stack: Stack, proxy: Proxy, number: int, which: str
) -> None:
    """Asked by either name: all are new, or all are what they were."""
    web, side = crashing(stack, which)
    before = family(stack)
    processes: list[subprocess.Popen[str]] = []
    proxy.arm(run_and(lambda: kill(processes[0])), n=number, when="after")
    processes.append(cli.start(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host}))
    assert processes[0].wait(120) == -signal.SIGKILL

    done = cli(*UPDATE, (side, web)[number % 2].name, env=QUICK)

    if which == "good":
        assert (done.code, done.err) == (0, "")
        assert cli(*UPDATE, web.name, env=QUICK).code == 0
        replaced(stack, before)
    else:
        after = family(stack)
        assert after.keys() == before.keys()
        assert providers(stack, after[side.name]) == {web.name}
        assert marker_of(stack, side.name if which == "side" else web.name) == "old"
    assert shared(stack, web.name, side.name, "net")

"""Whoever holds on to a container by its id is replaced with it, all or none of them."""

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.bed.cli import Commands
from tests.bed.faults import run as run_and
from tests.bed.proxy import Proxy
from tests.bed.stack import Stack
from tests.engine.apps import QUICK, App, current, marker_of, outdated
from watcher.dependents import references

UPDATE = ("watcher", "update", "--no-pull")
ENABLED = ("--label", "ctr-updater.enable=true")
NAMESPACE = {"--network": "net", "--pid": "pid", "--ipc": "ipc"}

Family = dict[str, dict[str, Any]]


def provider(stack: Stack, *options: object, **image: Any) -> App:
    """A container with an update, that others may join."""
    return outdated(stack, "--ipc", "shareable", *options, **image)


def joining(web: App, option: str) -> tuple[str, str]:
    return option, f"{web.name}:db" if option == "--link" else f"container:{web.name}"


def joined(
    stack: Stack, *options: object, name: str = "side", make: Callable[..., App] = current, **image: Any
) -> App:
    """A container that joined others; it serves on a port of its own, for the network may be theirs."""
    port = 1000 + sum(map(ord, name))
    return make(stack, "--env", f"PORT={port}", *options, name=name, **image)


def family(stack: Stack) -> Family:
    """The inspects of all containers of the test, by name."""
    found = [stack.inspect(row["Id"]) for row in stack.containers().values()]
    return {each["Name"].removeprefix("/"): each for each in found}


def providers(stack: Stack, container: dict[str, Any]) -> set[str]:
    """The names of the running containers that one holds on to."""
    found = [stack.inspect(text) for _, text in references(container)]
    assert all(each["State"]["Running"] for each in found)
    return {each["Name"].removeprefix("/") for each in found}


def shared(stack: Stack, one: str, other: str, kind: str) -> bool:
    """Whether two containers are in one namespace."""
    pids = [stack.inspect(name)["State"]["Pid"] for name in (one, other)]
    first, second = (Path(f"/proc/{pid}/ns/{kind}").readlink() for pid in pids)
    return first == second


def replaced(stack: Stack, before: Family) -> Family:
    """All are other containers than they were, run, and nothing else is left."""
    after = family(stack)
    assert after.keys() == before.keys()
    for name, each in after.items():
        assert each["Id"] != before[name]["Id"], name
        assert each["State"]["Running"], name
    return after


def unchanged(stack: Stack, before: Family) -> None:
    """All are the containers that they were, run, and nothing else is left."""
    after = family(stack)
    assert after.keys() == before.keys()
    for name, each in after.items():
        assert each["Id"] == before[name]["Id"], name
        assert each["HostConfig"] == before[name]["HostConfig"], name
        assert each["State"]["Running"], name


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
    """The calls that changed something: the verb, and whom it was for."""
    made = []
    for call in proxy.changes:
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

    done = cli(*UPDATE, web.name, env=QUICK)

    assert (done.code, done.out, done.err.count("\n")) == (6, "", 1)
    assert "it ended with exit code 3" in done.err
    unchanged(stack, before)
    assert shared(stack, web.name, side.name, "net")


def test_an_image_that_failed_beside_it_is_held_and_the_provider_updated_without(
    cli: Commands, stack: Stack
) -> None:
    web, side = crashing(stack, "side")
    assert cli(*UPDATE, web.name, env=QUICK).code == 6

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

    done = cli(*UPDATE, web.name, env=QUICK)

    assert done.code == 6
    assert f"{side.name} shares the network of {web.name}: it ended with exit code 4" in done.err
    unchanged(stack, before)
    assert "held" in cli(*UPDATE, web.name, env=QUICK).err


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

    assert cli(*UPDATE, web.name, env=QUICK).code == 6
    assert family(stack).keys() == {web.name, side.name}
    assert shared(stack, web.name, side.name, "net")
    stack.image(web.image, marker="newer")
    assert cli(*UPDATE, web.name, env=QUICK).code == 0

    after = family(stack)
    assert after.keys() == {web.name, side.name}
    assert after[side.name]["HostConfig"]["AutoRemove"]
    assert shared(stack, web.name, side.name, "net")


def removes_itself(stack: Stack) -> tuple[App, str]:
    web = provider(stack, "--rm")
    joined(stack, *joining(web, "--network"), name="side")
    return web, "there is no way back to what removes itself (--rm)"


def is_swarms(stack: Stack) -> tuple[App, str]:
    web = provider(stack)
    joined(stack, *joining(web, "--network"), "--label", "com.docker.swarm.task=1", name="side")
    return web, "is a task of a Swarm service"


def has_no_image(stack: Stack) -> tuple[App, str]:
    web = provider(stack)
    side = joined(stack, *joining(web, "--network"), name="side", marker="its own")
    stack.engine.docker("stop", side.name)
    stack.engine.api("DELETE", f"/images/{side.old}?force=1")
    return web, "the image that {prefix}side runs is gone here"


def does_not_run(stack: Stack) -> tuple[App, str]:
    web = provider(stack)
    joined(stack, *joining(web, "--ipc"), name="side")
    stack.engine.docker("stop", web.name)
    return web, "{prefix}side shares the memory (IPC) of {prefix}web, which does not run"


@pytest.mark.parametrize("make", [removes_itself, is_swarms, has_no_image, does_not_run])
def test_what_could_not_be_recreated_with_it_is_7_and_nothing_is_touched(
    cli: Commands, stack: Stack, proxy: Proxy, make: Callable[[Stack], tuple[App, str]]
) -> None:
    web, reason = make(stack)

    done = cli(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host})

    assert (done.code, done.out, done.err.count("\n"), proxy.changes) == (7, "", 1, [])
    assert f"{web.name} cannot be updated: " in done.err
    assert reason.format(prefix=f"{stack.prefix}-") in done.err
    assert cli("watcher", "update", "--dry-run", "--no-pull", web.name).code == 7


def test_one_whose_provider_is_gone_is_7_and_runs_on(cli: Commands, stack: Stack) -> None:
    """It runs with what it has, and once stopped neither it nor a successor would ever start."""
    web = provider(stack)
    side = joined(stack, *joining(web, "--network"), name="side", make=outdated)
    stack.engine.docker("rm", "-f", web.name)
    before = family(stack)

    done = cli(*UPDATE, side.name, env=QUICK)

    assert (done.code, done.err.count("\n")) == (7, 1)
    assert "it shares the network of a container that is gone" in done.err
    unchanged(stack, before)


def test_a_dependency_that_was_replaced_restarts_whoever_asked_for_that(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    project = ("--label", "com.docker.compose.project=shop", "--label")
    web = outdated(stack, *project, "com.docker.compose.service=db", name="db")
    asks = "com.docker.compose.depends_on=db:service_started:true"
    worker = joined(stack, *project, asks, *project, "com.docker.compose.service=worker", name="worker")
    asks = "com.docker.compose.depends_on=db:service_started:false"
    other = joined(stack, *project, asks, *project, "com.docker.compose.service=other", name="other")
    guest = joined(stack, *joining(worker, "--network"), name="guest")
    before = family(stack)

    assert cli(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host}).code == 0

    after = family(stack)
    restarted = [call.path.split("/")[2] for call in proxy.changes if call.path.endswith("/restart")]
    assert restarted == [worker.cid, guest.cid]  # it would be left without a network
    assert after[worker.name]["State"]["StartedAt"] > after[web.name]["State"]["StartedAt"]
    assert after[other.name]["State"] == before[other.name]["State"]


def test_a_job_of_compose_run_runs_on_without_it(cli: Commands, stack: Stack) -> None:
    web = provider(stack)
    one_off = ("--label", "com.docker.compose.oneoff=True")
    job = joined(stack, *joining(web, "--network"), *one_off, name="job")
    before = stack.inspect(job.name)["State"]

    done = cli(*UPDATE, web.name, env=QUICK)

    assert done.code == 0
    assert f"{job.name} (docker compose run) shares the network of {web.name} and loses it" in done.err
    assert stack.inspect(job.name)["State"] == before


@pytest.mark.parametrize("number", range(1, 13))
@pytest.mark.parametrize("which", ["good", "web", "side"])
def test_one_that_was_killed_is_brought_to_its_end_by_the_next(
    cli: Commands, stack: Stack, proxy: Proxy, number: int, which: str
) -> None:
    """Asked by either name: all are new, or all are what they were."""
    web, side = crashing(stack, which)
    before = family(stack)
    processes: list[subprocess.Popen[str]] = []
    proxy.arm(run_and(lambda: _kill(processes[0])), n=number, when="after")
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


def _kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()

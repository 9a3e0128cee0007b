"""Who leans on a container and is not replaced with it: refused, restarted, left alone."""

from collections.abc import Callable

import pytest

from tests.integration.apps import QUICK, App, outdated
from tests.integration.shared_namespaces import family, joined, joining, provider, unchanged
from tests.integration.updates import UPDATE
from tests.testbed.cli import Commands
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

pytestmark = pytest.mark.scenario


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

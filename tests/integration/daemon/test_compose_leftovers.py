"""What `docker compose up` could not finish after an update that was cut short: `ID_NAME` is left of it."""

import re
import subprocess
from collections.abc import Callable
from concurrent.futures import Future

import pytest

from tests.integration.apps import QUICK, App
from tests.integration.daemon.projects import Project
from tests.integration.daemon.test_compose_scale import outdated
from tests.integration.recovery.test_bereft import cut_short
from tests.integration.updates import UPDATE
from tests.testbed.cli import Commands, Result
from tests.testbed.faults import passing, run
from tests.testbed.proxy import Proxy
from tests.testbed.relay import When
from tests.testbed.stack import Stack

RECREATE = ("up", "-d", "--force-recreate")


@pytest.fixture
def web(stack: Stack, project: Project) -> App:
    """A service whose image has moved on."""
    return outdated(stack, project)


def settled(stack: Stack, project: Project, web: App) -> None:
    """One container is left, of the new image, and runs; Compose finds nothing to do."""
    assert list(stack.containers()) == [web.name]
    after = stack.inspect(web.name)
    assert (after["Image"], after["State"]["Running"]) == (stack.image_id(web.image), True)
    project("up", "-d")
    assert stack.inspect(web.name)["Id"] == after["Id"]


def killed(project: Project, proxy: Proxy, match: str) -> None:
    """Kill Compose at a call of its recreation."""
    composing = Future[subprocess.Popen[bytes]]()
    proxy.arm(run(lambda: composing.result().kill()), match=match)
    composing.set_result(project.start(*RECREATE, host=proxy.host))
    composing.result().wait()
    proxy.disarm()


@pytest.mark.parametrize("number", [4, 5])
def test_what_compose_could_not_name_goes_where_the_new_one_has_the_name(
    once: Callable[..., Result],
    cli: Commands,
    stack: Stack,
    proxy: Proxy,
    project: Project,
    web: App,
    number: int,
) -> None:
    """The new one runs, even where it was never started."""
    cut_short(cli, proxy, web, number)
    with pytest.raises(AssertionError, match="is already in use by container"):
        project(*RECREATE, "--scale", "web=2")
    assert any(re.fullmatch(f"[0-9a-f]{{12}}_{web.name}", name) for name in stack.containers())

    assert once().code == 0

    settled(stack, project, web)


@pytest.mark.parametrize("number", [2, 3])
def test_what_compose_did_not_live_to_name_gets_the_name(
    once: Callable[..., Result],
    cli: Commands,
    stack: Stack,
    proxy: Proxy,
    project: Project,
    web: App,
    number: int,
) -> None:
    cut_short(cli, proxy, web, number)
    killed(project, proxy, "^POST .*/rename")

    assert once().code == 0

    settled(stack, project, web)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", [1, 2])
def test_an_updater_that_is_killed_as_it_finishes_what_compose_began_leaves_nothing_down(
    cli: Commands, stack: Stack, proxy: Proxy, project: Project, web: App, number: int, when: When
) -> None:
    """It starts the container, and gives it its name."""
    killed(project, proxy, "^POST .*/rename")
    cut_short(cli, proxy, web, number, when)

    assert cli(*UPDATE, web.name, env=QUICK).code == 0

    settled(stack, project, web)


def test_what_another_updater_finished_meanwhile_is_no_failure(
    cli: Commands, stack: Stack, proxy: Proxy, project: Project, web: App
) -> None:
    killed(project, proxy, "^POST .*/rename")
    left = f"{web.cid[:12]}_{web.name}"

    def finished() -> None:
        stack.engine.docker("rename", left, web.name)
        stack.engine.docker("start", web.name)

    proxy.arm(run(finished, passing), match="^POST .*/containers/.*/start")
    done = cli(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host})

    assert (done.err, done.code) == ("", 0)
    settled(stack, project, web)


def test_what_compose_did_not_live_to_name_is_known_by_the_name(
    cli: Commands, stack: Stack, proxy: Proxy, project: Project, web: App
) -> None:
    killed(project, proxy, "^POST .*/rename")
    assert list(stack.containers()) == [f"{web.cid[:12]}_{web.name}"]

    assert cli(*UPDATE, web.name, env=QUICK).code == 0

    settled(stack, project, web)


def test_what_compose_may_still_be_at_work_on_is_said_with_a_command(
    cli: Commands, stack: Stack, proxy: Proxy, project: Project, web: App
) -> None:
    killed(project, proxy, "^POST .*/stop")
    left = f"{web.cid[:12]}_{web.name}"

    done = cli(*UPDATE, web.name, env=QUICK)

    assert (done.code, done.err.count("\n")) == (0, 1)
    assert f"`docker rm {stack.containers()[left]['Id'][:12]}`" in done.err
    assert stack.containers().keys() == {web.name, left}

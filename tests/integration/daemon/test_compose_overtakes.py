"""Compose removes the old container as an update goes back to it: what it keeps, or the old one, runs."""

import pytest

from tests.integration.apps import CRASHES, App
from tests.integration.daemon.projects import Project
from tests.integration.daemon.test_compose import FOLLOWED
from tests.integration.recovery.test_bereft import cut_short
from tests.integration.update.test_adversity import update
from tests.testbed.cli import Commands
from tests.testbed.faults import answer, passing, run
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

REMOVAL = "^DELETE .*/containers/"
CRASH = "echo broken; exit 3"


@pytest.fixture
def web(stack: Stack, project: Project) -> App:
    """A service whose image has moved on to one that is bad."""
    reference = stack.name("web:1")
    old = stack.image(reference, marker="old")
    project.write(f"services: {{web: {{image: {reference}, labels: {FOLLOWED}}}}}")
    project.up()
    cid = str(project.inspect("web")["Id"])
    stack.image(reference, marker="new", cmd=CRASH)
    return App(project.container("web"), cid, reference, old)


def made_anew(stack: Stack, web: App) -> None:
    """It is alone, and runs on the image that it had."""
    assert list(stack.containers()) == [web.name]
    after = stack.inspect(web.name)
    assert (after["Image"], after["State"]["Running"]) == (web.old, True)


@pytest.mark.parametrize("options", [(), ("--remove-orphans",), ("--scale", "web=1")])
def test_an_old_container_that_compose_removed_just_as_the_bad_one_went_is_made_anew(
    cli: Commands, stack: Stack, proxy: Proxy, project: Project, web: App, options: tuple[str, ...]
) -> None:
    armed = proxy.arm(run(lambda: project("up", "-d", *options), then=passing), match=REMOVAL)

    done = update(cli, proxy, web, CRASHES)

    assert armed.fired.is_set()
    assert (done.code, done.err.count("\n")) == (6, 1)
    assert f"docker compose removed {web.name} while" in done.err
    assert "it was made anew on the image that it had" in done.err
    made_anew(stack, web)
    assert [*(cli.state / "open").rglob("*.json")] == []


def test_a_recovery_that_compose_overtakes_makes_it_anew_as_well(
    cli: Commands, stack: Stack, proxy: Proxy, project: Project, web: App
) -> None:
    cut_short(cli, proxy, web, 5)
    armed = proxy.arm(run(lambda: project("up", "-d"), then=passing), match=REMOVAL)

    done = update(cli, proxy, web, CRASHES)

    assert armed.fired.is_set()
    assert done.code == 6
    made_anew(stack, web)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_project_that_is_taken_down_as_the_bad_one_goes_stays_down(
    cli: Commands, stack: Stack, proxy: Proxy, project: Project, web: App, when: str
) -> None:
    down = run(lambda: project("down", "-t", "0"), then=passing)
    armed = proxy.arm(down, match=REMOVAL, when="before" if when == "before" else "after")

    assert update(cli, proxy, web, CRASHES).code == 3

    assert armed.fired.is_set()
    assert stack.containers() == {}


def test_what_a_person_removes_by_force_as_the_bad_one_goes_stays_removed(
    cli: Commands, stack: Stack, proxy: Proxy, web: App
) -> None:
    proxy.arm(run(lambda: stack.engine.docker("rm", "-f", web.name), then=passing), match=REMOVAL)

    assert update(cli, proxy, web, CRASHES).code == 3

    assert stack.containers() == {}


def test_a_bad_one_that_compose_has_started_again_is_not_kept_for_that(
    cli: Commands, stack: Stack, proxy: Proxy, project: Project, web: App
) -> None:
    """It runs yet when its removal comes, which the engine refuses."""
    stack.image(web.image, marker="new", cmd=f"sleep 4; {CRASH}")
    armed = proxy.arm(run(lambda: project("up", "-d"), then=passing), match=REMOVAL)

    done = cli("watcher", "update", "--no-pull", web.name, env={"DOCKER_HOST": proxy.host})

    assert armed.fired.is_set()
    assert (done.code, done.err.count("\n")) == (6, 1)
    assert f"docker compose removed {web.name} while" in done.err
    made_anew(stack, web)


def test_a_bad_one_that_has_ended_when_the_refusal_of_its_removal_is_looked_into_goes(
    cli: Commands, stack: Stack, proxy: Proxy, web: App
) -> None:
    cut_short(cli, proxy, web, 5)
    armed = proxy.arm(answer(409, "container is running: stop the container before removing"), match=REMOVAL)

    assert update(cli, proxy, web, CRASHES).code == 6

    assert armed.fired.is_set()
    made_anew(stack, web)
    assert stack.inspect(web.name)["Id"] == web.cid

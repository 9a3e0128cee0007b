"""Compose takes the container that is to take another one's place for its own: it gets its right name."""

from collections.abc import Callable

import pytest

from tests.integration.apps import App
from tests.integration.daemon.projects import Project
from tests.integration.daemon.test_compose import FOLLOWED
from tests.integration.recovery.test_bereft import cut_short
from tests.testbed.cli import Commands, Result
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack


@pytest.fixture
def web(stack: Stack, project: Project) -> App:
    """A service whose image has moved on."""
    reference = stack.name("web:1")
    old = stack.image(reference, marker="old")
    project.write(f"services: {{web: {{image: {reference}, labels: {FOLLOWED}}}}}")
    project.up()
    cid = str(project.inspect("web")["Id"])
    stack.image(reference, marker="new")
    return App(project.container("web"), cid, reference, old)


@pytest.mark.parametrize(
    ("number", "options"),
    [
        (1, ()),
        (1, ("--remove-orphans",)),
        (1, ("--scale", "web=1")),
        (3, ()),
        # While both are there it fails itself, over the name of the one that it is removing.
        (3, ("--force-recreate",)),
    ],
)
def test_what_compose_started_under_a_temporary_name_gets_its_own(
    once: Callable[..., Result],
    cli: Commands,
    stack: Stack,
    proxy: Proxy,
    project: Project,
    web: App,
    number: int,
    options: tuple[str, ...],
) -> None:
    cut_short(cli, proxy, web, number)
    project("up", "-d", *options)
    listed = cli("watcher", "list").out

    assert once().code == 0

    assert web.name in listed
    assert list(stack.containers()) == [web.name]
    after = stack.inspect(web.name)
    assert (after["Image"], after["State"]["Running"]) == (stack.image_id(web.image), True)
    assert once().code == 0
    project("up", "-d")
    assert stack.inspect(web.name)["Id"] == after["Id"]


def test_a_project_that_is_taken_down_in_the_middle_stays_down(
    once: Callable[..., Result], cli: Commands, stack: Stack, proxy: Proxy, project: Project, web: App
) -> None:
    cut_short(cli, proxy, web, 1)
    project("down", "-t", "0")

    assert once().code == 0

    assert stack.containers() == {}

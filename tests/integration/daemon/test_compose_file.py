"""A project whose file moved on: what the file says is for `docker compose up`, not for us."""

from collections.abc import Callable

import pytest

from tests.integration.apps import marker_of
from tests.integration.daemon.apps import LOCAL
from tests.integration.daemon.conftest import Start
from tests.integration.daemon.projects import Project
from tests.testbed.stack import Stack

TWO_WEBS = """
services:
  web: {{image: {web}, labels: &followed {{ctr-updater.enable: "true", ctr-updater.source: local}}}}
  other: {{image: {other}, labels: *followed}}
"""


@pytest.fixture
def project(project: Project, stack: Stack) -> Project:
    """Both are up with `web:1`; the file says `web:2` of one by now, and has one more."""
    first, second = stack.name("web:1"), stack.name("web:2")
    stack.image(first, marker="1 old")
    stack.image(second, marker="2 old")
    project.write(TWO_WEBS.format(web=first, other=first))
    project.up()
    project.write(TWO_WEBS.format(web=second, other=first) + f"  late: {{image: {second}}}\n")
    return project


def test_containers_keep_to_the_tag_that_they_were_created_with(
    start: Start, stack: Stack, project: Project
) -> None:
    before = set(project.ids())
    daemon = start().looked()

    stack.image(stack.name("web:1"), marker="1 new")
    for service in ("web", "other"):
        daemon.wait("container updated", container=project.container(service))

    assert daemon.stop() == 0
    found = {service: project.inspect(service)["Config"] for service in ("web", "other")}
    assert {each["Image"] for each in found.values()} == {stack.name("web:1")}
    assert {each["Labels"]["marker"] for each in found.values()} == {"1 new"}
    assert set(project.ids()) == before


def test_the_files_new_tag_moves_nobody_before_it_is_upped(
    start: Start, stack: Stack, project: Project
) -> None:
    before = project.ids()
    fence = stack.run(stack.name("web:2"), *LOCAL, name=stack.name("fence"))
    daemon = start().looked()

    stack.image(stack.name("web:2"), marker="2 new")
    daemon.wait("container updated", container=stack.name("fence"))

    assert daemon.stop() == 0
    assert stack.inspect(stack.name("fence"))["Id"] != fence
    assert project.ids() == before


def test_up_after_an_update_brings_what_the_file_says(
    once: Callable[..., object], stack: Stack, project: Project
) -> None:
    stack.image(stack.name("web:1"), marker="1 new")
    once()
    other = project.inspect("other")["Id"]

    project.up()

    assert marker_of(stack, project.container("web")) == "2 old"
    assert project.inspect("other")["Id"] == other

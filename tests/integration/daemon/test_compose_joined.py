"""`network_mode: service:x` of a Compose project: replaced with x, and once more by the next `up`."""

from collections.abc import Callable

import pytest

from tests.integration.apps import CRASHES
from tests.integration.daemon.conftest import Running, Start
from tests.integration.daemon.event_log import story
from tests.integration.daemon.projects import Project
from tests.testbed.cli import Result
from tests.testbed.stack import Stack

JOINED = """
services:
  vpn:
    image: {prefix}-vpn:1
    labels: &followed {{ctr-updater.enable: "true", ctr-updater.source: local}}
  side:
    image: {prefix}-side:1
    labels: *followed
    network_mode: service:vpn
    environment: {{PORT: 8080}}
"""


def publish(stack: Stack, name: str, marker: str) -> None:
    stack.image(stack.name(f"{name}:1"), marker=f"{name} {marker}")


@pytest.fixture
def project(project: Project, stack: Stack) -> Project:
    for name in ("vpn", "side"):
        publish(stack, name, "old")
    project.write(JOINED.format(prefix=stack.prefix))
    project.up()
    return project


@pytest.fixture
def updated(start: Start, stack: Stack, project: Project) -> Running:
    """A daemon that has updated the provider, whose dependent has no update."""
    daemon = start().looked()
    publish(stack, "vpn", "new")
    line = daemon.wait("container updated", container=project.container("vpn"))
    assert line["along"] == project.container("side")
    return daemon


@pytest.mark.usefixtures("updated")
def test_it_reaches_its_provider_where_it_is_itself(project: Project) -> None:
    assert project.run("side", "wget -q -O- http://127.0.0.1") == "vpn new"
    assert project.run("vpn", "wget -q -O- http://127.0.0.1:8080") == "side old"
    provider = project.inspect("vpn")["Id"]
    assert project.inspect("side")["HostConfig"]["NetworkMode"] == f"container:{provider}"


@pytest.mark.usefixtures("updated")
def test_the_next_up_recreates_it_once_and_the_one_after_that_nobody(project: Project) -> None:
    """Its hash holds the provider's id, which Compose put in (2.40); nobody else can write that hash."""
    provider = project.inspect("vpn")["Id"]
    side = project.inspect("side")["Id"]

    project("up", "-d")
    after = project.ids()
    project("up", "-d")

    assert after[project.container("vpn")] == provider
    assert after[project.container("side")] != side
    assert project.ids() == after
    assert project.run("side", "wget -q -O- http://127.0.0.1") == "vpn new"


def test_both_that_have_an_update_are_replaced_in_one(start: Start, stack: Stack, project: Project) -> None:
    for name in ("side", "vpn"):
        publish(stack, name, "new")

    with stack.events() as events:
        daemon = start()
        told = story(events, ends=2)
    daemon.wait("container updated", container=project.container("vpn"))

    vpn, side = project.container("vpn"), project.container("side")
    assert told == [f"begin {vpn}", f"begin {side}", f"end {vpn}", f"end {side}"]
    assert project.run("side", "wget -q -O- http://127.0.0.1; wget -q -O- http://127.0.0.1:8080") == (
        "vpn new\nside new"
    )


def test_one_whose_provider_fails_is_what_it_was_and_reaches_it(
    once: Callable[..., Result], stack: Stack, project: Project
) -> None:
    before = project.ids()
    stack.image(stack.name("vpn:1"), marker="broken", cmd="exit 3")

    assert once(env=CRASHES).code == 6

    assert project.ids() == before
    assert project.run("side", "wget -q -O- http://127.0.0.1") == "vpn old"

"""`docker compose up --scale web=2` in the middle of an update: none is lost, and no name of ours is left."""

from itertools import product
from typing import Any

import pytest

from tests.integration.apps import CRASHES, QUICK, App
from tests.integration.daemon.projects import Project
from tests.integration.daemon.test_compose import FOLLOWED
from tests.integration.update.test_adversity import update
from tests.integration.updates import UPDATE
from tests.testbed.cli import Commands
from tests.testbed.faults import passing, run
from tests.testbed.images import SERVE
from tests.testbed.proxy import Proxy
from tests.testbed.relay import When
from tests.testbed.stack import Stack

TWO = ("up", "-d", "--scale", "web=2")
# So many calls change something, with a good new image and with one that exits.
CALLS = {"good": 6, "bad": 9}
POINTS = [
    (new, n, when) for new in CALLS for n, when in product(range(1, CALLS[new] + 1), ("before", "after"))
]


def outdated(stack: Stack, project: Project, new: str = "good") -> App:
    """A service whose image has moved on."""
    reference = stack.name("web:1")
    old = stack.image(reference, marker="old")
    project.write(f"services: {{web: {{image: {reference}, labels: {FOLLOWED}}}}}")
    project.up()
    cid = str(project.inspect("web")["Id"])
    stack.image(reference, marker="new", cmd="exit 3" if new == "bad" else SERVE)
    return App(project.container("web"), cid, reference, old)


def tried(project: Project) -> str:
    """What Compose says; it may fail over a name that is taken just then."""
    try:
        return project(*TWO)
    except AssertionError as error:
        return str(error)


def running(stack: Stack) -> dict[str, Any]:
    return {name: row["Id"] for name, row in stack.containers().items() if row["State"] == "running"}


@pytest.mark.parametrize(("new", "number", "when"), POINTS)
def test_two_that_compose_wanted_at_any_call_of_an_update_of_one_are_there(
    cli: Commands, stack: Stack, proxy: Proxy, project: Project, new: str, number: int, when: When
) -> None:
    web = outdated(stack, project, new)
    both = {web.name, project.container("web", 2)}
    said = list[str]()
    armed = proxy.arm(run(lambda: said.append(tried(project)), then=passing), n=number, when=when)
    first = update(cli, proxy, web, CRASHES if new == "bad" else QUICK)
    assert armed.fired.is_set()

    done = cli(*UPDATE, web.name, env=QUICK)

    assert web.name in stack.containers()
    assert stack.containers().keys() <= both
    if stack.containers().keys() != both and number > 1:  # before that no more than its own start was lost
        assert "docker compose up" in f"{first.err}{done.err}" or "is already in use by" in said[0]
    if new == "good":
        assert done.code == 0
        assert running(stack) == {name: row["Id"] for name, row in stack.containers().items()}
        kept = stack.inspect(web.name)["Id"]
        project(*TWO)
        assert running(stack).keys() == both
        assert stack.inspect(web.name)["Id"] == kept

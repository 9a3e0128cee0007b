"""An image is promoted by a tag: `docker tag prime:2 prime:latest` is all that production waits for."""

from collections.abc import Callable

import pytest

from tests.integration.apps import App, marker_of
from tests.integration.daemon.apps import LOCAL, is_replaced, is_untouched
from tests.integration.daemon.conftest import Running
from tests.testbed.cli import Result
from tests.testbed.stack import Stack

STAGES = ("homolo", "latest")


@pytest.fixture
def stages(stack: Stack) -> dict[str, App]:
    """A container for each of the two tags, both of which mean the first of two versions."""
    prime = stack.name("prime")
    old, _ = (stack.image(f"{prime}:{version}", marker=version) for version in "12")
    for stage in STAGES:
        promote(stack, "1", stage)
    return {
        stage: App(
            stack.name(stage),
            stack.run(f"{prime}:{stage}", *LOCAL, name=stack.name(stage)),
            f"{prime}:{stage}",
            old,
        )
        for stage in STAGES
    }


def promote(stack: Stack, version: str, stage: str) -> None:
    stack.tag(stack.name(f"prime:{version}"), stack.name(f"prime:{stage}"))


@pytest.mark.parametrize(("moved", "kept"), [STAGES, STAGES[::-1]])
def test_a_tag_updates_whoever_follows_it_and_nobody_else(
    stack: Stack, stages: dict[str, App], daemon: Running, moved: str, kept: str
) -> None:
    promote(stack, "2", moved)
    daemon.wait("container updated", container=stages[moved].name)

    assert daemon.stop() == 0
    assert (marker_of(stack, stages[moved].name), is_replaced(stack, stages[moved])) == ("2", True)
    assert is_untouched(stack, stages[kept])
    assert daemon.about(stages[kept].name) == []


def test_a_version_goes_from_one_stage_to_the_next(
    stack: Stack, stages: dict[str, App], daemon: Running
) -> None:
    for stage in STAGES:
        promote(stack, "2", stage)
        daemon.wait("container updated", container=stages[stage].name)

    assert all(is_replaced(stack, app) for app in stages.values())


def test_a_stage_whose_tag_is_removed_runs_on(
    once: Callable[..., Result], stack: Stack, stages: dict[str, App]
) -> None:
    """As soon as production has the version, the tag that it was tested by goes."""
    promote(stack, "2", "latest")
    stack.engine.docker("rmi", stages["homolo"].image)

    done = once()

    assert is_replaced(stack, stages["latest"])
    assert is_untouched(stack, stages["homolo"])
    assert done.code == 5, "nobody can say what it should run"


def test_a_promotion_that_is_taken_back_takes_production_back(
    stack: Stack, stages: dict[str, App], daemon: Running
) -> None:
    production = stages["latest"]
    promote(stack, "2", "latest")
    daemon.wait("container updated", container=production.name)

    promote(stack, "1", "latest")
    daemon.wait("container updated", container=production.name)

    assert marker_of(stack, production.name) == "1"

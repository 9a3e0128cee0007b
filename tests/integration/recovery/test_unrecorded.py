"""What was about to end when its process was killed is recorded once nothing of it is open."""

import pytest
from attrs import evolve

from tests.testbed.attempts import ATTEMPT
from tests.testbed.stack import Stack
from watcher.host.context import Context
from watcher.recovery.unrecorded import record_unrecorded

OLD = f"ctr-updater-old-r-{'0' * 12}"


@pytest.fixture
async def web(context: Context, stack: Stack) -> str:
    """A container whose attempt was about to end."""
    name, image = stack.name("web"), stack.name("app:1")
    stack.image(image)
    stack.create(image, name=f"{name}.{OLD}")
    await context.memory.history.expect(evolve(ATTEMPT, name=name, containers=("old", "new")))
    return name


async def rows(context: Context) -> list[str]:
    await record_unrecorded(context)
    return [row["name"] for row in await context.memory.history.last(9)]


@pytest.mark.usefixtures("web")
async def test_one_whose_update_is_open_is_left_to_the_run_that_settles_it(context: Context) -> None:
    assert await rows(context) == []


async def test_one_beside_what_was_set_aside_for_a_person_is_recorded(
    context: Context, stack: Stack, web: str
) -> None:
    stack.create(stack.name("app:1"), name=web)

    assert await rows(context) == [web]

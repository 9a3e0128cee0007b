"""What an updater does about its helper: one that takes long, and one that two look after."""

import asyncio

import pytest
from attrs import evolve

from tests.testbed.attempts import ATTEMPT
from tests.testbed.processes import wait_until
from tests.testbed.stack import Stack
from watcher.host.context import Context
from watcher.model.helper import Helper, helper_name
from watcher.model.update_events import ImageVersion
from watcher.update.own import helper_fate, helping
from watcher.update.own.report import begun, written

TARGET = f"sha256:{'b' * 64}"
FAILED = evolve(ATTEMPT, outcome="failed", new=ImageVersion(TARGET), why="the engine refused")


@pytest.fixture
def context(context: Context, monkeypatch: pytest.MonkeyPatch) -> Context:
    """That of an updater to whom every helper is late."""
    monkeypatch.setattr(helper_fate, "_BEGINS_WITHIN_S", -60.0)
    return context


def helper(stack: Stack, says: str) -> Helper:
    """One that says something, and goes on."""
    name, image = stack.name("up"), stack.name("app:1")
    stack.image(image)
    old = stack.create(image, name=name)
    labels = ("--label", f"ctr-updater.helper-of={old}", "--label", f"ctr-updater.helper-target={TARGET}")
    called, command = helper_name(name, old, TARGET), ("sh", "-c", f"echo {says}; exec sleep 600")
    cid = stack.run(image, *labels, "--stop-signal", "KILL", name=called, command=command)
    wait_until(lambda: says.strip("'") in stack.engine.docker("logs", called), "its words")
    return Helper(cid, name, old, TARGET, "running")


async def test_one_that_has_begun_goes_on_however_long_that_takes(context: Context, stack: Stack) -> None:
    late = helper(stack, begun())

    assert await helping.looked_after(context, late) is None
    assert stack.inspect(late.cid)["State"]["Running"]


async def test_one_that_has_not_is_removed_and_its_last_words_are_told(
    context: Context, stack: Stack
) -> None:
    late = helper(stack, "nobody answers")

    ended = await helping.looked_after(context, late)

    assert ended is not None
    assert "could not begin, and was removed; its last words: nobody answers" in ended.why
    assert not stack.exists(late.cid)
    assert await context.memory.failure(late.old, late.name) is not None


async def test_what_was_set_aside_of_its_container_does_not_say_that_it_has_begun(
    context: Context, stack: Stack
) -> None:
    late = helper(stack, "nobody answers")
    stack.create(stack.name("app:1"), name=f"{late.name}.ctr-updater-old-r-{'0' * 12}")

    assert await helping.looked_after(context, late) is not None
    assert not stack.exists(late.cid)


async def test_what_it_did_is_recorded_once_whoever_else_waits_for_it(context: Context, stack: Stack) -> None:
    """A command in the updater's container waits for it beside the daemon; neither knows of the other."""
    done = helper(stack, f"'{written(FAILED)}'")
    stack.engine.docker("kill", done.cid)
    stack.wait_for(done.cid, lambda found: not found["State"]["Running"])

    await asyncio.gather(*(helping.looked_after(context, done) for _ in range(2)))

    (row,) = await context.memory.history.last(9)
    assert (row["outcome"], row["why"]) == ("failed", "the engine refused")
    assert not stack.exists(done.cid)

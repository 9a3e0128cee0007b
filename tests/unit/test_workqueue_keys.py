"""What the queue's keys may be, and who may take them without it."""

import asyncio

from tests.unit.test_workqueue import after, taken
from tests.unit.virtual_time import run
from watcher.fleet import Tag
from watcher.refs import ImageRef
from watcher.workqueue import WorkQueue


def test_what_is_drained_is_all_that_waits_and_is_not_handed_out() -> None:
    async def scenario() -> tuple[set[str], list[str]]:
        queue = WorkQueue[str]()
        for key in "abc":
            queue.add(key)
        queue.add_later("late", 10)
        queue.retry("failed")
        found = queue.drain()
        return found, await taken(queue)

    found, handed_out = run(scenario())
    assert found == {"a", "b", "c"}
    assert sorted(handed_out) == ["failed", "late"]


def test_what_is_worked_on_is_not_drained_and_comes_again_where_it_was_added_meanwhile() -> None:
    async def scenario() -> tuple[set[str], list[str]]:
        queue, found, handed_out = WorkQueue[str](), set[str](), []
        queue.add("a")
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(after(100, queue.close))
            async for key in queue.keys():
                handed_out.append(key)
                if len(handed_out) == 1:
                    queue.add("a")
                    found = queue.drain()
                queue.done(key)
        return found, handed_out

    assert run(scenario()) == (set(), ["a", "a"])


def test_keys_that_are_equal_are_one_whatever_they_are() -> None:
    """Tags are values: two that are equal are pulled once."""

    def tag() -> Tag:
        return Tag(ImageRef.parse("app:1"), "linux/amd64")

    async def scenario() -> list[Tag]:
        queue, handed_out = WorkQueue[Tag](), []
        queue.add(tag())
        queue.add_later(tag(), 10)
        queue.add_later(tag(), 20)
        queue.add(Tag(tag().ref, "linux/arm64"))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(after(100, queue.close))
            async for key in queue.keys():
                handed_out.append(key)
                queue.done(tag())
        return handed_out

    other = Tag(tag().ref, "linux/arm64")
    assert run(scenario()) == [tag(), other, tag()]

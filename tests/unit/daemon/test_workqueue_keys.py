"""What the queue's keys may be, and when one is busy."""

import asyncio

from tests.unit.daemon.test_workqueue import after
from tests.unit.virtual_time import run
from watcher.daemon.workqueue import WorkQueue
from watcher.model.reference import ImageRef, Tag


def test_a_key_is_busy_while_it_waits_and_while_it_is_worked_on_and_not_before_its_time() -> None:
    async def scenario() -> list[list[bool]]:
        queue, found = WorkQueue[str](), []

        def note() -> None:
            found.append([queue.is_busy(key) for key in ("a", "late", "failed")])

        queue.add("a")
        queue.add_later("late", 10)
        queue.retry("failed", 4)
        note()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(after(5, queue.close))
            async for key in queue.keys():
                note()
                queue.done(key)
                note()
        return found

    assert run(scenario())[:3] == [[True, False, False], [True, False, False], [False, False, False]]


def test_a_queue_closes_when_nothing_waits_and_nothing_is_worked_on() -> None:
    async def scenario() -> list[str]:
        queue, handed_out = WorkQueue[str](), []
        queue.add("a")
        queue.add_later("late", 10)
        queue.close_when_idle()
        async for key in queue.keys():
            handed_out.append(key)
            queue.close_when_idle()
            if key == "a":
                queue.add("b")
            queue.done(key)
            queue.close_when_idle()
        return handed_out

    assert run(scenario()) == ["a", "b"]


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

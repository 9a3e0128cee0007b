"""Which keys rest until their next try, and how their last one ended: a pass that goes by counts them."""

import asyncio
from collections.abc import Callable

import pytest

from tests.unit.virtual_time import run
from watcher.daemon.workqueue import WorkQueue


def test_a_key_in_its_back_off_rests_with_its_last_code() -> None:
    async def scenario() -> dict[str, int]:
        queue = WorkQueue[str]()
        queue.retry("a", 5)
        queue.retry("a", 4)
        queue.retry("b", 5)
        queue.add("a")
        queue.add("c")
        queue.add_later("d", 10)
        return queue.resting

    assert run(scenario()) == {"a": 4, "b": 5}


def test_a_key_whose_back_off_is_over_waits_and_rests_no_more() -> None:
    async def scenario() -> tuple[dict[str, int], bool]:
        queue = WorkQueue[str]()
        queue.retry("a", 4)
        await asyncio.sleep(10)
        return queue.resting, queue.is_busy("a")

    assert run(scenario()) == ({}, True)


@pytest.mark.parametrize(
    "ends",
    [lambda queue: queue.forget("a"), lambda queue: queue.drop("a"), WorkQueue.forget_all],
    ids=["forget", "drop", "forget_all"],
)
def test_a_key_that_is_forgotten_rests_no_more(ends: Callable[[WorkQueue[str]], None]) -> None:
    async def scenario() -> dict[str, int]:
        queue = WorkQueue[str]()
        queue.retry("a", 4)
        ends(queue)
        return queue.resting

    assert run(scenario()) == {}


def test_a_key_counts_with_its_last_code_until_another_try_of_it_has_ended() -> None:
    async def scenario() -> list[dict[str, int]]:
        queue = WorkQueue[str]()
        queue.retry("a", 4)
        found = [queue.failing]
        async for key in queue.keys():
            found.append(queue.failing)  # it is being tried again
            queue.done(key)
            found.append(queue.failing)
            queue.close()
        return found

    assert run(scenario()) == [{"a": 4}, {"a": 4}, {}]

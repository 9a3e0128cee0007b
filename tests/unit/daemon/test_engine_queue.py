"""Two engines' containers of the same name are two keys in one queue."""

from collections.abc import Callable

import pytest

from tests.unit.virtual_time import run
from watcher.daemon.engine_queue import EngineQueue
from watcher.daemon.workqueue import BACKOFF_FIRST_S, WorkQueue
from watcher.store.keys import Key

HERE, THERE = Key("HERE", "web"), Key("THERE", "web")


def two(queue: WorkQueue[Key]) -> tuple[EngineQueue, EngineQueue]:
    here, there = EngineQueue(queue), EngineQueue(queue)
    here.engine, there.engine = "HERE", "THERE"
    return here, there


def handed_out(fill: Callable[[EngineQueue, EngineQueue], None], until: float = 1000) -> list[Key]:
    async def scenario() -> list[Key]:
        queue, found = WorkQueue[Key](), list[Key]()
        fill(*two(queue))
        queue.add_later(Key("", "end"), until)
        async for key in queue.keys():
            if key.name == "end":
                queue.close()
                break
            found.append(key)
            queue.done(key)
        return found

    return run(scenario())


def test_both_are_looked_at() -> None:
    def fill(here: EngineQueue, there: EngineQueue) -> None:
        here.add("web")
        there.add("web")

    assert handed_out(fill) == [HERE, THERE]


def test_each_has_its_own_time() -> None:
    def fill(here: EngineQueue, there: EngineQueue) -> None:
        there.add_later("web", 20)
        here.add_later("web", 10)

    assert handed_out(fill) == [HERE, THERE]


def test_the_back_off_of_one_holds_up_no_other() -> None:
    def fill(here: EngineQueue, there: EngineQueue) -> None:
        here.retry("web", 4)
        here.add("web")
        there.add("web")

    assert handed_out(fill, until=0.1) == [THERE]


def test_the_end_of_one_back_off_is_not_the_others() -> None:
    async def scenario() -> list[bool]:
        here, there = two(WorkQueue[Key]())
        for each in (here, there) * 9:
            each.retry("web", 4)
        here.forget("web")
        return [here.retry("web", 4) <= BACKOFF_FIRST_S, there.retry("web", 4) > BACKOFF_FIRST_S]

    assert run(scenario()) == [True, True]


def test_what_rests_counts_for_its_own_engine_and_while_it_is_followed() -> None:
    async def scenario() -> list[int]:
        here, there = two(WorkQueue[Key]())
        here.retry("web", 4)
        here.retry("gone", 6)
        there.retry("web", 5)
        return [here.failing_code({"web", "db"}), there.failing_code({"web"}), here.failing_code({"db"})]

    assert run(scenario()) == [4, 5, 0]


@pytest.mark.parametrize("which", [0, 1])
def test_one_is_busy_and_the_other_is_not(which: int) -> None:
    async def scenario() -> list[bool]:
        both = two(WorkQueue[Key]())
        both[which].add("web")
        return [each.is_busy("web") for each in both]

    assert run(scenario()) == [which == 0, which == 1]


def test_a_key_of_the_engine_that_was_there_before_is_not_the_present_ones() -> None:
    queue = EngineQueue(WorkQueue[Key]())
    queue.engine = "HERE"
    key = Key(queue.engine, "web")
    assert queue.has(key)

    queue.engine = "THERE"

    assert not queue.has(key)

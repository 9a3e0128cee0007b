"""The queue on virtual time: each key once, one worker for it, later when told so."""

import asyncio
import functools
import random
from collections.abc import Callable

import pytest

from tests.unit.virtual_time import now, run
from watcher.daemon.workqueue import BACKOFF_FIRST_S, BACKOFF_LAST_S, WorkQueue


async def drained(queue: WorkQueue[str]) -> list[str]:
    """What it hands out until it is closed, each given back at once."""
    taken = []
    async for key in queue.keys():
        taken.append(key)
        queue.done(key)
    return taken


async def after(seconds: float, act: Callable[[], None]) -> None:
    await asyncio.sleep(seconds)
    act()


async def taken(queue: WorkQueue[str], seconds: float = 10_000) -> list[str]:
    """What it hands out within so many seconds."""
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(after(seconds, queue.close))
        return await drained(queue)


def test_a_key_that_is_added_often_is_handed_out_once() -> None:
    async def scenario() -> list[str]:
        queue = WorkQueue[str]()
        for key in "aabab":
            queue.add(key)
        return await taken(queue)

    assert run(scenario()) == ["a", "b"]


def test_the_longest_waiting_comes_first() -> None:
    async def scenario() -> list[str]:
        queue = WorkQueue[str]()
        for key in "cabc":
            queue.add(key)
        return await taken(queue)

    assert run(scenario()) == ["c", "a", "b"]


def test_a_key_that_is_added_while_it_is_worked_on_comes_again_afterwards_and_once() -> None:
    async def scenario() -> list[tuple[str, float]]:
        queue, seen = WorkQueue[str](), []
        queue.add("a")
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(after(100, queue.close))
            async for key in queue.keys():
                seen.append((key, now()))
                if len(seen) == 1:
                    tasks.create_task(after(1, lambda: queue.add("a")))
                    tasks.create_task(after(2, lambda: queue.add("a")))
                tasks.create_task(after(5, functools.partial(queue.done, key)))
        return seen

    assert run(scenario()) == [("a", 0), ("a", 5)]


def test_no_key_is_in_two_hands_and_none_is_lost() -> None:
    """A thousand additions at random moments, workers of random length."""

    async def scenario(dice: random.Random) -> None:
        queue, held, added, worked = WorkQueue[str](), set[str](), dict[str, float](), dict[str, float]()

        def add(key: str) -> None:
            added[key] = now()
            queue.add(key)

        async def work(key: str) -> None:
            assert key not in held
            held.add(key)
            worked[key] = now()
            await asyncio.sleep(dice.random() * 3)
            held.discard(key)
            queue.done(key)

        async with asyncio.TaskGroup() as tasks:
            for _ in range(1000):
                moment = dice.random() * 100
                tasks.create_task(after(moment, functools.partial(add, dice.choice("abcdef"))))
            tasks.create_task(after(200, queue.close))
            async for key in queue.keys():
                tasks.create_task(work(key))
        assert {key for key, moment in added.items() if worked.get(key, -1) < moment} == set()

    for seed in range(10):
        run(scenario(random.Random(seed)))  # noqa: S311 - no secret


def test_a_key_that_is_added_later_comes_then() -> None:
    async def scenario() -> list[tuple[str, float]]:
        queue, seen = WorkQueue[str](), []
        queue.add_later("late", 30)
        queue.add_later("early", 10)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(after(100, queue.close))
            async for key in queue.keys():
                seen.append((key, now()))
                queue.done(key)
        return seen

    assert run(scenario()) == [("early", 10), ("late", 30)]


def test_a_later_delay_takes_the_place_of_an_earlier_one() -> None:
    async def scenario() -> list[str]:
        queue = WorkQueue[str]()
        queue.add_later("a", 10)
        queue.add_later("a", 50)
        return await taken(queue, 40)

    assert run(scenario()) == []


def delays(count: int, *, forget_after: int | None = None) -> list[float]:
    async def scenario() -> list[float]:
        queue, found = WorkQueue[str](), []
        for number in range(count):
            found.append(queue.retry("a", 4))
            if number == forget_after:
                queue.forget("a")
        queue.close()
        return found

    return run(scenario())


def test_the_back_off_doubles_up_to_its_longest_with_jitter() -> None:
    for number, delay in enumerate(delays(20)):
        longest = min(BACKOFF_FIRST_S * 2**number, BACKOFF_LAST_S)
        assert longest / 2 <= delay <= longest
    assert len(set(delays(20))) == 20


def test_a_thousand_failures_overflow_nothing() -> None:
    assert delays(2000)[-1] <= BACKOFF_LAST_S


def test_a_back_off_grows_to_the_longest_that_the_queue_was_given() -> None:
    async def scenario() -> list[float]:
        queue = WorkQueue[str](longest_s=3600)
        found = [queue.retry("a", 4) for _ in range(40)]
        queue.close()
        return found

    found = run(scenario())
    assert BACKOFF_LAST_S < max(found) <= 3600
    assert all(delay >= 1800 for delay in found[12:])


def test_the_back_off_begins_anew_after_a_success() -> None:
    assert delays(6, forget_after=4)[-1] <= BACKOFF_FIRST_S


def test_a_key_comes_again_when_its_back_off_is_over() -> None:
    async def scenario() -> tuple[float, list[float]]:
        queue, moments = WorkQueue[str](), []
        delay = queue.retry("a", 4)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(after(100, queue.close))
            async for key in queue.keys():
                moments.append(now())
                queue.done(key)
        return delay, moments

    delay, moments = run(scenario())
    assert moments == [pytest.approx(delay)]


def test_events_do_not_shorten_a_back_off() -> None:
    async def scenario() -> tuple[float, list[float]]:
        queue, moments = WorkQueue[str](), []
        for _ in range(5):
            delay = queue.retry("a", 4)
        async with asyncio.TaskGroup() as tasks:
            for moment in range(100):
                tasks.create_task(after(delay * moment / 101, functools.partial(queue.add, "a")))
            tasks.create_task(after(100, queue.close))
            async for key in queue.keys():
                moments.append(now())
                queue.forget(key)
                queue.done(key)
        return delay, moments

    delay, moments = run(scenario())
    assert moments == [pytest.approx(delay)]


def test_a_failure_during_the_work_keeps_what_was_added_meanwhile_until_the_back_off_is_over() -> None:
    async def scenario() -> list[float]:
        queue, moments = WorkQueue[str](), []
        queue.add("a")
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(after(100, queue.close))
            async for key in queue.keys():
                moments.append(now())
                if len(moments) == 1:
                    queue.add(key)
                    queue.retry(key, 4)
                queue.done(key)
        return moments

    first, second = run(scenario())
    assert (first, BACKOFF_FIRST_S / 2 <= second <= BACKOFF_FIRST_S) == (0, True)


@pytest.mark.parametrize(
    "ends", [lambda queue: queue.forget("a"), WorkQueue.forget_all], ids=["forget", "forget_all"]
)
def test_a_back_off_that_is_forgotten_holds_nothing_up(ends: Callable[[WorkQueue[str]], None]) -> None:
    async def scenario() -> list[str]:
        queue = WorkQueue[str]()
        for _ in range(9):
            queue.retry("a", 4)
        ends(queue)
        queue.add("a")
        return await taken(queue, 1)

    assert run(scenario()) == ["a"]


def test_back_offs_are_each_keys_own() -> None:
    async def scenario() -> float:
        queue = WorkQueue[str]()
        for _ in range(9):
            queue.retry("a", 4)
        delay = queue.retry("b", 4)
        queue.close()
        return delay

    assert run(scenario()) <= BACKOFF_FIRST_S


def add(queue: WorkQueue[str]) -> None:
    queue.add("a")


def add_later(queue: WorkQueue[str]) -> None:
    queue.add_later("a", 1)


@pytest.mark.parametrize("act", [add, add_later])
def test_a_closed_queue_hands_out_nothing_any_more(act: Callable[[WorkQueue[str]], None]) -> None:
    async def scenario() -> list[str]:
        queue = WorkQueue[str]()
        queue.add("b")
        queue.add_later("c", 1)
        queue.close()
        act(queue)
        await asyncio.sleep(10)
        return await drained(queue)

    assert run(scenario()) == []


def test_a_queue_that_is_closed_while_somebody_waits_ends() -> None:
    async def scenario() -> list[str]:
        return await taken(WorkQueue[str](), 1)

    assert run(scenario()) == []


def test_virtual_time_says_when_nothing_can_ever_happen() -> None:
    async def for_ever() -> None:
        await asyncio.Event().wait()

    with pytest.raises(RuntimeError, match="nothing is left"):
        run(for_ever())

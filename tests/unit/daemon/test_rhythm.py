"""When all tags are asked for, on virtual time."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from tests.unit.virtual_time import now, run
from watcher.daemon.rhythm import Rhythm

HOUR = 3600.0
JITTER = 0.1


def beside(rhythm: Rhythm, work: Callable[[], Awaitable[None]]) -> None:
    """Do something while the rhythm runs."""

    async def main() -> None:
        running = asyncio.create_task(rhythm.run())
        await work()
        running.cancel()

    run(main())


def test_it_strikes_at_each_interval_more_or_less() -> None:
    rhythm = Rhythm(HOUR)

    async def work() -> None:
        began = now()
        for count in range(5):
            assert await rhythm.following(count) == count + 1
            passed, began = now() - began, now()
            assert HOUR * (1 - JITTER) <= passed <= HOUR * (1 + JITTER)

    beside(rhythm, work)


def test_it_tells_when_it_strikes_next_jitter_and_all() -> None:
    rhythm = Rhythm(HOUR)
    assert rhythm.due == 0

    async def work() -> None:
        await asyncio.sleep(0)
        told_s = rhythm.due - time.time()  # of the wall, which stands still meanwhile
        await rhythm.following(0)
        assert abs(now() - told_s) < 60

    beside(rhythm, work)


def test_all_who_wait_go_on_at_the_same_strike() -> None:
    rhythm = Rhythm(HOUR)

    async def work() -> None:
        await asyncio.gather(*(rhythm.following(0) for _ in range(10)))
        assert rhythm.count == 1

    beside(rhythm, work)


def test_whoever_rings_is_heard_at_once_and_the_interval_begins_anew() -> None:
    rhythm = Rhythm(HOUR)

    async def work() -> None:
        await asyncio.sleep(HOUR / 2)
        rhythm.ring()
        assert await rhythm.following(0) == 1
        assert now() == HOUR / 2
        assert await rhythm.following(1) == 2
        assert now() >= HOUR / 2 + HOUR * (1 - JITTER)

    beside(rhythm, work)


def test_a_strike_that_nobody_waited_for_is_not_lost() -> None:
    rhythm = Rhythm(HOUR)

    async def work() -> None:
        await rhythm.following(0)
        struck = now()
        assert await rhythm.following(0) == 1
        assert now() == struck

    beside(rhythm, work)


def test_what_is_to_happen_at_a_strike_has_happened_before_anybody_goes_on() -> None:
    struck = list[float]()
    rhythm = Rhythm(HOUR, lambda: struck.append(now()))

    async def work() -> None:
        await rhythm.following(0)
        assert struck == [now()]

    beside(rhythm, work)

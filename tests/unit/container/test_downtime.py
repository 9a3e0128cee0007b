"""Who is down at the same time, and who waits for whom."""

import asyncio

import pytest

from tests.unit.dependencies.test_addresses import Json, container
from tests.unit.virtual_time import now, run
from watcher.container.downtime import FIRST_MOMENT_S, Downtimes

FIXED, FREE = container("net=10.0.0.2"), container("net")


async def down(downtimes: Downtimes, what: Json, seconds: float, told: list[tuple[float, float]]) -> None:
    """Be down for so many seconds, and note from when to when."""
    async with downtimes.of([what]) as downtime:
        await downtime.begin()
        began = now()
        await asyncio.sleep(seconds)
        told.append((began, now()))


async def together(downtimes: Downtimes, *containers: Json) -> list[tuple[float, float]]:
    told = list[tuple[float, float]]()
    async with asyncio.TaskGroup() as tasks:
        for each in containers:
            tasks.create_task(down(downtimes, each, 10, told))
    return told


@pytest.mark.parametrize(
    ("containers", "expected"),
    [
        ((FIXED, FREE), [(0, 10), (10, 20)]),
        ((FREE, FIXED), [(0, 10), (10, 20)]),
        ((FREE, FREE), [(0, 10), (0, 10)]),
        ((FIXED, FIXED), [(0, 10), (0, 10)]),
        ((FIXED, FREE, FIXED), [(0, 10), (10, 20), (20, 30)]),
    ],
)
def test_who_could_take_the_others_address_waits_and_nobody_overtakes(
    containers: tuple[Json, ...], expected: list[tuple[float, float]]
) -> None:
    assert run(together(Downtimes(), *containers)) == expected


def test_no_more_have_a_slot_than_there_are() -> None:
    assert run(together(Downtimes(2), FREE, FREE, FREE)) == [(0, 10), (0, 10), (10, 20)]


def test_a_wait_for_a_proof_holds_up_nobody() -> None:
    async def scenario() -> float:
        downtimes = Downtimes(1)
        async with downtimes.of([FIXED]) as downtime:
            await downtime.begin()
            downtime.end()
            async with asyncio.timeout(1), downtimes.of([FREE]) as other:
                await other.begin()
                return now()

    assert run(scenario()) == 0


@pytest.mark.parametrize(("proof_s", "begins"), [(0.25, 0.25), (600, FIRST_MOMENT_S)])
def test_a_slot_is_held_for_the_first_moment_of_a_proof_and_addresses_are_not(
    proof_s: float, begins: float
) -> None:
    async def scenario() -> tuple[float, float]:
        downtimes = Downtimes(1)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(proved(downtimes))
            await asyncio.sleep(0)
            async with downtimes.around([FREE]):
                free = now()
            async with downtimes.of([FREE]) as other:
                await other.begin()
                return free, now()

    async def proved(downtimes: Downtimes) -> None:
        async with downtimes.of([FIXED]) as downtime:
            await downtime.begin()
            downtime.started()
            await asyncio.sleep(proof_s)

    assert run(scenario()) == (0, begins)


def test_one_that_goes_back_waits_for_who_could_take_its_address() -> None:
    async def scenario() -> float:
        downtimes, told = Downtimes(), list[tuple[float, float]]()
        async with downtimes.of([FIXED]) as downtime, asyncio.TaskGroup() as tasks:
            await downtime.begin()
            downtime.end()
            tasks.create_task(down(downtimes, FREE, 10, told))
            await asyncio.sleep(1)
            await downtime.begin()
            return now()

    assert run(scenario()) == 10


def test_one_that_goes_back_waits_for_others_no_longer_than_it_may() -> None:
    async def scenario() -> tuple[bool, float, bool, float]:
        downtimes, told = Downtimes(), list[tuple[float, float]]()
        async with downtimes.of([FIXED]) as downtime, asyncio.TaskGroup() as tasks:
            tasks.create_task(down(downtimes, FREE, 1000, told))
            await asyncio.sleep(1)
            has_waited = await downtime.begin(is_back=True)
            at = now()
            async with downtimes.around([FIXED], is_back=True) as is_alone:
                return has_waited, at, is_alone, now()

    assert run(scenario()) == (False, 61, False, 121)


def test_one_that_went_back_without_waiting_is_waited_for_as_ever() -> None:
    async def scenario() -> float:
        downtimes = Downtimes()
        async with downtimes.of([FREE]) as endless, asyncio.TaskGroup() as tasks:
            await endless.begin()
            tasks.create_task(go_back(downtimes))
            await asyncio.sleep(80)
            endless.end()
            async with downtimes.of([FREE]) as other:
                assert await other.begin()
                return now()

    async def go_back(downtimes: Downtimes) -> None:
        async with downtimes.of([FIXED]) as downtime:
            await downtime.begin(is_back=True)
            await asyncio.sleep(40)

    assert run(scenario()) == 100


def test_who_gives_up_waiting_holds_up_nobody() -> None:
    async def scenario() -> float:
        downtimes = Downtimes()
        async with downtimes.of([FIXED]) as first:
            await first.begin()
            waits = asyncio.ensure_future(down(downtimes, FREE, 10, []))
            await asyncio.sleep(1)
            waits.cancel()
            await asyncio.wait([waits])
            async with downtimes.of([FIXED]) as second:
                await second.begin()
                return now()

    assert run(scenario()) == 1


def test_a_start_that_is_no_updates_waits_too() -> None:
    async def scenario() -> float:
        downtimes, told = Downtimes(), list[tuple[float, float]]()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(down(downtimes, FIXED, 10, told))
            await asyncio.sleep(1)
            async with downtimes.around([FREE]):
                return now()

    assert run(scenario()) == 10

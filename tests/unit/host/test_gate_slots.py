"""No gate is asked the same question twice at the same time, and few run at once."""

import asyncio

from watcher.host.gate_slots import GateSlots


async def test_the_same_question_waits_and_another_does_not() -> None:
    slots, order = GateSlots(), list[str]()
    asked, may_end = asyncio.Event(), asyncio.Event()

    async def first() -> None:
        async with slots.asking("one"):
            asked.set()
            await may_end.wait()
            order.append("first")

    async def second() -> None:
        async with slots.asking("one"):
            order.append("second")

    tasks = [asyncio.create_task(first()), asyncio.create_task(second())]
    await asked.wait()
    async with slots.asking("other"):
        order.append("other")
    may_end.set()
    await asyncio.gather(*tasks)

    assert order == ["other", "first", "second"]


async def test_two_run_at_once_and_the_third_waits() -> None:
    slots, running, most = GateSlots(), 0, 0

    async def run() -> None:
        nonlocal running, most
        async with slots.running():
            running += 1
            most = max(most, running)
            await asyncio.sleep(0)
            running -= 1

    await asyncio.gather(*(run() for _ in range(9)))

    assert most == 2

import asyncio

from watcher.check.at_once import AT_ONCE, gathered


async def test_few_are_asked_at_once_and_all_are_answered_in_their_order() -> None:
    under_way, most = 0, 0

    async def ask(name: str) -> str:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        return name * 2

    names = [str(number) for number in range(50)]

    assert await gathered(ask, names) == [name * 2 for name in names]
    assert most == AT_ONCE

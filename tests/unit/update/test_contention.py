"""Updaters that begin at the same container at once try again some moments apart."""

import asyncio

import pytest

from watcher.update import contention


async def test_each_try_but_the_first_waits_for_a_moment_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    waited = list[float]()

    async def note(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", note)
    async with contention.tries() as tries:
        numbers = [number async for number in tries]

    assert len(numbers) > 1
    assert len(waited) == len(numbers) - 1
    assert len(set(waited)) > 1

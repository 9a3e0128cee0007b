"""A pull is told as it begins, goes on and ends, whatever its end."""

import asyncio
import time

import pytest

from watcher.host.publisher import Publisher
from watcher.host.pulls import told
from watcher.model.errors import RegistryError, Trouble
from watcher.model.events import Event
from watcher.model.registry_events import LayerOfPull, PullBegan, PullEnded, PullProgressed

LAYER = {"id": "aaa", "status": "Downloading", "progressDetail": {"current": 1, "total": 4}}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


async def test_a_pull_is_told_from_its_beginning_to_its_end(clock: list[float]) -> None:
    got = list[Event]()

    async with Publisher() as events:
        events.subscribe("test", got.append)
        with told(events, "app:1") as progress:
            progress(LAYER)
            clock[0] += 2

    parts = (LayerOfPull("aaa", "Downloading", 1, 4),)
    middle = PullProgressed("app:1", layers=1, bytes=1, bytes_total=4, parts=parts)
    assert got == [PullBegan("app:1"), middle, PullEnded("app:1", 2.0)]


async def test_of_many_lines_few_are_told_on(clock: list[float]) -> None:
    got = list[Event]()

    async with Publisher() as events:
        events.subscribe("test", got.append)
        with told(events, "app:1") as progress:
            progress({"status": "Pulling from app"})
            for _ in range(100):
                progress(LAYER)
                clock[0] += 0.01

    assert len([event for event in got if isinstance(event, PullProgressed)]) == 10


async def test_what_is_waited_for_is_told_at_once(clock: list[float]) -> None:
    got = list[Event]()

    async with Publisher() as events:
        events.subscribe("test", got.append)
        with told(events, "app:1") as progress:
            progress(LAYER)
            progress({"waits": "its registry to answer"})

    assert PullProgressed("app:1", waits="its registry to answer") in got
    assert clock == [100.0]


async def test_a_pull_that_fails_says_why_at_its_end() -> None:
    got, error = list[Event](), RegistryError("cannot pull app:1: no\nsuch tag", trouble=Trouble.NOT_FOUND)

    async with Publisher() as events:
        events.subscribe("test", got.append)
        with pytest.raises(RegistryError), told(events, "app:1"):
            raise error

    assert [event.why for event in got if isinstance(event, PullEnded)] == [str(error)]


async def test_what_comes_last_before_a_silence_is_told_too() -> None:
    told_of = asyncio.Queue[Event]()

    async with Publisher() as events:
        events.subscribe("test", told_of.put_nowait)
        with told(events, "app:1") as progress:
            progress(LAYER)
            progress(LAYER | {"id": "bbb"})
            layers = 0
            while layers < 2:
                event = await told_of.get()
                layers = event.layers if isinstance(event, PullProgressed) else 0

    assert layers == 2

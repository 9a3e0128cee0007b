"""Whether a container ended by itself, or for somebody stopped it, is read from the engine's events."""

from typing import Any

import pytest

from watcher.container.exits import End, ends, read, with_a_kill
from watcher.engine.client import Engine
from watcher.engine.endpoint import Endpoint

Event = dict[str, Any]


def kill(signal: str) -> Event:
    return {"Action": "kill", "Actor": {"Attributes": {"signal": signal}}}


def die(code: int) -> Event:
    return {"Action": "die", "Actor": {"Attributes": {"exitCode": str(code)}}}


START: Event = {"Action": "start", "Actor": {}}
STOP: Event = {"Action": "stop", "Actor": {}}


@pytest.mark.parametrize(
    ("events", "found"),
    [
        pytest.param([], [], id="nothing is known"),
        pytest.param([START, die(3)], [End(3)], id="it ended by itself"),
        pytest.param([START, kill("15"), die(0), STOP], [End(0, "stop")], id="docker stop, 20.10"),
        pytest.param([START, kill("15"), STOP, die(0)], [End(0, "stop")], id="docker stop, 26.1 and newer"),
        pytest.param([START, kill("9"), die(137)], [End(137, "9")], id="docker kill"),
        pytest.param([START, die(137), kill("9")], [End(137, "9")], id="told too late"),
        pytest.param([START, die(1), STOP], [End(1, "stop")], id="stopped between two starts"),
        pytest.param([START, kill("1"), die(1)], [End(1, "1")], id="it did not bear a signal"),
        pytest.param([die(0), START, die(0), START], [End(0), End(0)], id="it ends by design"),
        pytest.param([kill("15"), die(0), STOP, START, die(1)], [End(0, "stop"), End(1)], id="after a stop"),
    ],
)
def test_an_end_has_the_signal_that_came_before_it(events: list[Event], found: list[End]) -> None:
    assert read(events) == found


@pytest.mark.parametrize(
    ("signal", "wanted"),
    [("", False), ("1", False), ("10", False), ("9", True), ("15", True), ("stop", True)],
)
def test_only_some_signals_ask_for_an_end(signal: str, wanted: bool) -> None:
    assert End(1, signal).is_wanted == wanted


UNTOLD = End(137, "untold")


@pytest.mark.parametrize(
    ("known", "found"),
    [
        pytest.param([End(137)], [UNTOLD], id="killed once"),
        pytest.param([End(137, "9"), End(137)], [End(137, "9"), UNTOLD], id="once by the engine"),
        pytest.param([End(137), End(137)], [End(137), End(137)], id="time and again"),
        pytest.param([End(137), End(1)], [UNTOLD, End(1)], id="and it ended by itself"),
        pytest.param([End(1), End(143)], [End(1), End(143)], id="by itself alone"),
    ],
)
def test_one_kill_of_an_updater_that_nobody_tells_of_is_somebodys(known: list[End], found: list[End]) -> None:
    assert with_a_kill(known) == found
    assert not UNTOLD.is_wanted, "it goes back to running"


NOW = 4e7  # before it was made


class SetBack(Engine):
    """An engine whose clock shows an earlier time than that of a container's creation."""

    def __init__(self) -> None:
        super().__init__(Endpoint("", socket="/nowhere"))
        self.asked: list[dict[str, list[str]]] = []

    async def now(self) -> float:
        return NOW

    async def past_events(self, until: float, **filters: list[str]) -> list[Event]:
        assert until == NOW
        self.asked.append(filters)
        return [START, kill("15"), die(0), STOP]


async def test_how_it_ended_is_asked_whatever_the_clock_shows() -> None:
    engine = SetBack()

    assert await ends(engine, "a" * 64, is_over=True) == [End(0, "stop")]
    assert [each["container"] for each in engine.asked] == [["a" * 64]]

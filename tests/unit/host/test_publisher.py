"""Events reach all who listen, in order; who is slow, full or broken holds up nobody, and is told of."""

import asyncio

import pytest

from tests.testbed.attempts import ATTEMPT
from tests.unit.virtual_time import now, run
from watcher.host.publisher import Publisher
from watcher.model.events import EngineGone, Event, EventsDropped, SubscriberFailed
from watcher.model.update_events import Attempt, AttemptEnded


def event(number: int) -> Event:
    return EngineGone(str(number))


def numbers(events: list[Event]) -> list[int]:
    return [int(each.why) for each in events if isinstance(each, EngineGone)]


def told(events: list[Event], kind: type[Event]) -> list[Event]:
    return [each for each in events if isinstance(each, kind)]


async def test_all_who_listen_are_told_all_in_order() -> None:
    first, second = list[Event](), list[Event]()

    async def slowly(each: Event) -> None:
        await asyncio.sleep(0)
        second.append(each)

    async with Publisher() as events:
        events.subscribe("first", first.append)
        events.subscribe("second", slowly)
        for number in range(5):
            events.publish(event(number))

    assert numbers(first) == numbers(second) == [0, 1, 2, 3, 4]


async def test_what_is_published_to_nobody_is_nothing() -> None:
    async with Publisher() as events:
        events.publish(event(1))
        await events.ended(ATTEMPT)


async def test_one_that_is_full_loses_the_newest_which_are_counted_and_told_once() -> None:
    slow, quick, go_on = list[Event](), list[Event](), asyncio.Event()

    async def waits(each: Event) -> None:
        await go_on.wait()
        slow.append(each)

    async with Publisher(room=2) as events:
        events.subscribe("slow", waits)
        quickly = events.subscribe("quick", quick.append)
        for number in range(5):
            events.publish(event(number))
            await quickly.taken(10)
        assert numbers(quick) == [0, 1, 2, 3, 4]
        go_on.set()
        await events.flush()

    assert numbers(slow) == [0, 1, 2]
    assert told(quick, EventsDropped) == told(slow, EventsDropped) == [EventsDropped("slow", 2)]


@pytest.mark.parametrize("kind", [RuntimeError, KeyError, TimeoutError])
async def test_one_that_fails_is_told_of_once_and_goes_on(kind: type[Exception]) -> None:
    got, other = list[Event](), list[Event]()

    def fails(each: Event) -> None:
        got.append(each)
        raise kind("no\nsuch")

    async with Publisher() as events:
        events.subscribe("broken", fails)
        events.subscribe("other", other.append)
        for number in range(3):
            events.publish(event(number))

    assert numbers(got) == numbers(other) == [0, 1, 2]
    (failed,) = told(other, SubscriberFailed)
    assert failed.record["why"].startswith(f"{kind.__name__}: ")
    assert "\n" not in failed.record["why"]


def test_one_that_hangs_is_given_up_at_the_end_and_what_it_lost_is_told() -> None:
    other = list[Event]()

    async def hang(_: Event) -> None:
        await asyncio.Event().wait()

    async def scenario() -> float:
        async with Publisher() as events:
            events.subscribe("hanging", hang)
            events.subscribe("other", other.append)
            for number in range(4):
                events.publish(event(number))
        return now()

    assert 0 < run(scenario()) < 60
    assert numbers(other) == [0, 1, 2, 3]
    assert told(other, EventsDropped) == [EventsDropped("hanging", 3)]


def test_one_that_hangs_over_one_event_is_told_of_and_gets_the_next() -> None:
    got, other = list[Event](), list[Event]()

    async def hangs_once(each: Event) -> None:
        got.append(each)
        if len(got) == 1:
            await asyncio.Event().wait()

    async def scenario() -> None:
        async with Publisher() as events:
            subscription = events.subscribe("hanging", hangs_once)
            events.subscribe("other", other.append)
            events.publish(event(1))
            events.publish(event(2))
            await subscription.taken(1000)

    run(scenario())
    assert numbers(got) == [1, 2]
    assert told(other, SubscriberFailed) == [SubscriberFailed("hanging", "TimeoutError: ")]


class Kept:
    """A recorder."""

    def __init__(self, error: Exception | None = None) -> None:
        self.lines: list[tuple[str, Attempt]] = []
        self._error = error

    async def expect(self, attempt: Attempt) -> None:
        await self._keep("expected", attempt)

    async def record(self, attempt: Attempt) -> None:
        await self._keep("recorded", attempt)

    async def _keep(self, how: str, attempt: Attempt) -> None:
        self.lines.append((how, attempt))
        await asyncio.sleep(0)
        if self._error:
            raise self._error


async def test_an_attempt_is_recorded_before_anybody_goes_on() -> None:
    kept, got = Kept(), list[Event]()

    async with Publisher() as events:
        events.record_with("history", kept)
        events.subscribe("log", got.append)
        await events.expect(ATTEMPT)
        await events.ended(ATTEMPT)
        assert kept.lines == [("expected", ATTEMPT), ("recorded", ATTEMPT)]

    assert got == [AttemptEnded(ATTEMPT)]


async def test_a_recorder_that_fails_keeps_no_other_from_it_and_is_told_of_once() -> None:
    kept, got = Kept(), list[Event]()

    async with Publisher() as events:
        events.record_with("broken", Kept(OSError("disk full")))
        events.record_with("history", kept)
        events.subscribe("log", got.append)
        await events.expect(ATTEMPT)
        await events.ended(ATTEMPT)

    assert len(kept.lines) == 2
    assert told(got, SubscriberFailed) == [SubscriberFailed("broken", "OSError: disk full")]
    assert told(got, AttemptEnded) == [AttemptEnded(ATTEMPT)]


def test_a_recorder_that_hangs_is_given_up() -> None:
    class Hanging(Kept):
        async def _keep(self, how: str, attempt: Attempt) -> None:
            await super()._keep(how, attempt)
            await asyncio.Event().wait()

    async def scenario() -> float:
        async with Publisher() as events:
            events.record_with("hanging", Hanging())
            await events.ended(ATTEMPT)
        return now()

    assert run(scenario()) < 3600

"""A new image is taken once it has held its tag for long enough, by our own clock."""

import math
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from watcher.check import cooldown
from watcher.check.verdict import Status, Verdict
from watcher.model.reference import ImageRef, Tag
from watcher.store.state import Memory

RUNNING, NEW, NEWER, DIGEST, NEXT = (f"sha256:{digit * 64}" for digit in "12345")
TAG = Tag(ImageRef.parse("app:1"), "linux/amd64")
START, DAY = 1_800_000_000.0, 86_400.0
CURRENT = Verdict(Status.CURRENT, "app:1 is 111111111111", RUNNING, RUNNING)
OUTDATED = Verdict(Status.OUTDATED, "app:1 was 111111111111, is 222222222222", RUNNING, NEW)


async def here() -> str:
    return "HERE"


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    return Memory(tmp_path, here)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets our clock to so many seconds after the start: forward as time passes, and back as people do."""
    clock = clock_of(monkeypatch)
    clock(START)
    return lambda seconds: clock(START + seconds)


def clock_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """A function that sets the wall clock; where it goes forward, so does the one that nobody can set."""
    passed, shown = 0.0, math.inf

    def set_clock(seconds: float) -> None:
        nonlocal passed, shown
        passed, shown = passed + max(seconds - shown, 0), seconds
        monkeypatch.setattr(time, "time", lambda: seconds)
        monkeypatch.setattr(time, "clock_gettime", lambda _: passed)

    return set_clock


async def foreseen(memory: Memory, tag: Tag, found: Any, verdict: Verdict, seconds: float) -> Verdict:
    """What becomes of a verdict now, with what is noted on the way."""
    seen = await cooldown.noted(memory, tag, found, verdict)
    return cooldown.foreseen(verdict, tag.ref, found, seen, seconds, time.time()) if seen else verdict


def image(identity: str, *repo_digests: str) -> dict[str, Any]:
    return {"Id": identity, "RepoDigests": [f"app@{each}" for each in repo_digests]}


async def test_a_new_image_is_held_until_the_cooldown_is_over_and_then_taken(
    memory: Memory, at: Callable[[float], None]
) -> None:
    held = await foreseen(memory, TAG, image(NEW), OUTDATED, DAY)
    at(DAY - 1)
    still = await foreseen(memory, TAG, image(NEW), OUTDATED, DAY)
    at(DAY)
    taken = await foreseen(memory, TAG, image(NEW), OUTDATED, DAY)

    assert (held.status, held.until, held.target) == (Status.HELD, START + DAY, NEW)
    assert still == held
    assert taken == OUTDATED


async def test_it_says_what_comes_and_until_when(memory: Memory, at: Callable[[float], None]) -> None:
    at(0)
    held = await foreseen(memory, TAG, image(NEW), OUTDATED, DAY)

    reason, _, shown = held.reason.partition("; cooldown until ")
    assert reason == OUTDATED.reason
    assert datetime.fromisoformat(shown) == datetime.fromtimestamp(START + DAY, UTC)


async def test_dates_in_images_are_not_believed(memory: Memory, at: Callable[[float], None]) -> None:
    at(0)
    old = image(NEW) | {"Created": "1970-01-01T00:00:00Z"}

    assert (await foreseen(memory, TAG, old, OUTDATED, DAY)).status is Status.HELD


async def test_without_a_cooldown_nothing_is_held(memory: Memory, at: Callable[[float], None]) -> None:
    at(0)
    assert await foreseen(memory, TAG, image(NEW), OUTDATED, 0) == OUTDATED


async def test_the_clock_goes_on_over_a_restart(tmp_path: Path, at: Callable[[float], None]) -> None:
    await foreseen(Memory(tmp_path, here), TAG, image(NEW), OUTDATED, DAY)
    at(DAY)

    assert await foreseen(Memory(tmp_path, here), TAG, image(NEW), OUTDATED, DAY) == OUTDATED


async def test_a_tag_that_moves_on_starts_anew(memory: Memory, at: Callable[[float], None]) -> None:
    await foreseen(memory, TAG, image(NEW), OUTDATED, DAY)
    at(DAY - 1)

    assert (await foreseen(memory, TAG, image(NEWER), OUTDATED, DAY)).until == START + 2 * DAY - 1


async def test_each_platform_of_a_tag_has_its_own_clock(memory: Memory, at: Callable[[float], None]) -> None:
    await foreseen(memory, TAG, image(NEW), OUTDATED, DAY)
    at(DAY)

    other = Tag(TAG.ref, "linux/arm64")
    assert (await foreseen(memory, other, image(NEWER), OUTDATED, DAY)).until == START + 2 * DAY


async def test_the_time_that_it_waited_in_the_registry_counts(
    memory: Memory, at: Callable[[float], None]
) -> None:
    await memory.saw(str(TAG), {DIGEST}, RUNNING)
    at(DAY)

    assert await foreseen(memory, TAG, image(NEW, DIGEST), OUTDATED, DAY) == OUTDATED


async def test_what_the_registry_has_is_an_update_before_it_is_pulled(
    memory: Memory, at: Callable[[float], None]
) -> None:
    await memory.saw(str(TAG), {DIGEST}, RUNNING)
    held = await foreseen(memory, TAG, image(RUNNING), CURRENT, DAY)
    at(DAY)
    due = await foreseen(memory, TAG, image(RUNNING), CURRENT, DAY)

    assert (held.status, held.until) == (Status.HELD, START + DAY)
    assert (due.status, due.target) == (Status.OUTDATED, "")
    assert "app:1 is 444444444444 in its registry" in due.reason


async def test_what_the_registry_had_before_the_tag_moved_here_says_nothing(
    memory: Memory, at: Callable[[float], None]
) -> None:
    """A build or a load moved the tag: its new image is judged by its own time."""
    await memory.saw(str(TAG), {DIGEST}, RUNNING)
    at(DAY)

    built = await foreseen(memory, TAG, image(NEW), OUTDATED, DAY)
    assert (built.status, built.until) == (Status.HELD, START + 2 * DAY)
    assert await foreseen(memory, TAG, image(NEW), CURRENT, DAY) == CURRENT


async def test_what_is_current_here_and_there_stays_current(
    memory: Memory, at: Callable[[float], None]
) -> None:
    at(0)
    assert await foreseen(memory, TAG, image(RUNNING), CURRENT, DAY) == CURRENT
    await memory.saw(str(TAG), {DIGEST, NEXT}, RUNNING)

    assert await foreseen(memory, TAG, image(RUNNING, DIGEST), CURRENT, DAY) == CURRENT


async def test_a_clock_that_was_set_back_holds_for_no_longer_than_the_cooldown(
    memory: Memory, at: Callable[[float], None]
) -> None:
    await memory.saw(str(TAG), {NEW}, NEW)
    at(-10 * DAY)
    await memory.saw(str(TAG), {NEW}, NEW)

    assert (await foreseen(memory, TAG, image(NEW), OUTDATED, DAY)).until == START - 9 * DAY


async def test_a_clock_that_is_set_back_holds_nothing_longer(
    memory: Memory, monkeypatch: pytest.MonkeyPatch, at: Callable[[float], None]
) -> None:
    """A day of waiting is a day, whatever the clock said when it began."""
    await foreseen(memory, TAG, image(NEW), OUTDATED, DAY)
    at(DAY - 60)
    monkeypatch.setattr(time, "time", lambda: START - 60)
    held = await foreseen(memory, TAG, image(NEW), OUTDATED, DAY)
    at(DAY)
    monkeypatch.setattr(time, "time", lambda: START)

    assert (held.status, held.until) == (Status.HELD, START)
    assert await foreseen(memory, TAG, image(NEW), OUTDATED, DAY) == OUTDATED


async def test_a_clock_that_is_set_right_ends_no_cooldown(
    memory: Memory, monkeypatch: pytest.MonkeyPatch, at: Callable[[float], None]
) -> None:
    """A machine without a battery begins in 1970."""
    monkeypatch.setattr(time, "time", lambda: 5.0)
    await foreseen(memory, TAG, image(NEW), OUTDATED, DAY)
    at(60)

    held = await foreseen(memory, TAG, image(NEW), OUTDATED, DAY)

    assert (held.status, held.until) == (Status.HELD, START + DAY)


async def test_what_a_clock_that_was_ahead_wrote_down_holds_for_a_cooldown_and_no_longer(
    tmp_path: Path, at: Callable[[float], None]
) -> None:
    at(730 * DAY)
    await foreseen(Memory(tmp_path, here), TAG, image(NEW), OUTDATED, DAY)
    at(0)
    for again in (Memory(tmp_path, here), Memory(tmp_path, here)):
        held = await foreseen(again, TAG, image(NEW), OUTDATED, DAY)
        assert (held.status, held.until) == (Status.HELD, START + DAY)
        at(60)

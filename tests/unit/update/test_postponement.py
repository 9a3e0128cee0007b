"""An image is held back where it is to blame; "not now" and what others do meanwhile only put it off."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from tests.testbed.attempts import ATTEMPT
from tests.unit.state import here
from watcher.check.eligibility import For, Wait
from watcher.model.helper import Helper
from watcher.model.update_events import Attempt, ImageVersion
from watcher.store.decisions import Decision
from watcher.store.state import Memory
from watcher.update.postponement import is_failure, postponed, put_off
from watcher.update.report import begun, blamed

TARGET = "sha256:" + "d" * 64
HELPER = Helper(cid="h", name="up", old="a" * 64, target=TARGET, state="exited")
REFUSED = evolve(
    ATTEMPT,
    outcome="refused",
    new=ImageVersion(TARGET),
    why="up is not updated: its pre-update hook says not now (check) - try again later",
)


UNDONE = evolve(REFUSED, outcome="rolled back", why="up could not be updated: no such container")


@pytest.mark.parametrize("outcome", ["failed", "rolled back", "recovered", "refused", None])
@pytest.mark.parametrize("is_stuck", [True, False])
def test_an_image_that_is_blamed_is_not_tried_again_and_no_other(outcome: Any, *, is_stuck: bool) -> None:
    attempt = evolve(REFUSED, outcome=outcome) if outcome else None
    is_blamed = f"{begun()}\nsome words\n{blamed()}\n"

    assert is_failure(attempt, is_blamed, is_stuck=is_stuck) is (outcome != "refused")
    assert not is_failure(attempt, f"{begun()}\nsome words\n", is_stuck=is_stuck)


def test_one_for_which_no_helper_can_begin_is_not_tried_again() -> None:
    assert is_failure(None, "no such file\n", is_stuck=True)
    assert not is_failure(None, "no such file\n", is_stuck=False), "somebody stopped it"


def waited(folder: Path, attempt: Attempt | None, *noted: Decision) -> tuple[Wait | None, Memory]:
    memory = Memory(folder, here)

    async def work() -> Wait | None:
        for each in noted:
            await memory.decisions.note(each)
        return await postponed(memory.decisions, HELPER, attempt)

    return asyncio.run(work()), memory


def vetoed(memory: Memory, image: str) -> Decision | None:
    return asyncio.run(memory.decisions.read()).vetoed("up", image, time.time())


def test_not_now_is_a_wait_in_which_no_other_helper_is_made_for_that_image(tmp_path: Path) -> None:
    wait, memory = waited(tmp_path, REFUSED)

    assert wait is not None
    assert (wait.cause, wait.why) == (For.VETO, "its pre-update hook says not now (check) - try again later")
    assert time.time() < wait.until <= time.time() + 300
    veto = vetoed(memory, TARGET)
    assert veto is not None
    assert (veto.until, veto.why) == (wait.until, wait.why)
    assert vetoed(memory, "sha256:another") is None


def test_what_the_helper_has_noted_itself_counts(tmp_path: Path) -> None:
    until = time.time() + 1000
    wait, _ = waited(tmp_path, REFUSED, Decision("up", "veto", time.time(), until, TARGET, "hook", "busy"))

    assert wait == Wait(For.VETO, "busy", until)


@pytest.mark.parametrize("outcome", ["failed", "rolled back", "recovered", "updated", None])
def test_what_ended_otherwise_waits_for_nothing(tmp_path: Path, outcome: Any) -> None:
    wait, memory = waited(tmp_path, evolve(REFUSED, outcome=outcome) if outcome else None)

    assert wait is None
    assert vetoed(memory, TARGET) is None


def put_off_at(memory: Memory, now: float, attempt: Attempt | None, monkeypatch: pytest.MonkeyPatch) -> float:
    """Put it off at a moment; for how many seconds, 0 for not at all."""
    monkeypatch.setattr(time, "time", lambda: now)
    asyncio.run(put_off(memory.decisions, HELPER, attempt))
    veto = vetoed(memory, TARGET)
    return veto.until - now if veto else 0


def test_others_doing_puts_it_off_each_time_for_longer_whichever_process_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, waits = 1000.0, list[float]()
    for _ in range(12):
        waits.append(put_off_at(Memory(tmp_path, here), now, UNDONE, monkeypatch))
        now += waits[-1]

    assert waits == [10 * 2**n for n in range(9)] + [3600] * 3


def test_while_it_is_put_off_it_is_not_put_off_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Memory(tmp_path, here)

    assert [put_off_at(memory, now, UNDONE, monkeypatch) for now in (1000.0, 1004.0)] == [10, 6]


def test_why_it_is_put_off_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Memory(tmp_path, here)
    put_off_at(memory, 1000.0, UNDONE, monkeypatch)

    veto = vetoed(memory, TARGET)
    assert veto is not None
    assert veto.why == f"its update was undone, and the image is not to blame: {UNDONE.why}"


def test_the_wait_for_another_image_begins_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Memory(tmp_path, here)
    before = Decision("up", "veto", 0, 900, "sha256:another", "helper, blameless", "")
    asyncio.run(memory.decisions.note(before))

    assert put_off_at(memory, 1000.0, UNDONE, monkeypatch) == 10


@pytest.mark.parametrize("attempt", [None, REFUSED], ids=["told nothing", "refused"])
def test_what_stopped_nobody_is_not_put_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, attempt: Attempt | None
) -> None:
    assert put_off_at(Memory(tmp_path, here), 1000.0, attempt, monkeypatch) == 0

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
from watcher.model.update_events import ImageVersion
from watcher.store.decisions import Decision
from watcher.store.state import Memory
from watcher.update.own.postponement import Consequence, Failed, NotYet, Undone, consequence, keep
from watcher.update.own.report import begun, blamed

TARGET = "sha256:" + "d" * 64
OLD = "a" * 64
HELPER = Helper(cid="h", name="up", old=OLD, target=TARGET, state="exited")
REFUSED = evolve(
    ATTEMPT,
    outcome="refused",
    new=ImageVersion(TARGET),
    why="up is not updated: its pre-update hook says not now (check) - try again later",
)
UNDONE = evolve(REFUSED, outcome="rolled back", why="up could not be updated: no such container")
SAID = f"{begun()}\nsome words\n"
BLAMED = f"{SAID}{blamed()}\n"


@pytest.mark.parametrize("outcome", ["failed", "rolled back", "recovered", "updated"])
@pytest.mark.parametrize("is_stuck", [True, False])
def test_an_image_that_is_blamed_has_failed_and_another_waits(outcome: Any, *, is_stuck: bool) -> None:
    attempt = evolve(UNDONE, outcome=outcome)

    assert consequence(attempt, BLAMED, is_stuck=is_stuck) == Failed()
    assert consequence(attempt, SAID, is_stuck=is_stuck) == Undone(UNDONE.why)


@pytest.mark.parametrize("log", [SAID, BLAMED], ids=["said", "blamed"])
def test_not_now_is_never_a_failure(log: str) -> None:
    assert consequence(REFUSED, log, is_stuck=False) == NotYet(REFUSED.why)
    assert consequence(REFUSED, log, is_stuck=True) is None


def test_of_a_helper_that_told_nothing_nothing_follows_but_from_blame() -> None:
    assert [consequence(None, log, is_stuck=False) for log in (SAID, BLAMED)] == [None, Failed()]
    assert [consequence(None, log, is_stuck=True) for log in (SAID, BLAMED)] == [None, Failed()]


def test_where_no_helper_can_begin_the_image_has_failed() -> None:
    assert consequence(None, "no such file\n", is_stuck=True) == Failed()
    assert consequence(None, "no such file\n", is_stuck=False) is None, "somebody stopped it"


def kept(folder: Path, follows: Consequence, *noted: Decision) -> tuple[Wait | None, Memory]:
    memory = Memory(folder, here)

    async def work() -> Wait | None:
        for each in noted:
            await memory.decisions.note(each)
        return await keep(memory, HELPER, OLD, follows, "it ended with 1")

    return asyncio.run(work()), memory


def failed(memory: Memory) -> tuple[str, str] | None:
    failure = asyncio.run(memory.failure(OLD, "up"))
    return (failure.image, failure.reason) if failure else None


def vetoed(memory: Memory, image: str) -> Decision | None:
    return asyncio.run(memory.decisions.read()).vetoed("up", image, time.time())


def test_a_failure_is_kept_of_the_container_that_it_was_in(tmp_path: Path) -> None:
    wait, memory = kept(tmp_path, Failed())

    assert (wait, vetoed(memory, TARGET)) == (None, None)
    assert failed(memory) == (TARGET, "it ended with 1")


def test_not_now_is_a_wait_in_which_no_other_helper_is_made_for_that_image(tmp_path: Path) -> None:
    wait, memory = kept(tmp_path, NotYet(REFUSED.why))

    assert wait is not None
    assert (wait.cause, wait.why) == (For.VETO, "its pre-update hook says not now (check) - try again later")
    assert time.time() < wait.until <= time.time() + 300
    veto = vetoed(memory, TARGET)
    assert veto is not None
    assert (veto.until, veto.why) == (wait.until, wait.why)
    assert (vetoed(memory, "sha256:another"), failed(memory)) == (None, None)


def test_what_the_helper_has_noted_itself_counts(tmp_path: Path) -> None:
    until = time.time() + 1000
    before = Decision("up", "veto", time.time(), until, TARGET, "hook", "busy")
    wait, _ = kept(tmp_path, NotYet(REFUSED.why), before)

    assert wait == Wait(For.VETO, "busy", until)


def put_off_at(memory: Memory, now: float, monkeypatch: pytest.MonkeyPatch) -> float:
    """Put it off at a moment; for how many seconds."""
    monkeypatch.setattr(time, "time", lambda: now)
    assert asyncio.run(keep(memory, HELPER, OLD, Undone(UNDONE.why), UNDONE.why)) is None
    veto = vetoed(memory, TARGET)
    return veto.until - now if veto else 0


def test_others_doing_puts_it_off_each_time_for_longer_whichever_process_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, waits = 1000.0, list[float]()
    for _ in range(12):
        waits.append(put_off_at(Memory(tmp_path, here), now, monkeypatch))
        now += waits[-1]

    assert waits == [10 * 2**n for n in range(9)] + [3600] * 3


def test_while_it_is_put_off_it_is_not_put_off_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Memory(tmp_path, here)

    assert [put_off_at(memory, now, monkeypatch) for now in (1000.0, 1004.0)] == [10, 6]


def test_why_it_is_put_off_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Memory(tmp_path, here)
    put_off_at(memory, 1000.0, monkeypatch)

    veto = vetoed(memory, TARGET)
    assert veto is not None
    assert veto.why == f"its update was undone, and the image is not to blame: {UNDONE.why}"


def test_the_wait_for_another_image_begins_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Memory(tmp_path, here)
    before = Decision("up", "veto", 0, 900, "sha256:another", "helper, blameless", "")
    asyncio.run(memory.decisions.note(before))

    assert put_off_at(memory, 1000.0, monkeypatch) == 10


def test_where_nothing_follows_nothing_is_kept(tmp_path: Path) -> None:
    wait, memory = kept(tmp_path, None)

    assert (wait, vetoed(memory, TARGET), failed(memory)) == (None, None, None)

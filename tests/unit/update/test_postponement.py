"""What a helper could not do holds an image back; "not now" and "could not say" only put it off."""

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
from watcher.update.postponement import is_failure, postponed

TARGET = "sha256:" + "d" * 64
HELPER = Helper(cid="h", name="up", old="a" * 64, target=TARGET, state="exited")
REFUSED = evolve(
    ATTEMPT,
    outcome="refused",
    new=ImageVersion(TARGET),
    why="up is not updated: its pre-update hook says not now (check) - try again later",
)


@pytest.mark.parametrize(
    ("outcome", "code", "is_stuck", "expected"),
    [
        ("failed", 0, False, True),
        ("rolled back", 0, False, True),
        ("failed", 137, False, False),
        ("refused", 0, False, False),
        ("recovered", 0, False, False),
        ("updated", 0, False, False),
        ("refused", 0, True, True),
        (None, 0, False, False),
        (None, 1, False, False),
        (None, 1, True, True),
    ],
)
def test_only_what_failed_or_could_not_begin_is_not_tried_again(
    outcome: Any, code: int, *, is_stuck: bool, expected: bool
) -> None:
    attempt = evolve(REFUSED, outcome=outcome) if outcome else None

    assert is_failure(attempt, code, is_stuck=is_stuck) is expected


def put_off(folder: Path, attempt: Attempt | None, *noted: Decision) -> tuple[Wait | None, Memory]:
    memory = Memory(folder, here)

    async def work() -> Wait | None:
        for each in noted:
            await memory.decisions.note(each)
        return await postponed(memory.decisions, HELPER, attempt)

    return asyncio.run(work()), memory


def vetoed(memory: Memory, image: str) -> Decision | None:
    return asyncio.run(memory.decisions.read()).vetoed("up", image, time.time())


def test_not_now_is_a_wait_in_which_no_other_helper_is_made_for_that_image(tmp_path: Path) -> None:
    wait, memory = put_off(tmp_path, REFUSED)

    assert wait is not None
    assert (wait.cause, wait.why) == (For.VETO, "its pre-update hook says not now (check) - try again later")
    assert time.time() < wait.until <= time.time() + 300
    veto = vetoed(memory, TARGET)
    assert veto is not None
    assert (veto.until, veto.why) == (wait.until, wait.why)
    assert vetoed(memory, "sha256:another") is None


def test_what_the_helper_has_noted_itself_counts(tmp_path: Path) -> None:
    until = time.time() + 1000
    wait, _ = put_off(tmp_path, REFUSED, Decision("up", "veto", time.time(), until, TARGET, "hook", "busy"))

    assert wait == Wait(For.VETO, "busy", until)


@pytest.mark.parametrize("outcome", ["failed", "rolled back", "recovered", "updated", None])
def test_what_ended_otherwise_waits_for_nothing(tmp_path: Path, outcome: Any) -> None:
    wait, memory = put_off(tmp_path, evolve(REFUSED, outcome=outcome) if outcome else None)

    assert wait is None
    assert vetoed(memory, TARGET) is None

"""What the daemon could not ask for is unknown, until it is answered or moves here."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.state import files, here
from watcher.check import last_answers
from watcher.check.last_answers import answered, note
from watcher.check.verdict import Status, Verdict, cooling, held
from watcher.model.errors import RegistryError, Resting, Trouble
from watcher.model.reference import ImageRef, Tag
from watcher.store.state import Memory

LOCAL, NEWER = (f"sha256:{digit * 64}" for digit in "12")
TAG, OTHER = (Tag(ImageRef.parse(text), "linux/amd64") for text in ("app:1", "app:2"))
CURRENT = Verdict(Status.CURRENT, "app:1 is 111111111111", LOCAL, LOCAL)
OUTDATED = Verdict(Status.OUTDATED, "app:1 was 111111111111, is 222222222222", LOCAL, NEWER)
START = 1_800_000_000.0
DOWN = RegistryError("no route to host", trouble=Trouble.UNREACHABLE, advice="see the network")


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets our clock to so many seconds after the start."""

    def set_clock(seconds: float) -> None:
        monkeypatch.setattr(time, "time", lambda: START + seconds)

    set_clock(0)
    return set_clock


async def unanswered(memory: Memory, tag: Tag, local: str, verdict: Verdict) -> Verdict:
    """What becomes of a verdict by what is noted of its tag."""
    asked = await memory.asked(str(tag))
    return last_answers.unanswered(verdict, asked, local) if asked else verdict


async def test_what_had_no_answer_is_unknown_with_the_reason_and_since_when(
    memory: Memory, at: Callable[[float], None]
) -> None:
    for seconds in (0, 60):
        at(seconds)
        await note(memory, TAG, LOCAL, DOWN)

    found = await unanswered(memory, TAG, LOCAL, CURRENT)

    since = time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(START))
    assert (found.status, found.running, found.target) == (Status.UNKNOWN, LOCAL, "")
    assert found.reason.startswith(f"since {since}")
    assert found.reason.endswith(": no route to host")


async def test_the_next_process_reads_it(memory: Memory, tmp_path: Path) -> None:
    await note(memory, TAG, LOCAL, DOWN)

    assert (await unanswered(Memory(tmp_path, here), TAG, LOCAL, CURRENT)).status is Status.UNKNOWN


async def test_an_answer_ends_it_and_another_failure_begins_anew(
    memory: Memory, at: Callable[[float], None]
) -> None:
    await note(memory, TAG, LOCAL, DOWN)
    await note(memory, TAG, LOCAL, None)
    assert await unanswered(memory, TAG, LOCAL, CURRENT) == CURRENT

    at(3600)
    await note(memory, TAG, LOCAL, DOWN)

    found = await memory.asked(str(TAG))
    assert found
    assert (found.when, found.since, found.why) == (START + 3600, START + 3600, "no route to host")


async def test_another_image_here_ends_it_until_that_cannot_be_asked_for_either(
    memory: Memory, at: Callable[[float], None]
) -> None:
    await note(memory, TAG, LOCAL, DOWN)
    assert await unanswered(memory, TAG, NEWER, CURRENT) == CURRENT

    at(60)
    await note(memory, TAG, NEWER, DOWN)

    found = await memory.asked(str(TAG))
    assert found
    assert (found.since, (await unanswered(memory, TAG, NEWER, CURRENT)).status) == (
        START + 60,
        Status.UNKNOWN,
    )


@pytest.mark.parametrize(
    "verdict",
    [
        OUTDATED,
        held(OUTDATED, NEWER, "it crashed"),
        cooling(OUTDATED, START, "then"),
        Verdict(Status.UNKNOWN, "app:1 is not in the local image cache", LOCAL),
    ],
)
async def test_what_is_known_without_the_registry_stands(memory: Memory, verdict: Verdict) -> None:
    await note(memory, TAG, LOCAL, DOWN)

    assert await unanswered(memory, TAG, LOCAL, verdict) == verdict


async def test_a_tag_that_nobody_asked_for_is_judged_from_here(memory: Memory) -> None:
    await note(memory, TAG, LOCAL, DOWN)

    assert await unanswered(memory, OTHER, LOCAL, CURRENT) == CURRENT


async def test_while_a_registry_is_left_alone_the_cause_of_that_is_said(memory: Memory) -> None:
    resting = Resting("left alone, after: no route to host", trouble=Trouble.UNREACHABLE)
    await note(memory, TAG, LOCAL, DOWN)
    await note(memory, TAG, LOCAL, resting)
    await note(memory, OTHER, LOCAL, None)
    await note(memory, OTHER, LOCAL, resting)

    reasons = [(await unanswered(memory, tag, LOCAL, CURRENT)).reason for tag in (TAG, OTHER)]

    assert [re.sub("^since .*?: ", "", reason) for reason in reasons] == [
        "no route to host",
        "left alone, after: no route to host",
    ]


async def test_an_answer_that_somebody_else_had_ends_it_and_begins_nothing(memory: Memory) -> None:
    await note(memory, TAG, LOCAL, DOWN)
    for tag in (TAG, OTHER):
        await answered(memory, tag)

    assert await unanswered(memory, TAG, LOCAL, CURRENT) == CURRENT
    assert await memory.asked(str(OTHER)) is None


async def test_what_is_not_asked_for_any_more_is_forgotten(memory: Memory) -> None:
    for tag in (TAG, OTHER):
        await note(memory, tag, LOCAL, DOWN)

    await memory.drop_asked_but([str(OTHER)])

    found = [(await unanswered(memory, tag, LOCAL, CURRENT)).status for tag in (TAG, OTHER)]
    assert found == [Status.CURRENT, Status.UNKNOWN]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"when": "x"}', '{"when": NaN, "since": 0}'])
async def test_what_cannot_be_read_is_as_if_nobody_had_asked(
    memory: Memory, tmp_path: Path, text: str
) -> None:
    await note(memory, TAG, LOCAL, DOWN)
    (path,) = files(tmp_path)
    path.write_text(text)

    assert await unanswered(memory, TAG, LOCAL, CURRENT) == CURRENT

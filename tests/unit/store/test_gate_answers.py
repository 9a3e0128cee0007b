"""What gates said: kept by definition and digest, and written into the history."""

import json
from pathlib import Path
from typing import Any

import pytest
from attrs import asdict

from tests.unit.state import files, here
from tests.unit.store.test_state_engines import of
from watcher.store.gate_answers import GateAnswer, GateQuestion
from watcher.store.state import Memory

IMAGE = "docker.io/library/web@sha256:" + "1" * 64
ASKED = GateQuestion("web", "signed", "d1", IMAGE, "daemon")
PASSED = GateAnswer("passed", "the gate signed lets it pass", 1000.0)
UNKNOWN = GateAnswer("unknown", "the gate signed could not say", 1000.0, 1, 1060.0)


async def rows(memory: Memory) -> list[dict[str, Any]]:
    return await memory.history.last(10)


async def test_an_answer_is_read_by_the_next_process(memory: Memory, tmp_path: Path) -> None:
    assert await memory.gates.of("d1", IMAGE) is None

    await memory.gates.keep(ASKED, PASSED, 1.5)

    assert await Memory(tmp_path, here).gates.of("d1", IMAGE) == PASSED


async def test_it_is_of_that_definition_that_image_and_that_engine(memory: Memory, tmp_path: Path) -> None:
    await memory.gates.keep(ASKED, PASSED, 1.5)

    assert await memory.gates.of("d2", IMAGE) is None
    assert await memory.gates.of("d1", IMAGE.replace("1", "2")) is None
    assert await of(tmp_path, "THERE").gates.of("d1", IMAGE) is None


async def test_the_history_says_which_gate_judged_which_digest(memory: Memory) -> None:
    await memory.gates.keep(ASKED, PASSED, 1.5)

    (row,) = await rows(memory)
    assert {key: row[key] for key in ("name", "kind", "outcome", "gate", "image", "by", "why", "took_s")} == {
        "name": "web",
        "kind": "gate",
        "outcome": "passed",
        "gate": "signed",
        "image": IMAGE,
        "by": "daemon",
        "why": "the gate signed lets it pass",
        "took_s": 1.5,
    }
    assert (row["old"], row["new"]) == (None, None)


async def test_of_several_that_could_not_say_the_first_is_a_row(memory: Memory) -> None:
    again = GateAnswer("unknown", "the gate signed could not say", 1060.0, 2, 1180.0)

    await memory.gates.keep(ASKED, UNKNOWN, 1.5)
    await memory.gates.keep(ASKED, again, 1.5)

    assert await memory.gates.of("d1", IMAGE) == again
    assert [row["outcome"] for row in await rows(memory)] == ["unknown"]


@pytest.mark.parametrize(
    "changed",
    [
        {"result": "perhaps"},
        {"result": ["passed"]},
        {"at": "then"},
        {"until": float("inf")},
        {"tries": None},
    ],
)
async def test_a_record_that_cannot_be_read_is_no_answer(
    memory: Memory, tmp_path: Path, changed: dict[str, Any]
) -> None:
    await memory.gates.keep(ASKED, PASSED, 1.5)
    (path,) = [path for path in files(tmp_path) if path.parts[-3] == "gates"]

    path.write_text(json.dumps(asdict(PASSED) | changed))

    assert await memory.gates.of("d1", IMAGE) is None

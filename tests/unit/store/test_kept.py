"""Which images a container ran: kept by its engine and name, and read from whatever stands there."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.state import files, here
from tests.unit.store.test_state_engines import of
from watcher.model.kept import Kept
from watcher.store.kept import Former, tagged
from watcher.store.state import Memory

OLD = Kept("sha256:1", 1000.0, "1.0", "app@sha256:9", is_tagged=True)
NEW = Kept("sha256:2", 2000.0)
WEB = Former("web", "c" * 64, (NEW, OLD))


async def test_what_was_noted_is_read_by_the_next_process(memory: Memory, tmp_path: Path) -> None:
    await memory.former.keep(WEB)

    again = Memory(tmp_path, here).former
    assert await again.of("web") == WEB
    assert await again.all() == [WEB]


async def test_it_is_each_engines_own(memory: Memory, tmp_path: Path) -> None:
    await memory.former.keep(WEB)

    there = of(tmp_path, "THERE").former
    assert await there.of("web") == Former("web", "")
    assert await there.all() == []


async def test_what_is_left_is_the_first_and_stands_there_once() -> None:
    assert [each.image for each in WEB.left(OLD).images] == ["sha256:1", "sha256:2"]


async def test_the_list_does_not_grow_without_end() -> None:
    former = WEB
    for number in range(200):
        former = former.left(Kept(f"sha256:{number}", 3000.0 + number))

    assert len(former.images) == 100


async def test_a_container_of_which_nothing_is_known_has_no_file(memory: Memory, tmp_path: Path) -> None:
    await memory.former.keep(WEB)
    await memory.former.keep(Former("web", ""))

    assert files(tmp_path) == []


async def test_what_bears_our_tag_is_told_of_all_containers() -> None:
    assert tagged([WEB, Former("db", "", (Kept("sha256:3", 1.0, is_tagged=True),))]) == {
        "sha256:1",
        "sha256:3",
    }


@pytest.mark.parametrize(
    "change",
    [
        {"images": None},
        {"images": [{}]},
        {"images": ["sha256:1"]},
        {"images": [{"image": 1, "since": 1.0}]},
        {"images": [{"image": "a", "since": "then"}]},
        {"images": [{"image": "a", "since": 1e999}]},
        {"images": [{"image": "a", "since": 1.0, "is_tagged": "yes"}]},
        {"images": [{"image": "a", "since": 1.0, "more": 1}]},
        {"name": 1},
        {"cid": None},
    ],
    ids=str,
)
async def test_a_record_that_is_garbage_says_nothing(
    memory: Memory, tmp_path: Path, change: dict[str, Any]
) -> None:
    await memory.former.keep(WEB)
    (file,) = files(tmp_path)
    file.write_text(json.dumps(json.loads(file.read_text()) | change))

    assert await memory.former.of("web") == Former("web", "")
    assert await memory.former.all() == []

"""One state folder for several engines, containers that are made anew, and what an older version left."""

import json
import os
import time
from pathlib import Path
from typing import Any

from tests.unit.state import files
from watcher.model.errors import EngineUnavailable
from watcher.store.failures import Seen
from watcher.store.state import Memory

ID, OTHER = (f"sha256:{letter * 64}" for letter in "ab")
IMAGE: dict[str, Any] = {"Id": ID, "Os": "linux", "Config": {"Cmd": ["x"]}}
OLD, NEW = "1" * 64, "2" * 64
TAG = "docker.io/library/app:1 linux/amd64"
AN_AGE = 366 * 86400


def of(folder: Path, engine: str) -> Memory:
    async def identify() -> str:
        return engine

    return Memory(folder, identify)


def age(folder: Path) -> None:
    for path in files(folder):
        os.utime(path, (time.time() - AN_AGE,) * 2)


def left_by_the_last_version(folder: Path, kind: str, name: str, value: object) -> Path:
    path = folder / kind / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))
    return path


async def test_a_container_made_anew_by_hand_does_not_inherit_what_failed(memory: Memory) -> None:
    await memory.keep_failure(OLD, ID, "it crashed")

    assert await memory.failure(NEW, "web") is None


async def test_a_container_that_an_update_made_anew_inherits_what_failed(
    memory: Memory, tmp_path: Path
) -> None:
    await memory.keep_failure(OLD, ID, "it crashed")
    before = await memory.failure(OLD, "web")

    await memory.carry(OLD, NEW)

    assert before
    assert await of(tmp_path, "HERE").failure(NEW, "web") == before
    assert await memory.failure(OLD, "web") is None


async def test_a_container_that_stayed_keeps_what_failed(memory: Memory) -> None:
    await memory.keep_failure(OLD, ID, "it crashed")

    await memory.carry(OLD, OLD)

    assert await memory.failure(OLD, "web")


async def test_a_failure_is_kept_though_the_engine_went_away(tmp_path: Path) -> None:
    async def gone() -> str:
        raise EngineUnavailable("cannot ask for the engine's settings")

    await Memory(tmp_path, gone).keep_failure(OLD, ID, "it crashed")

    assert await of(tmp_path, "HERE").failure(OLD, "web")


async def test_what_failed_by_name_is_taken_over_by_the_container_that_has_the_name(
    memory: Memory, tmp_path: Path
) -> None:
    old = {"image": ID, "reason": "it crashed", "when": "2026-01-01T00:00:00+00:00"}
    path = left_by_the_last_version(tmp_path, "failed", "web_1.a-b", old)

    found = [await memory.failure(OLD, "web_1.a-b") for _ in range(2)]

    assert [each and each.reason for each in found] == ["it crashed"] * 2
    assert await memory.failure(NEW, "web_1.a-b") is None
    assert not path.exists()


async def test_images_of_the_last_version_are_still_known_and_taken_over(
    memory: Memory, tmp_path: Path
) -> None:
    left_by_the_last_version(tmp_path, "images", ID.removeprefix("sha256:"), IMAGE)

    assert memory.image(ID) == IMAGE
    await memory.clear({OLD}, {ID})
    assert memory.image(ID) == IMAGE


async def test_since_when_a_tag_has_meant_its_image_is_taken_over(memory: Memory, tmp_path: Path) -> None:
    await memory.saw(TAG, {"a"}, ID)
    (path,) = files(tmp_path)
    old = {"identities": ["a"], "since": 1000.0, "local": ID, "tag": TAG}
    left_by_the_last_version(tmp_path, "seen", path.stem, old)
    path.unlink()

    assert await of(tmp_path, "HERE").saw(TAG, {"a"}, ID) == Seen(("a",), 1000, ID)


async def test_what_a_tag_means_here_is_each_engines_own(memory: Memory, tmp_path: Path) -> None:
    there = of(tmp_path, "THERE")
    for each, local in ((memory, ID), (there, OTHER)):
        await each.saw(TAG, {"a"}, local)

    seen = [await of(tmp_path, engine).seen(TAG) for engine in ("HERE", "THERE")]

    assert [each and each.local for each in seen] == [ID, OTHER]


async def test_what_is_gone_is_forgotten_and_nothing_of_another_engine(
    memory: Memory, tmp_path: Path
) -> None:
    there = of(tmp_path, "THERE")
    for each, cid in ((memory, OLD), (there, NEW)):
        await each.keep_failure(cid, ID, "it crashed")
        await each.keep_image(IMAGE)
    age(tmp_path)

    await memory.clear({"3" * 64}, {OTHER})

    assert await memory.failure(OLD, "web") is None
    assert await memory.failure(NEW, "web")
    assert memory.image(ID)
    await there.clear({NEW}, {OTHER})
    assert memory.image(ID) is None


async def test_what_is_there_stays(memory: Memory, tmp_path: Path) -> None:
    await memory.keep_failure(OLD, ID, "it crashed")
    await memory.keep_image(IMAGE)
    age(tmp_path)

    await memory.clear({OLD}, {ID})

    assert await memory.failure(OLD, "web")
    assert memory.image(ID)


async def test_what_was_just_written_stays_for_its_container_may_have_come_after_the_look(
    memory: Memory,
) -> None:
    await memory.keep_failure(OLD, ID, "it crashed")

    await memory.clear(set(), set())

    assert await memory.failure(OLD, "web")


async def test_tags_that_nobody_asked_for_for_a_long_time_are_forgotten(
    memory: Memory, tmp_path: Path
) -> None:
    await memory.saw(TAG, {"a"}, ID)
    await memory.saw("other", {"a"}, ID)
    age(tmp_path)
    await memory.saw(TAG, {"a"}, ID)

    await memory.clear(set(), set())

    assert [json.loads(path.read_text())["tag"] for path in files(tmp_path)] == [TAG]


async def test_what_a_killed_process_left_beside_is_removed(memory: Memory, tmp_path: Path) -> None:
    await memory.keep_failure(OLD, ID, "it crashed")
    (kept,) = files(tmp_path)
    left = kept.with_name("tmp-abc")
    left.write_text("{")
    age(tmp_path)

    await memory.clear({OLD}, set())

    assert files(tmp_path) == [kept]


async def test_the_same_containers_are_not_looked_through_again(memory: Memory, tmp_path: Path) -> None:
    await memory.clear({OLD}, set())
    await memory.keep_failure(NEW, ID, "it crashed")
    age(tmp_path)

    await memory.clear({OLD}, set())
    assert await memory.failure(NEW, "web")

    await memory.clear(set(), set())
    assert await memory.failure(NEW, "web") is None


async def test_what_failed_is_each_engines_own_though_the_ids_were_the_same(
    memory: Memory, tmp_path: Path
) -> None:
    """As in two copies of one virtual machine, which were told apart by their engines."""
    there = of(tmp_path, "THERE")
    for each, image in ((memory, ID), (there, OTHER)):
        await each.keep_failure(OLD, image, "it crashed")
    found = [await each.failure(OLD, "web") for each in (memory, there)]
    assert [each and each.image for each in found] == [ID, OTHER]

    await there.carry(OLD, NEW)
    await there.forget_failure(NEW)

    left = await memory.failure(OLD, "web")
    assert left
    assert left.image == ID


async def test_what_failed_is_still_known_while_the_engine_is_away(tmp_path: Path) -> None:
    answers = ["HERE"]

    async def identify() -> str:
        if not answers:
            raise EngineUnavailable("cannot ask for the engine's settings")
        return answers[0]

    memory = Memory(tmp_path, identify)
    await memory.keep_failure(OLD, ID, "it crashed")
    answers.clear()

    assert await memory.failure(OLD, "web")

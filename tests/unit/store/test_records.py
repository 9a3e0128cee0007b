"""A state folder that cannot be written, names that no file system takes, and files that cannot be read."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.state import files, full_disk, here
from tests.unit.store.test_gate_answers import ASKED, PASSED
from tests.unit.store.test_gate_answers import IMAGE as JUDGED
from watcher.host.notes import Notes
from watcher.model.kept import Kept
from watcher.store.failures import LastQuestion
from watcher.store.kept import Former
from watcher.store.keys import Key
from watcher.store.records import Records
from watcher.store.state import Memory

CID, IMAGE = "1" * 64, f"sha256:{'a' * 64}"


async def test_on_a_full_disk_failures_are_kept_in_memory_and_nothing_is_left_behind(
    memory: Memory, tmp_path: Path
) -> None:
    with full_disk():
        await memory.keep_failure(CID, IMAGE, "it crashed")

        found = await memory.failure(CID, "web")

    assert found
    assert (found.image, found.reason) == (IMAGE, "it crashed")
    assert "too large" in memory.said_once()
    assert files(tmp_path) == []


async def test_the_last_failure_counts_where_only_the_first_could_be_written(memory: Memory) -> None:
    await memory.keep_failure(CID, "sha256:1", "it crashed")
    with full_disk():
        await memory.keep_failure(CID, "sha256:2", "it crashed again")

    found = await memory.failure(CID, "web")
    assert found
    assert found.image == "sha256:2"


async def test_what_could_not_be_written_is_written_once_that_is_possible(
    memory: Memory, tmp_path: Path
) -> None:
    with full_disk():
        await memory.keep_failure(CID, IMAGE, "it crashed")
    assert await Memory(tmp_path, here).failure(CID, "web") is None

    await memory.clear({CID}, set())

    assert await Memory(tmp_path, here).failure(CID, "web")


async def test_in_a_folder_that_cannot_be_made_what_is_remembered_is_also_forgotten() -> None:
    memory = Memory(Path("/proc/nowhere"), here)
    await memory.keep_failure(CID, IMAGE, "it crashed")
    assert await memory.failure(CID, "web")

    await memory.forget_failure(CID)

    assert await memory.failure(CID, "web") is None


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Lets seconds pass."""
    now = time.monotonic

    def passes(seconds: float) -> None:
        monkeypatch.setattr(time, "monotonic", lambda: now() + seconds)

    return passes


async def test_what_cannot_be_written_outlives_its_container_no_longer_than_what_can(
    later: Callable[[float], None],
) -> None:
    """A container that is not there yet may be of an update that is under way."""
    memory = Memory(Path("/proc/nowhere"), here)
    await memory.keep_failure(CID, IMAGE, "it crashed")

    await memory.clear(set(), set())
    assert await memory.failure(CID, "web")

    later(3600)
    await memory.clear(set(), set())
    assert await memory.failure(CID, "web") is None


async def test_what_a_tag_has_meant_and_cannot_be_written_outlives_whoever_comes_and_goes(
    later: Callable[[float], None],
) -> None:
    memory = Memory(Path("/proc/nowhere"), here)
    seen = await memory.saw("tag", {"a"}, IMAGE)
    assert memory.said_once()

    for day, containers in enumerate(({CID}, set[str](), {CID}), 28):
        later(86400 * day)
        await memory.clear(containers, set())
        assert await memory.seen("tag") == seen

    later(86400 * 61)
    await memory.clear(set(), set())
    assert await memory.seen("tag") is None


async def test_what_failed_can_be_tried_again_though_its_file_cannot_be_removed(tmp_path: Path) -> None:
    records = Records(tmp_path)
    path = records.path("failed", Key("HERE", CID))
    path.mkdir(parents=True)

    records.write(path, None)

    assert records.fault
    assert records.read(path) is None

    path.rmdir()
    records.write_again()
    assert not records.fault


async def test_what_another_process_is_just_writing_stays_and_what_a_killed_one_left_goes(
    memory: Memory, tmp_path: Path
) -> None:
    await memory.keep_asked("tag", LastQuestion(0, 0, "", IMAGE))
    (asked,) = files(tmp_path)
    drafts = [asked.with_name(f"tmp-{which}") for which in ("young", "old")]
    for draft in drafts:
        draft.write_text("{")
    os.utime(drafts[1], (0, 0))

    await memory.drop_asked_but(["tag"])

    assert [draft.exists() for draft in drafts] == [True, False]
    assert await memory.asked("tag")


async def test_a_folder_that_nobody_can_look_into_holds_nothing(tmp_path: Path) -> None:
    """Its name is one that no file system takes, which root is refused as well."""
    memory = Memory(tmp_path / ("w" * 300), here)

    assert memory.image(IMAGE) is None
    assert await memory.failure(CID, "web") is None
    assert await memory.former.all() == []
    assert await Notes(tmp_path / ("w" * 300), here).names() == frozenset()

    await memory.keep_failure(CID, IMAGE, "it crashed")
    assert await memory.failure(CID, "web")
    await memory.clear(set(), set())


@pytest.mark.parametrize("name", ["w" * 255, "w/../../etc/passwd", "w\0b", "ü", "\udce9"])
async def test_every_name_has_a_file(memory: Memory, tmp_path: Path, name: str) -> None:
    async with memory.claims.take(name) as ours:
        assert ours
        assert len(files(tmp_path)) == 1
    await memory.saw(name, {"a"}, IMAGE)
    await memory.keep_failure(name, IMAGE, "it crashed")

    assert memory.said_once() == ""
    assert await Memory(tmp_path, here).failure(name, name)
    assert await Memory(tmp_path, here).seen(name)
    assert len(files(tmp_path)) == 2


@pytest.mark.parametrize(
    "content",
    [
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"image": {}, "reason": [], "when": 1}',
        '{"since": 1' + "0" * 400 + "}",
    ],
    ids=["lists", "objects", "types", "number"],
)
async def test_what_cannot_be_read_counts_as_nothing(memory: Memory, tmp_path: Path, content: str) -> None:
    await memory.keep_failure(CID, IMAGE, "it crashed")
    await memory.keep_image({"Id": IMAGE})
    await memory.saw("tag", {"a"}, IMAGE)
    for path in files(tmp_path):
        path.write_text(content)
    again = Memory(tmp_path, here)

    assert await again.failure(CID, "web") is None
    assert await again.seen("tag") is None
    assert again.image(IMAGE) in (None, json.loads(content) if len(content) < 1000 else None)


@pytest.mark.parametrize(
    "seconds",
    [10**400, 1e308, 1e12, -1e12, float("nan"), float("inf")],
    ids=["no float", "1e308", "1e12", "-1e12", "nan", "inf"],
)
async def test_a_record_of_a_moment_that_is_no_date_says_nothing(tmp_path: Path, seconds: float) -> None:
    memory = Memory(tmp_path, here)
    await memory.saw("app:1", {IMAGE}, IMAGE)
    await memory.keep_asked("app:1", LastQuestion(1.0, 1.0, "why", IMAGE))
    await memory.former.keep(Former("web", CID, (Kept(IMAGE, 1.0),)))
    await memory.gates.keep(ASKED, PASSED, 1.0)
    for file in files(tmp_path):
        if file.suffix == ".json":
            file.write_text(json.dumps(_with_moments(json.loads(file.read_text()), seconds)))

    again = Memory(tmp_path, here)
    assert await again.seen("app:1") is None
    assert await again.asked("app:1") is None
    assert await again.gates.of(ASKED.definition, JUDGED) is None
    assert (await again.former.of("web")).images == ()


def _with_moments(found: object, seconds: float) -> object:
    """The same with another moment wherever there is one."""
    if isinstance(found, list):
        return [_with_moments(each, seconds) for each in found]
    if isinstance(found, dict):
        return {key: _with_moments(each, seconds) for key, each in found.items()}
    return seconds if isinstance(found, float) else found

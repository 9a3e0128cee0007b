"""What is kept in the state folder, and that its loss is no harm."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.check.test_cooldown import clock_of
from tests.unit.state import files, here
from watcher.model.errors import NotKept
from watcher.store.database import FILE
from watcher.store.failures import Injected, Seen
from watcher.store.state import Memory

ID = f"sha256:{'a' * 64}"
IMAGE: dict[str, Any] = {
    "Id": ID,
    "Os": "linux",
    "Architecture": "amd64",
    "Config": {"Cmd": ["x"]},
    "Size": 5,
}


async def test_a_failure_is_remembered_by_the_next_process(memory: Memory, tmp_path: Path) -> None:
    await memory.keep_failure("web", "sha256:1", "it crashed")

    found = await Memory(tmp_path, here).failure("web", "web")

    assert found
    assert (found.image, found.reason) == ("sha256:1", "it crashed")


async def test_a_failure_is_its_containers_own(memory: Memory) -> None:
    await memory.keep_failure("web", "sha256:1", "it crashed")

    assert await memory.failure("db", "db") is None


async def test_the_last_failure_counts(memory: Memory) -> None:
    for image in ("sha256:1", "sha256:2"):
        await memory.keep_failure("web", image, "it crashed")

    found = await memory.failure("web", "web")
    assert found
    assert found.image == "sha256:2"


async def test_a_failure_can_be_forgotten_and_forgetting_nothing_is_fine(memory: Memory) -> None:
    await memory.keep_failure("web", "sha256:1", "it crashed")

    for _ in range(2):
        await memory.forget_failure("web")

    assert await memory.failure("web", "web") is None


async def test_of_an_image_only_what_recreating_needs_is_kept(memory: Memory) -> None:
    await memory.keep_image(IMAGE)

    assert memory.image(ID) == {key: IMAGE[key] for key in IMAGE if key != "Size"}


async def test_an_image_that_is_kept_is_not_written_again(memory: Memory, tmp_path: Path) -> None:
    await memory.keep_image(IMAGE)
    (file,) = files(tmp_path)
    file.write_text('{"Id": "as it was"}')

    await memory.keep_image(IMAGE)

    assert memory.image(ID) == {"Id": "as it was"}


@pytest.mark.parametrize("content", ["", "{", "[]", "null"])
async def test_a_file_that_is_garbage_is_nothing_remembered(
    memory: Memory, tmp_path: Path, content: str
) -> None:
    await memory.keep_failure("web", "sha256:1", "it crashed")
    (file,) = files(tmp_path)
    file.write_text(content)

    assert await memory.failure("web", "web") is None


async def test_a_failure_of_another_version_of_the_program_is_no_crash(
    memory: Memory, tmp_path: Path
) -> None:
    await memory.keep_failure("web", "sha256:1", "it crashed")
    (file,) = files(tmp_path)
    file.write_text('{"image": "sha256:1", "reason": "it crashed", "when": "then", "more": 1}')

    found = await memory.failure("web", "web")

    assert found is None or found.image == "sha256:1"


async def test_nothing_is_left_beside_what_is_kept(memory: Memory, tmp_path: Path) -> None:
    for _ in range(3):
        await memory.keep_failure("web", "sha256:1", "it crashed")

    assert len(files(tmp_path)) == 1


async def test_a_folder_that_cannot_be_written_is_said_once_and_stops_nothing() -> None:
    memory = Memory(Path("/proc/nowhere"), here)

    await memory.keep_failure("web", "sha256:1", "it crashed")
    async with memory.claims.take("web") as ours:
        assert ours

    assert "/proc/nowhere" in memory.said_once()
    assert [memory.said_once() for _ in range(2)] == ["", ""]


async def test_that_no_lock_can_be_made_where_all_else_can_be_kept_is_said_once(
    memory: Memory, tmp_path: Path
) -> None:
    (tmp_path / "locks").write_text("in their way")

    async with memory.claims.take("web"):
        assert "locks" in memory.said_once()
    assert [memory.said_once() for _ in range(2)] == ["", ""]


async def test_of_the_database_nothing_more_is_said_where_nothing_at_all_can_be_kept() -> None:
    memory = Memory(Path("/proc/nowhere"), here)

    with pytest.raises(NotKept):
        await memory.decisions.release("web", "cli")

    assert memory.said_once()
    assert memory.unsaid() == []


async def test_a_database_that_was_put_aside_is_said_once(memory: Memory, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"garbage" * 1000)

    await memory.decisions.release("web", "cli")

    assert memory.said_once() == ""
    assert [FILE in line for line in memory.unsaid()] == [True]
    assert memory.unsaid() == []


TAG = "docker.io/library/app:1 linux/amd64"


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets our clock."""
    return clock_of(monkeypatch)


async def test_a_tag_that_was_never_seen_means_nothing(memory: Memory) -> None:
    assert await memory.seen(TAG) is None


async def test_what_a_tag_means_is_remembered_by_the_next_process(
    memory: Memory, tmp_path: Path, at: Callable[[float], None]
) -> None:
    at(1000)
    seen = await memory.saw(TAG, {"sha256:2", "sha256:1"}, ID)

    assert seen == Seen(("sha256:1", "sha256:2"), 1000, ID)
    assert [await each.seen(TAG) for each in (memory, Memory(tmp_path, here))] == [seen, seen]


async def test_what_a_tag_means_is_its_own(memory: Memory) -> None:
    await memory.saw(TAG, {"sha256:1"}, ID)

    assert await memory.seen(TAG.replace("amd64", "arm64")) is None


async def test_the_time_goes_on_while_it_is_the_same_image(
    memory: Memory, at: Callable[[float], None]
) -> None:
    """One identity in common is enough: an index that moved for other platforms keeps our manifest."""
    for moment, identities in enumerate([{"a"}, {"a", "b"}, {"b", "c"}], 1000):
        at(moment)
        await memory.saw(TAG, identities, ID)

    assert await memory.seen(TAG) == Seen(("b", "c"), 1000, ID)


async def test_the_time_begins_anew_with_another_image_and_with_one_that_comes_back(
    memory: Memory, at: Callable[[float], None]
) -> None:
    since = []
    for moment, identity in enumerate("aba", 1000):
        at(moment)
        since.append((await memory.saw(TAG, {identity}, ID)).since)

    assert since == [1000, 1001, 1002]


async def test_a_clock_that_was_set_back_is_followed(memory: Memory, at: Callable[[float], None]) -> None:
    since = []
    for moment in (1000, 10, 1000):
        at(moment)
        since.append((await memory.saw(TAG, {"a"}, ID)).since)

    assert since == [1000, 10, 10]


async def test_what_a_tag_meant_here_is_the_last_that_was_noted(memory: Memory) -> None:
    for local in ("", ID):
        await memory.saw(TAG, {"a"}, local)

    seen = await memory.seen(TAG)
    assert seen
    assert seen.local == ID


async def test_what_is_the_same_as_before_is_not_written_again(memory: Memory, tmp_path: Path) -> None:
    await memory.saw(TAG, {"a"}, ID)
    (file,) = files(tmp_path)
    file.unlink()

    await memory.saw(TAG, {"a"}, ID)

    assert not file.exists()


async def test_a_folder_that_cannot_be_written_keeps_what_was_seen_for_the_process(
    at: Callable[[float], None],
) -> None:
    memory = Memory(Path("/proc/nowhere"), here)
    for moment in (1000, 2000):
        at(moment)
        await memory.saw(TAG, {"a"}, ID)

    assert await memory.seen(TAG) == Seen(("a",), 1000, ID)
    assert "/proc/nowhere" in memory.said_once()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "null",
        "{}",
        '{"identities": ["a"], "since": 1}',
        '{"identities": 1, "since": 1, "local": ""}',
        '{"identities": ["a"], "since": "then", "local": ""}',
        '{"identities": ["a"], "since": null, "local": ""}',
    ],
)
async def test_a_file_that_is_garbage_is_no_tag_seen(memory: Memory, tmp_path: Path, content: str) -> None:
    await memory.saw(TAG, {"a"}, ID)
    (file,) = files(tmp_path)
    file.write_text(content)

    assert await Memory(tmp_path, here).seen(TAG) is None


async def test_the_file_of_a_tag_names_it(memory: Memory, tmp_path: Path) -> None:
    """Its own name is a digest, which tells a person nothing."""
    await memory.saw(TAG, {"a"}, ID)

    (file,) = files(tmp_path)
    assert json.loads(file.read_text())["tag"] == TAG


async def test_what_was_put_into_a_container_is_remembered_by_the_next_process(
    memory: Memory, tmp_path: Path
) -> None:
    put = Injected("2026-01-02T03:04:05Z", {"/run/secrets/a": "2026-01-02T03:04:00Z"})
    await memory.keep_injected("1", put)

    assert await Memory(tmp_path, here).injected("1") == put
    assert await memory.injected("2") is None


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "null",
        "{}",
        '{"started": "x"}',
        '{"started": 1, "files": {}}',
        '{"started": "x", "files": []}',
        '{"started": "x", "files": {"/a": 1}}',
    ],
)
async def test_a_file_that_is_garbage_is_nothing_put_into_a_container(
    memory: Memory, tmp_path: Path, content: str
) -> None:
    await memory.keep_injected("1", Injected("x", {}))
    (file,) = files(tmp_path)
    file.write_text(content)

    assert await Memory(tmp_path, here).injected("1") is None

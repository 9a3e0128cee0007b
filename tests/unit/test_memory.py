"""What is kept in the state folder, and that its loss is no harm."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from watcher.memory import Memory, Seen

ID = f"sha256:{'a' * 64}"
IMAGE: dict[str, Any] = {
    "Id": ID,
    "Os": "linux",
    "Architecture": "amd64",
    "Config": {"Cmd": ["x"]},
    "Size": 5,
}


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    return Memory(tmp_path)


def test_a_failure_is_remembered_by_the_next_process(memory: Memory, tmp_path: Path) -> None:
    memory.keep_failure("web", "sha256:1", "it crashed")

    found = Memory(tmp_path).failure("web")

    assert found
    assert (found.image, found.reason) == ("sha256:1", "it crashed")


def test_a_failure_is_its_containers_own(memory: Memory) -> None:
    memory.keep_failure("web", "sha256:1", "it crashed")

    assert memory.failure("db") is None


def test_the_last_failure_counts(memory: Memory) -> None:
    for image in ("sha256:1", "sha256:2"):
        memory.keep_failure("web", image, "it crashed")

    found = memory.failure("web")
    assert found
    assert found.image == "sha256:2"


def test_a_failure_can_be_forgotten_and_forgetting_nothing_is_fine(memory: Memory) -> None:
    memory.keep_failure("web", "sha256:1", "it crashed")

    for _ in range(2):
        memory.forget_failure("web")

    assert memory.failure("web") is None


def test_of_an_image_only_what_recreating_needs_is_kept(memory: Memory) -> None:
    memory.keep_image(IMAGE)

    assert memory.image(ID) == {key: IMAGE[key] for key in IMAGE if key != "Size"}


def test_images_that_nothing_runs_from_are_dropped(memory: Memory) -> None:
    other = IMAGE | {"Id": f"sha256:{'b' * 64}"}
    memory.keep_image(IMAGE)
    memory.keep_image(other)

    memory.drop_images_but({str(other["Id"])})

    assert (memory.image(ID), memory.image(str(other["Id"])) is not None) == (None, True)


@pytest.mark.parametrize("content", ["", "{", "[]", "null"])
def test_a_file_that_is_garbage_is_nothing_remembered(memory: Memory, tmp_path: Path, content: str) -> None:
    memory.keep_failure("web", "sha256:1", "it crashed")
    (file,) = (path for path in tmp_path.rglob("*") if path.is_file())
    file.write_text(content)

    assert memory.failure("web") is None


def test_a_failure_of_another_version_of_the_program_is_no_crash(memory: Memory, tmp_path: Path) -> None:
    memory.keep_failure("web", "sha256:1", "it crashed")
    (file,) = (path for path in tmp_path.rglob("*") if path.is_file())
    file.write_text('{"image": "sha256:1", "reason": "it crashed", "when": "then", "more": 1}')

    found = memory.failure("web")

    assert found is None or found.image == "sha256:1"


def test_nothing_is_left_beside_what_is_kept(memory: Memory, tmp_path: Path) -> None:
    for _ in range(3):
        memory.keep_failure("web", "sha256:1", "it crashed")

    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_a_folder_that_cannot_be_written_is_said_once_and_stops_nothing() -> None:
    memory = Memory(Path("/proc/nowhere"))

    memory.keep_failure("web", "sha256:1", "it crashed")
    with memory.claim("web") as ours:
        assert ours

    assert "/proc/nowhere" in memory.said_once()
    assert memory.said_once() == ""
    assert memory.failure("web") is None


def test_a_claim_keeps_another_process_out_until_it_ends(memory: Memory, tmp_path: Path) -> None:
    asks = (
        "import sys, pathlib; from watcher.memory import Memory\n"
        "with Memory(pathlib.Path(sys.argv[1])).claim('web') as ours: print(ours)"
    )

    def another() -> str:
        command = [sys.executable, "-c", asks, str(tmp_path)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    with memory.claim("web") as ours:
        assert (ours, another()) == (True, "False")
        with memory.claim("db") as free:
            assert free
    assert another() == "True"


TAG = "docker.io/library/app:1 linux/amd64"


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets our clock."""
    return lambda seconds: monkeypatch.setattr(time, "time", lambda: seconds)


def test_a_tag_that_was_never_seen_means_nothing(memory: Memory) -> None:
    assert memory.seen(TAG) is None


def test_what_a_tag_means_is_remembered_by_the_next_process(
    memory: Memory, tmp_path: Path, at: Callable[[float], None]
) -> None:
    at(1000)
    seen = memory.saw(TAG, {"sha256:2", "sha256:1"}, ID)

    assert seen == Seen(("sha256:1", "sha256:2"), 1000, ID)
    assert memory.seen(TAG) == Memory(tmp_path).seen(TAG) == seen


def test_what_a_tag_means_is_its_own(memory: Memory) -> None:
    memory.saw(TAG, {"sha256:1"}, ID)

    assert memory.seen(TAG.replace("amd64", "arm64")) is None


def test_the_time_goes_on_while_it_is_the_same_image(memory: Memory, at: Callable[[float], None]) -> None:
    """One identity in common is enough: an index that moved for other platforms keeps our manifest."""
    for moment, identities in enumerate([{"a"}, {"a", "b"}, {"b", "c"}], 1000):
        at(moment)
        memory.saw(TAG, identities, ID)

    assert memory.seen(TAG) == Seen(("b", "c"), 1000, ID)


def test_the_time_begins_anew_with_another_image_and_with_one_that_comes_back(
    memory: Memory, at: Callable[[float], None]
) -> None:
    since = []
    for moment, identity in enumerate("aba", 1000):
        at(moment)
        since.append(memory.saw(TAG, {identity}, ID).since)

    assert since == [1000, 1001, 1002]


def test_a_clock_that_was_set_back_is_followed(memory: Memory, at: Callable[[float], None]) -> None:
    since = []
    for moment in (1000, 10, 1000):
        at(moment)
        since.append(memory.saw(TAG, {"a"}, ID).since)

    assert since == [1000, 10, 10]


def test_what_a_tag_meant_here_is_the_last_that_was_noted(memory: Memory) -> None:
    for local in ("", ID):
        memory.saw(TAG, {"a"}, local)

    seen = memory.seen(TAG)
    assert seen
    assert seen.local == ID


def test_what_is_the_same_as_before_is_not_written_again(memory: Memory, tmp_path: Path) -> None:
    memory.saw(TAG, {"a"}, ID)
    (file,) = (path for path in tmp_path.rglob("*") if path.is_file())
    file.unlink()

    memory.saw(TAG, {"a"}, ID)

    assert not file.exists()


def test_a_folder_that_cannot_be_written_keeps_what_was_seen_for_the_process(
    at: Callable[[float], None],
) -> None:
    memory = Memory(Path("/proc/nowhere"))
    for moment in (1000, 2000):
        at(moment)
        memory.saw(TAG, {"a"}, ID)

    assert memory.seen(TAG) == Seen(("a",), 1000, ID)
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
def test_a_file_that_is_garbage_is_no_tag_seen(memory: Memory, tmp_path: Path, content: str) -> None:
    memory.saw(TAG, {"a"}, ID)
    (file,) = (path for path in tmp_path.rglob("*") if path.is_file())
    file.write_text(content)

    assert Memory(tmp_path).seen(TAG) is None


def test_the_file_of_a_tag_names_it(memory: Memory, tmp_path: Path) -> None:
    """Its own name is a digest, which tells a person nothing."""
    memory.saw(TAG, {"a"}, ID)

    (file,) = (path for path in tmp_path.rglob("*") if path.is_file())
    assert json.loads(file.read_text())["tag"] == TAG

"""What is kept in the state folder, and that its loss is no harm."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from watcher.memory import Memory

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

"""A state directory as the version before keys had the engine in them wrote it, file by file."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.state import files, here
from watcher.host.notes import Notes
from watcher.store.failures import Failure, LastQuestion, Seen
from watcher.store.state import Memory

ENGINE = "687cfafe0bdfa6af"  # of "HERE"
TAG, TAG_FILE = (
    "docker.io/library/app:1 linux/amd64",
    "2cc57f8c6f1ad89943dc1558c530093454ab85fb816f5a2a5bd9a3ab61152522",
)
LONG, LONG_FILE = "w" * 70, "4c6302c98444848792518982f04b94cbd81237a9d97dd7ce8590668dd0ac08e5"
CID, OTHER, IMAGE = "1" * 64, "2" * 64, f"sha256:{'a' * 64}"
PAYLOAD = {"body": {"Image": "app"}, "platform": "", "connect": {}, "networks": [], "assumed": []}
DRAFT = {"payload": PAYLOAD, "image": IMAGE, "files": "", "doubts": []}
PART = {
    "marker": f"web.ctr-updater-new-r-{CID[:12]}-0123456789ab",
    "old": CID,
    "kept": CID,
    "new": OTHER,
    "back": DRAFT,
    "on": DRAFT,
    "origin": "",
    "again": "",
}
FILES: dict[str, Any] = {
    f"failed/{ENGINE}/{CID}.json": {"image": IMAGE, "reason": "it crashed", "when": "2026-11-01T00:00:00"},
    f"images/{ENGINE}/{'a' * 64}.json": {"Id": IMAGE, "Os": "linux", "Config": {"Cmd": ["x"]}},
    f"seen/{ENGINE}/{TAG_FILE}.json": {"identities": ["b"], "since": 1000.0, "local": IMAGE, "tag": TAG},
    f"asked/{ENGINE}/{TAG_FILE}.json": {"when": 9.0, "since": 8.0, "why": "no", "local": "", "tag": TAG},
    f"open/{ENGINE}/web.json": {"name": "web", "since": 1000.0, "parts": [PART], "networks": {}},
}
# What a running process of that version does for a claim.
HOLD = (
    "import fcntl, sys; file = open(sys.argv[1], 'a'); fcntl.flock(file, fcntl.LOCK_EX);"
    "print('held', flush=True); sys.stdin.read()"
)


@pytest.fixture
def left(tmp_path: Path) -> Path:
    """The directory."""
    for name, value in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(value))
    (tmp_path / "home").write_text("b08e68f0")
    return tmp_path


@contextlib.contextmanager
def held(lock: Path) -> Iterator[None]:
    """Have a lock held by another process."""
    command = [sys.executable, "-c", HOLD, str(lock)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        yield
        process.communicate()


async def test_failures_answers_images_and_tags_are_known(left: Path) -> None:
    memory = Memory(left, here)

    assert await memory.failure(CID, "web") == Failure(IMAGE, "it crashed", "2026-11-01T00:00:00")
    assert await memory.asked(TAG) == LastQuestion(9.0, 8.0, "no", "")
    assert await memory.seen(TAG) == Seen(("b",), 1000.0, IMAGE)
    assert memory.image(IMAGE) == FILES[f"images/{ENGINE}/{'a' * 64}.json"]
    assert memory.claims.home == "b08e68f0"


async def test_they_are_renewed_where_they_stand(left: Path) -> None:
    memory = Memory(left, here)
    before = {*files(left)}

    await memory.keep_failure(CID, IMAGE, "again")
    await memory.keep_asked(TAG, LastQuestion(9.0, 9.0, "", ""))
    await memory.saw(TAG, {"c"}, IMAGE)
    await memory.keep_image({"Id": IMAGE})

    assert {*files(left)} == before


async def test_an_open_update_is_still_noted(left: Path) -> None:
    notes = Notes(left, here)

    assert await notes.names() == {"web"}
    (note,) = await notes.of("web")
    assert [part.new for part in note.parts] == [OTHER]


@pytest.mark.parametrize(("name", "file"), [("web", "web"), (LONG, LONG_FILE)])
async def test_what_a_running_process_of_that_version_has_claimed_is_its_own(
    left: Path, name: str, file: str
) -> None:
    lock = left / "locks" / ENGINE / file
    lock.parent.mkdir(parents=True)
    with held(lock):
        async with Memory(left, here).claims.take(name) as is_ours:
            assert not is_ours
    async with Memory(left, here).claims.take(name) as is_ours:
        assert is_ours


async def test_what_was_kept_before_the_engine_could_be_asked_counts(left: Path) -> None:
    unasked = left / "failed" / "e3b0c44298fc1c14" / f"{OTHER}.json"
    unasked.parent.mkdir()
    unasked.write_text(json.dumps({"image": IMAGE, "reason": "it crashed", "when": "then"}))
    memory = Memory(left, here)

    assert await memory.failure(OTHER, "db") == Failure(IMAGE, "it crashed", "then")
    await memory.forget_failure(OTHER)
    assert await memory.failure(OTHER, "db") is None

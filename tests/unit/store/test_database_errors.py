"""What is told of a database that cannot be used: what was tried, on what, what came of it, what to do."""

import contextlib
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.store.test_database import database, noted
from tests.unit.store.test_database_trouble import filled
from watcher.model.errors import NotKept
from watcher.store.database import FILE

# In a file system of its own, which is gone with the process: `full`, `of no more files` or `read-only`.
SPOILT = """
import asyncio, pathlib, subprocess, sys
from tests.unit.store.test_database import UNREAD, database, note, noted
from watcher.model.errors import NotKept

disk, (spoil, begun) = pathlib.Path(sys.argv[1]), sys.argv[2:]

def mount(*options):
    subprocess.run(["mount", "-t", "tmpfs", "-o", *options, "tmpfs", disk], check=True)

def fill():
    with (disk / "big").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))

def crowd():
    for number in range(100):
        (disk / str(number)).touch()

async def main():
    if begun == "begun":
        await database(disk).write(lambda connection: note("first", connection))
    try:
        {"full": fill, "of no more files": crowd, "read-only": lambda: mount("remount,ro")}[spoil]()
    except OSError:
        pass
    own = database(disk)
    print(*await own.read(noted, UNREAD))
    try:
        await own.write(lambda connection: note("never", connection))
    except NotKept as error:
        print(error)
    print(*await own.read(noted, UNREAD))
    print(len(own.unsaid()))

mount("size=512k,nr_inodes=20")
asyncio.run(main())
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a file system")
@pytest.mark.parametrize(("begun", "read"), [("begun", "first"), ("new", "?")])
@pytest.mark.parametrize(
    ("spoil", "answer"),
    [
        ("full", "No space left on device"),
        ("of no more files", "No space left on device"),
        ("read-only", "Read-only file system"),
    ],
)
def test_what_the_system_answers_is_told_once_with_the_file_and_what_to_do(
    tmp_path: Path, spoil: str, answer: str, begun: str, read: str
) -> None:
    command = ["unshare", "--mount", sys.executable, "-c", SPOILT, str(tmp_path), spoil, begun]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3]
    ).stdout.splitlines()

    before, line, after, said = done
    assert (before, after, said) == (read, read, "1")
    assert line.startswith(f"the database {tmp_path / FILE} cannot be used: writing failed: {answer}")
    assert line.endswith("- see that its directory can be written, and has space left")
    assert "readonly" not in line
    assert "unreadable" not in line


async def test_who_keeps_it_locked_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("watcher.store.database.BUSY_S", 0.001)
    path = await filled(tmp_path)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(NotKept) as raised:
            await database(tmp_path).write(noted)

    assert str(raised.value) == (
        f"the database {path} cannot be used: writing failed: another process has kept it locked for 20 s"
        f" - try again; `fuser {path}` names who has it open"
    )

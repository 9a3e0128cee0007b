"""What cannot be read is put aside, what cannot be written stops nothing; each is said once."""

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.unit.state import full_disk
from tests.unit.store.test_database import NOTES, NOTHING, UNREAD, database, note, noted
from watcher.model.errors import NotKept
from watcher.store.database import FILE, Database


def garbage(path: Path) -> None:
    path.write_bytes(b"this is no database" * 1000)


def truncated(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(6000)


def header_only(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(50)


def zeros(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def directory(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "something").touch()


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def somebody_elses_data(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE theirs (text TEXT)")
    connection.close()


BROKEN = [garbage, truncated, header_only, zeros, directory, pipe, somebody_elses_data]
Break = Callable[[Path], None]


async def filled(folder: Path) -> Path:
    """A database of several pages, all of them used."""

    def fifty(connection: sqlite3.Connection) -> None:
        for _ in range(50):
            note("x" * 1000, connection)

    await database(folder).write(fifty)
    return folder / FILE


def put_aside(folder: Path) -> list[Path]:
    return list(folder.glob(f"{FILE}.unreadable-20*"))


@pytest.mark.parametrize("broken", BROKEN)
async def test_what_cannot_be_read_is_put_aside_and_begun_anew(tmp_path: Path, broken: Break) -> None:
    broken(await filled(tmp_path))
    own = database(tmp_path)

    await own.write(noted)
    await own.write(lambda connection: note("new", connection))

    assert await own.read(noted, NOTHING) == ["new"]
    assert len(put_aside(tmp_path)) == 1
    (line,) = own.unsaid()
    assert put_aside(tmp_path)[0].name in line
    assert own.unsaid() == []


@pytest.mark.parametrize("broken", BROKEN)
async def test_who_only_reads_finds_nothing_then(tmp_path: Path, broken: Break) -> None:
    broken(await filled(tmp_path))
    own = database(tmp_path)

    assert await own.read(noted, NOTHING) == []
    assert await own.read(noted, NOTHING) == []
    assert len(own.unsaid()) == 1


async def test_what_was_put_aside_is_as_it_was(tmp_path: Path) -> None:
    path = await filled(tmp_path)
    garbage(path)
    before = path.read_bytes()

    await database(tmp_path).write(noted)

    assert put_aside(tmp_path)[0].read_bytes() == before


async def test_the_log_of_what_is_put_aside_goes_with_it(tmp_path: Path) -> None:
    path = await filled(tmp_path)
    garbage(path)
    path.with_name(f"{FILE}-wal").write_bytes(b"log")

    await database(tmp_path).write(noted)

    log = next(path for path in put_aside(tmp_path) if path.name.endswith("-wal"))
    assert log.read_bytes() == b"log"


FINDS = """
import asyncio, pathlib, sys
from tests.unit.store.test_database import database, note

own = database(pathlib.Path(sys.argv[1]))
sys.stdin.readline()
asyncio.run(own.write(lambda connection: note("new", connection)))
print(len(own.unsaid()))
"""


def begun(code: str, folder: Path) -> "subprocess.Popen[str]":
    """A process that waits for a line, then writes, and prints how much it has to say of the database."""
    return subprocess.Popen(
        [sys.executable, "-c", code, str(folder)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3],
    )  # fmt: skip


def run(code: str, folder: Path) -> str:
    return begun(code, folder).communicate("go\n")[0]


async def test_of_several_that_find_it_one_puts_it_aside(tmp_path: Path) -> None:
    garbage(await filled(tmp_path))
    started = [begun(FINDS, tmp_path) for _ in range(4)]
    for process in started:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate()[0] for process in started]

    assert await database(tmp_path).read(noted, NOTHING) == ["new"] * 4
    assert len(put_aside(tmp_path)) == 1
    assert sorted(said) == ["0\n", "0\n", "0\n", "1\n"]


async def test_a_newer_version_is_left_alone_and_said_once(tmp_path: Path) -> None:
    newer = Database(tmp_path, [NOTES, ("CREATE TABLE more (text TEXT)",)])
    await newer.write(lambda connection: note("theirs", connection))
    own = database(tmp_path)

    for _ in range(2):
        with pytest.raises(NotKept, match="newer version"):
            await own.write(noted)
    assert await own.read(noted, UNREAD) == UNREAD

    assert len(own.unsaid()) == 1
    assert await newer.read(noted, NOTHING) == ["theirs"]
    assert put_aside(tmp_path) == []


NOBODY = FINDS.replace(
    "own =", "import concurrent.futures.thread, os, sqlite3; os.setgid(65534); os.setuid(65534)\nown ="
)


LOOKS = """
import asyncio, concurrent.futures.thread, os, pathlib, sqlite3, sys
from tests.unit.store.test_database import database, noted
from watcher.model.errors import NotKept

os.setgid(65534); os.setuid(65534)
sys.stdin.readline()
try:
    asyncio.run(database(pathlib.Path(sys.argv[1])).read_there(noted, []))
except NotKept as error:
    print(error)
"""


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    """A folder that everybody may enter: where pytest keeps its own, root alone may go."""
    with TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        (Path(name) / "state").mkdir()
        yield Path(name) / "state"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody else")
async def test_a_file_of_somebody_else_is_put_aside(tmp_path: Path, elsewhere: Path) -> None:
    (await filled(tmp_path)).rename(elsewhere / FILE)
    os.chown(elsewhere, 65534, 65534)

    assert run(NOBODY, elsewhere) == "1\n"
    assert len(put_aside(elsewhere)) == 1
    assert await database(elsewhere).read(noted, NOTHING) == ["new"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_where_nobody_may_look_there_may_be_a_database(elsewhere: Path) -> None:
    asyncio.run(filled(elsewhere))
    elsewhere.chmod(0o700)

    assert "cannot be used: reading failed: Permission denied" in run(LOOKS, elsewhere)


@pytest.mark.parametrize("folder", ["/proc/nowhere", "/dev/null/state"])
async def test_where_there_can_be_no_database_there_is_nothing_to_read(folder: str) -> None:
    assert await database(Path(folder)).read_there(noted, NOTHING) == NOTHING


@pytest.mark.parametrize("folder", ["/proc/nowhere", "/dev/null/state"])
async def test_where_there_can_be_no_state_directory_that_is_said_once(folder: str) -> None:
    own = database(Path(folder))

    for _ in range(2):
        with pytest.raises(NotKept, match=folder):
            await own.write(noted)
        assert await own.read(noted, UNREAD) == UNREAD

    assert len(own.unsaid()) == 1


async def test_a_full_disk_is_said_once_and_loses_nothing(tmp_path: Path) -> None:
    path = await filled(tmp_path)
    own = database(tmp_path)

    with full_disk():
        for _ in range(2):
            with pytest.raises(NotKept, match=str(path)):
                await own.write(lambda connection: note("never", connection))
        assert len(await own.read(noted, NOTHING)) == 50

    assert len(own.unsaid()) == 1
    await own.write(lambda connection: note("after", connection))
    assert (await own.read(noted, NOTHING))[50:] == ["after"]
    assert put_aside(tmp_path) == []


async def test_a_disk_that_is_full_from_the_beginning_begins_later(tmp_path: Path) -> None:
    own = database(tmp_path)
    with full_disk(), pytest.raises(NotKept):
        await own.write(noted)

    await own.write(lambda connection: note("after", connection))

    assert await own.read(noted, NOTHING) == ["after"]
    assert put_aside(tmp_path) == []

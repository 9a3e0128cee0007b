"""The database of the state directory: transactions, migrations, and several processes at once."""

import asyncio
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.state import files
from watcher.model.errors import NotKept
from watcher.store.database import FILE, Database

NOTES = ("CREATE TABLE notes (text TEXT)",)
NOTHING: list[str] = []
UNREAD = ["?"]
MORE = ("ALTER TABLE notes ADD COLUMN more TEXT", "INSERT INTO notes VALUES ('second', 'new')")


def database(folder: Path) -> Database:
    return Database(folder, [NOTES])


def note(text: str, connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO notes (text) VALUES (?)", [text])


def noted(connection: sqlite3.Connection) -> list[str]:
    return [text for (text,) in connection.execute("SELECT text FROM notes")]


async def test_what_is_written_is_read_by_the_next_process(tmp_path: Path) -> None:
    await database(tmp_path).write(lambda connection: note("first", connection))

    assert await database(tmp_path).read(noted, NOTHING) == ["first"]


async def test_to_read_makes_no_database_where_there_is_none(tmp_path: Path) -> None:
    assert await database(tmp_path).read(noted, UNREAD) == UNREAD
    assert files(tmp_path) == []


async def test_a_state_directory_is_made_where_there_is_none(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "state"

    await database(folder).write(lambda connection: note("first", connection))

    assert await database(folder).read(noted, NOTHING) == ["first"]


async def test_a_transaction_in_which_something_goes_wrong_is_taken_back(tmp_path: Path) -> None:
    def both(connection: sqlite3.Connection) -> None:
        note("first", connection)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await database(tmp_path).write(both)

    assert await database(tmp_path).read(noted, UNREAD) == []


async def test_a_mistake_in_what_is_asked_puts_nothing_aside(tmp_path: Path) -> None:
    own = database(tmp_path)
    await own.write(lambda connection: note("first", connection))

    with pytest.raises(NotKept, match="no such table"):
        await own.write(lambda connection: connection.execute("DELETE FROM nowhere"))

    assert await own.read(noted, NOTHING) == ["first"]


async def test_the_file_and_what_stands_beside_it_are_the_owners_alone(tmp_path: Path) -> None:
    modes = list[tuple[str, int]]()

    def look(connection: sqlite3.Connection) -> None:
        note("first", connection)
        modes.extend((path.name, path.stat().st_mode & 0o777) for path in files(tmp_path))

    await database(tmp_path).write(look)

    assert sorted(modes) == [(f"{FILE}{suffix}", 0o600) for suffix in ("", "-shm", "-wal")]


async def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    await database(tmp_path).write(lambda connection: note("first", connection))
    (tmp_path / FILE).chmod(0o644)

    await database(tmp_path).read(noted, NOTHING)

    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


async def test_the_tables_of_an_older_version_are_brought_up_to_date(tmp_path: Path) -> None:
    await database(tmp_path).write(lambda connection: note("first", connection))

    assert await Database(tmp_path, [NOTES, MORE]).read(noted, NOTHING) == ["first", "second"]
    assert await Database(tmp_path, [NOTES, MORE]).read(noted, NOTHING) == ["first", "second"]


async def test_a_migration_that_fails_leaves_the_version_before_it(tmp_path: Path) -> None:
    await database(tmp_path).write(lambda connection: note("first", connection))

    with pytest.raises(NotKept):
        await Database(tmp_path, [NOTES, (*MORE, "no SQL")]).write(noted)

    assert await database(tmp_path).read(noted, NOTHING) == ["first"]


async def test_the_log_is_a_write_ahead_log(tmp_path: Path) -> None:
    def mode(connection: sqlite3.Connection) -> str:
        return str(connection.execute("PRAGMA journal_mode").fetchone()[0])

    assert await database(tmp_path).write(mode) == "wal"


async def test_the_event_loop_goes_on_while_another_process_writes(tmp_path: Path) -> None:
    own = database(tmp_path)
    await own.write(noted)
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    waiting = asyncio.create_task(own.write(lambda connection: note("after", connection)))
    assert await own_turns(waiting)
    other.execute("COMMIT")
    other.close()
    await waiting

    assert await own.read(noted, NOTHING) == ["after"]


async def own_turns(task: "asyncio.Task[None]") -> bool:
    """Whether the loop turned many times while a task waited."""
    for _ in range(100):
        await asyncio.sleep(0)
    return not task.done()


MANY = """
import asyncio, pathlib, sys
from tests.unit.store.test_database import database, note

async def main():
    for number in range(20):
        await database(pathlib.Path(sys.argv[1])).write(lambda c: note(f"{sys.argv[2]} {number}", c))

asyncio.run(main())
"""


async def test_several_processes_write_at_once_and_begin_together(tmp_path: Path) -> None:
    command = [sys.executable, "-c", MANY, str(tmp_path)]
    root = Path(__file__).parents[3]
    started = [subprocess.Popen([*command, str(number)], cwd=root) for number in range(4)]  # noqa: ASYNC220
    codes = [await asyncio.to_thread(process.wait) for process in started]

    assert codes == [0] * 4
    assert len(set(await database(tmp_path).read(noted, NOTHING))) == 80
    assert [path.name for path in files(tmp_path)] == [FILE]


KILLED = """
import asyncio, os, pathlib, signal, sys
from tests.unit.store.test_database import database, note

def last(connection):
    note("never", connection)
    os.kill(os.getpid(), signal.SIGKILL)

async def main():
    own = database(pathlib.Path(sys.argv[1]))
    await own.write(lambda connection: note("first", connection))
    await own.write(last)

asyncio.run(main())
"""


async def test_a_process_that_is_killed_leaves_whole_transactions(tmp_path: Path) -> None:
    command = [sys.executable, "-c", KILLED, str(tmp_path)]
    done = subprocess.run(command, cwd=Path(__file__).parents[3], check=False)  # noqa: ASYNC221

    assert done.returncode == -9
    assert await database(tmp_path).read(noted, NOTHING) == ["first"]


async def test_a_file_that_is_removed_beneath_a_process_is_begun_anew(tmp_path: Path) -> None:
    own = database(tmp_path)
    await own.write(lambda connection: note("first", connection))
    os.unlink(tmp_path / FILE)  # noqa: PTH108 - what somebody's rm does

    await own.write(lambda connection: note("second", connection))

    assert await own.read(noted, NOTHING) == ["second"]


def test_nothing_of_sqlite_is_imported_before_a_transaction() -> None:
    """But by what measures the coverage."""
    fresh = "import sys; sys.modules.pop('sqlite3', None)"
    code = f"{fresh}; from watcher.store import database; sys.exit('sqlite3' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

"""The database of the state directory: one SQLite file, for several processes at once.

Each transaction opens it anew, in a thread, and is short: nothing is held open, so that a file that somebody
removes or puts in its place is noticed, and the event loop never waits. A database that cannot be read is put
aside under a name with the date, and a new one begun; where nothing can be written, people are told so and
all else goes on. SQLite is imported by the first transaction of a database that exists.
"""

import asyncio
import contextlib
import fcntl
import os
import stat
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

from watcher.model.errors import NotKept
from watcher.store import database_errors
from watcher.store.database_errors import BROKEN, BUSY_S, code_of
from watcher.store.schema import MIGRATIONS, Migration

if TYPE_CHECKING:
    import sqlite3

FILE = "database.sqlite"

_BEGINS = b"SQLite format 3\0"
_BESIDE = ("-wal", "-shm")

T = TypeVar("T")


class _Unreadable(Exception):
    """What stands there is no database of ours, or none that can be read."""


class Database:
    """The database of a state directory.

    Args:
        folder: The state directory, which need not be there.
        migrations: What makes its tables.
    """

    def __init__(self, folder: Path, migrations: Sequence[Migration] = MIGRATIONS) -> None:
        self._path = folder / FILE
        self._migrations = migrations
        # To close a file drops all locks that this process has on it, those of SQLite too.
        self._one_at_a_time = threading.Lock()
        self._said = set[str]()
        self._unsaid = dict[str, bool]()  # and whether it tells of a loss

    def stamp(self) -> tuple[object, ...]:
        """What is another one after each change, whichever process made it; nothing is read for it."""
        found = (_identity(Path(f"{self._path}{suffix}")) for suffix in ("", *_BESIDE[:1]))
        return tuple(each and (each.st_ino, each.st_mtime_ns, each.st_size) for each in found)

    def unsaid(self, *, losses_alone: bool = False) -> list[str]:
        """Lines about what could not be read or kept, each of them once until something can be written again.

        Args:
            losses_alone: Leave out what only says that it cannot be used.
        """
        lines, self._unsaid = self._unsaid, {}
        return [line for line, is_loss in lines.items() if is_loss or not losses_alone]

    async def read(self, work: "Callable[[sqlite3.Connection], T]", otherwise: T) -> T:
        """What is read in one transaction; something else where there is no database that can be read."""
        try:
            return await self.read_there(work, otherwise)
        except NotKept:
            return otherwise

    async def read_there(self, work: "Callable[[sqlite3.Connection], T]", nothing: T) -> T:
        """What is read in one transaction; `nothing` where there is no database, or none any more.

        Raises:
            NotKept: A database is there, or may be, and cannot be read; `unsaid` has the line for people.
        """
        if _is_nothing(self._path):
            return nothing
        return await asyncio.to_thread(self._transact, lambda: self._read(work), lambda: nothing, "reading")

    async def write(self, work: "Callable[[sqlite3.Connection], T]") -> T:
        """Carry out one transaction, whole or not at all.

        Args:
            work: Is called again where the database had to be begun anew.

        Raises:
            NotKept: It could not be written; `unsaid` has the line for people.
        """

        def written() -> T:
            result = self._write(work)
            self._said.clear()  # what is so again, later, is said again
            return result

        return await asyncio.to_thread(self._transact, written, written, "writing")

    def _transact(self, first: Callable[[], T], then: Callable[[], T], tried: str) -> T:
        """Do `first`; where the database cannot be read, put it aside, and do `then`."""
        import sqlite3

        with self._one_at_a_time:
            try:
                found = _identity(self._path)
                try:
                    return first()
                except _Unreadable as error:
                    self._put_aside(found, str(error))
                return then()
            except (OSError, sqlite3.Error, _Unreadable) as error:
                raise self._not_kept(*database_errors.words(error, self._path, tried)) from error

    def _write(self, work: "Callable[[sqlite3.Connection], T]") -> T:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        _prepare(self._path)
        return self._carried_out(work, "mode=rw", writes=True)

    def _read(self, work: "Callable[[sqlite3.Connection], T]") -> T:
        """Read as others write; where nothing at all can be written, SQLite reads without any lock."""
        import sqlite3

        if os.access(self._path.parent, os.W_OK):
            _prepare(self._path)
            with contextlib.suppress(sqlite3.OperationalError):
                return self._carried_out(work, "mode=rw", writes=False)
        how = f"mode=ro&immutable={not _has_log(self._path):d}"
        return self._carried_out(work, how, writes=False)

    def _carried_out(self, work: "Callable[[sqlite3.Connection], T]", how: str, *, writes: bool) -> T:
        import sqlite3

        try:
            with contextlib.closing(self._opened(how)) as connection:
                self._migrate(connection)
                with _transaction(connection, writes=writes):
                    return work(connection)
        except sqlite3.DatabaseError as error:
            if code_of(error) in BROKEN:
                raise _Unreadable(str(error)) from error
            raise

    def _opened(self, how: str) -> "sqlite3.Connection":
        import sqlite3

        address = f"file:{quote(os.fsencode(self._path.absolute()))}?{how}"
        return sqlite3.connect(address, uri=True, timeout=BUSY_S, isolation_level=None)

    def _migrate(self, connection: "sqlite3.Connection") -> None:
        """Bring the tables up to date.

        Raises:
            NotKept: The database is of a version of ours that is newer than this one.
            _Unreadable: The database is somebody else's.
        """
        wanted = len(self._migrations)
        if _version(connection) > wanted:
            advice = "use that version, or another --state-dir"
            raise self._not_kept("it is a newer version's, and left as it is", advice)
        if _version(connection) == wanted:
            return
        # One process at a time, for SQLite does not wait where several change to the write-ahead log.
        with _held(self._path.parent):
            connection.execute("PRAGMA journal_mode = WAL")
            with _transaction(connection, writes=True):
                self._make_tables(connection)

    def _make_tables(self, connection: "sqlite3.Connection") -> None:
        version = _version(connection)
        if not version and connection.execute("SELECT 1 FROM sqlite_master").fetchone():
            raise _Unreadable("it is a database of something else")
        for number, statements in enumerate(self._migrations[version:], version + 1):
            for statement in statements:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")

    def _put_aside(self, found: os.stat_result | None, why: str) -> None:
        """Rename what cannot be read, unless another process has done so; what is beside it goes first."""
        with _held(self._path.parent):
            now = _identity(self._path)
            if not (found and now and os.path.samestat(found, now)):
                return
            moment = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S.%fZ")
            aside = self._path.with_name(f"{FILE}.unreadable-{moment}")
            for suffix in (*_BESIDE, ""):
                with contextlib.suppress(FileNotFoundError):
                    Path(f"{self._path}{suffix}").rename(f"{aside}{suffix}")
        line = (
            f"{self._path} could not be read ({why}): it was put aside as {aside.name}, and a new one begun"
        )
        self._unsaid[line] = True

    def _not_kept(self, why: str, advice: str) -> NotKept:
        error = NotKept(f"the database {self._path} cannot be used: {why}", advice=advice)
        if (line := str(error)) not in self._said:
            self._said.add(line)
            self._unsaid[line] = False
        return error


def _prepare(path: Path) -> None:
    """Make the file where there is none; see to it that it is ours alone.

    Raises:
        _Unreadable: What stands there is no file, or somebody else's.
    """
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise _Unreadable("it is no file")
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CLOEXEC))
    except PermissionError as error:
        raise _Unreadable("it is somebody else's") from error
    with path.open("rb") as file:
        if file.read(len(_BEGINS)) not in (_BEGINS, b""):
            raise _Unreadable("it is no database")  # before SQLite removes the log beside it
    if found.st_mode & 0o077:
        path.chmod(0o600)


def _is_nothing(path: Path) -> bool:
    """Whether no database is there, or one in which nothing was written yet, as on a full disk."""
    try:
        found = path.lstat()
    except OSError as error:
        return isinstance(error, FileNotFoundError | NotADirectoryError)  # else nobody may look
    return stat.S_ISREG(found.st_mode) and not found.st_size and not _has_log(path)


def _has_log(path: Path) -> bool:
    """Whether something was written that the file itself does not hold yet."""
    with contextlib.suppress(FileNotFoundError):
        return Path(f"{path}-wal").stat().st_size > 0
    return False


@contextlib.contextmanager
def _transaction(connection: "sqlite3.Connection", *, writes: bool) -> Iterator[None]:
    """A transaction, taken back where anything goes wrong; a writing one waits for others as it begins."""
    connection.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextlib.contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Keep other processes from putting aside what this one is about to; the lock goes with the process."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _identity(path: Path) -> os.stat_result | None:
    """The file; None where it is not there, or cannot be looked at."""
    try:
        return path.lstat()
    except OSError:
        return None


def _version(connection: "sqlite3.Connection") -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])

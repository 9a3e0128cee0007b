"""What people are to be told, until they have been: each thing once, whichever process finds it or is killed.

Three tables: the notices and whether they were told, the news that the next message will tell, and the
messages on their way. Where the database cannot be written they are kept in memory until it can be, while the
process lives.
"""

import asyncio
import time
import weakref
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

from watcher.model.errors import NotKept
from watcher.model.values import frozen
from watcher.store import memory_outbox
from watcher.store.database import Database

if TYPE_CHECKING:
    import sqlite3

EXPECTED = 1e18  # when what is about to be so is due: never, unless somebody finds that it is
_FAR_S = 2 * 86400.0  # later than any letter is put off to: the clock was set
_STALE_S = 86400.0

T = TypeVar("T")
NoticeKey = tuple[str, str, str]  # what a notice is about, its kind and its state


@frozen
class Notice:
    """A state of affairs that people are told of once, for as long as it lasts.

    Attributes:
        engine: The engine's id.
        about: The container, the tag or the registry.
        kind: What is so of it.
        state: What makes it the same thing when it is found again.
        record: How the message will tell it, as JSON.
        due: When it is worth telling, in seconds since the epoch, if it is still so then.
        ends: The kinds of notices that this one ends.
        unless: The kinds of which the same state was told already, which is enough.
        also: Other states by which the same may have been found before.
    """

    engine: str
    about: str
    kind: str
    state: str
    record: str
    due: float
    ends: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


@frozen
class Letter:
    """A message to one address; `tries` counts the failed tries."""

    id: int
    message: str
    tries: int


class Outbox:
    """What is to be told, in a `database`, which is tried again after `again_s` where it was not written."""

    def __init__(self, database: Database, again_s: float = 60.0) -> None:
        self._database = database
        self._again_s = again_s
        self._failed = 0.0
        self._one_at_a_time = asyncio.Lock()  # nothing is added in memory while that is moved
        self._in_memory: sqlite3.Connection | None = None

    @property
    def again_s(self) -> float | None:
        """Seconds between two tries to write into the database; None where it could be written."""
        return self._again_s if self._in_memory else None

    async def tell(self, notice: Notice, now: float) -> bool:
        """Take a notice; whether it, or another one that waited, is news."""

        def work(connection: "sqlite3.Connection") -> bool:
            _end(connection, notice)
            if not _is_covered(connection, notice):
                _note(connection, notice)
            return _ripen(connection, now)

        return await self._write(work)

    async def over(self, notice: Notice, now: float, *, is_told: bool = True) -> bool:
        """Take that the notices of all kinds in `ends` are over.

        Returns:
            Whether their end is news: it is where one of the notices was told, and such news is told at all.
        """

        def work(connection: "sqlite3.Connection") -> bool:
            is_news = _end(connection, notice) and is_told
            if is_news:
                connection.execute("INSERT INTO news (at, record) VALUES (?, ?)", (now, notice.record))
            return is_news

        return await self._write(work)

    async def ripen(self, now: float) -> bool:
        """Make news of what has been so for long enough; whether there is any."""
        if await self.next_due() is None:
            return False
        return await self._write(lambda connection: _ripen(connection, now))

    async def next_due(self) -> float | None:
        """When the next notice that waits will be news; None where none waits."""
        sql = "SELECT min(due) FROM told WHERE NOT is_told AND due < ?"
        return await self._read(lambda connection: _first(connection, sql, EXPECTED), None)

    async def noticed(self, engine: str) -> set[NoticeKey]:
        """What is so on an engine, told or not: what it is about, its kind and its state."""
        sql = "SELECT about, kind, state FROM told WHERE engine = ? AND due < ?"

        def work(connection: "sqlite3.Connection") -> set[NoticeKey]:
            return {
                (about, kind, state) for about, kind, state in connection.execute(sql, [engine, EXPECTED])
            }

        return await self._read(work, set[NoticeKey]())

    async def expected(self, engine: str) -> list[str]:
        """The records of what was about to be so on an engine, and of which nobody has said whether it is."""
        sql = "SELECT record FROM told WHERE engine = ? AND due = ?"

        def work(connection: "sqlite3.Connection") -> list[str]:
            return [record for (record,) in connection.execute(sql, [engine, EXPECTED])]

        return await self._read(work, list[str]())

    async def drop_expected(self, engine: str, about: str) -> None:
        """Forget what was about to be so: by now it is known what is."""
        sql = "DELETE FROM told WHERE engine = ? AND about = ? AND due = ?"
        await self._write(lambda connection: _run(connection, sql, engine, about, EXPECTED))

    async def forget(self, engine: str, abouts: Iterable[str]) -> None:
        """Forget what is gone; nobody is told that it is over."""
        gone = [(engine, about) for about in abouts]

        def work(connection: "sqlite3.Connection") -> None:
            connection.executemany("DELETE FROM told WHERE engine = ? AND about = ?", gone)

        await self._write(work)

    async def seal(
        self, addresses: Collection[str], compose: Callable[[Sequence[str]], str], now: float
    ) -> bool:
        """Make one message of all news, for each address; whether there was any.

        Args:
            addresses: By their keys.
            compose: Writes the message, given the records of the news.
            now: From when on it may be sent.
        """

        def work(connection: "sqlite3.Connection") -> bool:
            rows = connection.execute("SELECT id, record FROM news ORDER BY id").fetchall()
            if rows:
                message = compose([record for _, record in rows])
                letters = [(address, message, now) for address in addresses]
                sql = "INSERT INTO letters (address, message, tries, due) VALUES (?, ?, 0, ?)"
                connection.executemany(sql, letters)
                connection.execute("DELETE FROM news WHERE id <= ?", [rows[-1][0]])
            return bool(rows)

        return await self._write(work)

    async def has_news(self) -> bool:
        """Whether there is news that no message tells yet."""
        sql = "SELECT count(*) FROM news"
        return bool(await self._read(lambda connection: _first(connection, sql), 0))

    async def take(self, address: str, now: float, claimed_s: float) -> Letter | None:
        """Take the next due letter to an address; nobody else is given the letter for so many seconds."""
        if not self._in_memory and await self.letter_due(address) is None:
            return None  # to look makes no database where there is none
        which = "address = ? AND (due <= ? OR due > ?) ORDER BY due, id LIMIT 1"
        sql = f"SELECT id, message, tries FROM letters WHERE {which}"  # noqa: S608 - constant

        def work(connection: "sqlite3.Connection") -> Letter | None:
            row = connection.execute(sql, (address, now, now + _FAR_S)).fetchone()
            if row:
                connection.execute("UPDATE letters SET due = ? WHERE id = ?", (now + claimed_s, row[0]))
            return Letter(*row) if row else None

        return await self._write(work)

    async def letter_due(self, address: str) -> float | None:
        """When the next letter to an address is due; None where there is none."""
        sql = "SELECT min(due) FROM letters WHERE address = ?"
        return await self._read(lambda connection: _first(connection, sql, address), None)

    async def done(self, letter: Letter) -> None:
        """Forget a letter that has arrived, or is given up."""
        await self._write(lambda connection: _run(connection, "DELETE FROM letters WHERE id = ?", letter.id))

    async def put_off(self, letter: Letter, due: float) -> None:
        """Have a letter that was not taken sent again."""
        sql = "UPDATE letters SET tries = tries + 1, due = ? WHERE id = ?"
        await self._write(lambda connection: _run(connection, sql, due, letter.id))

    async def rest(self, address: str, until: float) -> None:
        """Leave an address alone."""
        sql = "UPDATE letters SET due = max(due, ?) WHERE address = ?"
        await self._write(lambda connection: _run(connection, sql, until, address))

    async def drop_but(self, addresses: Collection[str], now: float) -> None:
        """Forget letters to addresses that nobody has any more, after a day."""
        if not await self._read(lambda connection: _first(connection, "SELECT count(*) FROM letters"), None):
            return
        marks = ", ".join("?" * len(addresses))
        sql = f"DELETE FROM letters WHERE due < ? AND address NOT IN ({marks})"  # noqa: S608 - marks alone
        await self._write(lambda connection: _run(connection, sql, now - _STALE_S, *addresses))

    async def _read(self, work: "Callable[[sqlite3.Connection], T]", otherwise: T) -> T:
        return work(self._in_memory) if self._in_memory else await self._database.read(work, otherwise)

    async def _write(self, work: "Callable[[sqlite3.Connection], T]") -> T:
        async with self._one_at_a_time:
            if not self._in_memory or time.monotonic() >= self._failed + self._again_s:
                try:
                    return await self._kept(work)
                except NotKept:
                    self._failed = time.monotonic()
                    self._in_memory = self._in_memory or self._made()
            with self._in_memory:
                return work(self._in_memory)

    async def _kept(self, work: "Callable[[sqlite3.Connection], T]") -> T:
        """Write into the database, and before that what was kept in memory meanwhile."""
        in_memory = self._in_memory

        def both(connection: "sqlite3.Connection") -> T:
            if in_memory:
                memory_outbox.move(in_memory, connection)
            return work(connection)

        result = await self._database.write(both)
        if in_memory:
            self._close()
        self._in_memory = None
        return result

    def _made(self) -> "sqlite3.Connection":
        made = memory_outbox.made()
        self._close = weakref.finalize(self, made.close)
        return made


def _end(connection: "sqlite3.Connection", notice: Notice) -> bool:
    """End what a notice ends, but not the same thing; whether any of it was told."""
    marks = ", ".join("?" * len(notice.ends))
    which = f"engine = ? AND about = ? AND kind IN ({marks}) AND NOT (kind = ? AND state = ?)"
    values = (notice.engine, notice.about, *notice.ends, notice.kind, notice.state)
    told = connection.execute(f"SELECT max(is_told) FROM told WHERE {which}", values).fetchone()[0]  # noqa: S608
    connection.execute(f"DELETE FROM told WHERE {which}", values)  # noqa: S608 - marks alone
    return bool(told)


def _is_covered(connection: "sqlite3.Connection", notice: Notice) -> bool:
    sql = "SELECT 1 FROM told WHERE engine = ? AND about = ? AND kind = ? AND state = ?"
    covering = [(kind, notice.state) for kind in notice.unless]
    covering += [(notice.kind, state) for state in notice.also]
    return any(connection.execute(sql, (notice.engine, notice.about, *each)).fetchone() for each in covering)


def _note(connection: "sqlite3.Connection", notice: Notice) -> None:
    """Note what is so; what is known already is at most due sooner."""
    connection.execute(
        "INSERT INTO told (engine, about, kind, state, due, is_told, record) VALUES (?, ?, ?, ?, ?, 0, ?) "
        "ON CONFLICT DO UPDATE SET due = min(due, excluded.due), record = excluded.record",
        (notice.engine, notice.about, notice.kind, notice.state, notice.due, notice.record),
    )


def _ripen(connection: "sqlite3.Connection", now: float) -> bool:
    which = "FROM told WHERE NOT is_told AND due <= ?"
    found = connection.execute(f"INSERT INTO news (at, record) SELECT ?, record {which}", (now, now))
    connection.execute("UPDATE told SET is_told = 1 WHERE NOT is_told AND due <= ?", [now])
    return found.rowcount > 0


def _run(connection: "sqlite3.Connection", sql: str, *values: object) -> None:
    connection.execute(sql, values)


def _first(connection: "sqlite3.Connection", sql: str, *values: object) -> float | None:
    found: float | None = connection.execute(sql, values).fetchone()[0]
    return found

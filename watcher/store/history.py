"""What became of each attempt at an update, by any process; and what people held, released and approved.

A row is written within what ends its attempt, and before that (`expect`) as it is about to end: where a
process is killed in between, the next run finds what was expected (`unrecorded`) and records it. An attempt
that is told twice is one row. A row that cannot be written is kept for as long as the process lives.
"""

import contextlib
import json
import secrets
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from attrs import asdict

from watcher.model.errors import NotKept
from watcher.model.json_object import Json
from watcher.model.names import SERVICE_PREFIX, container_name
from watcher.model.quoting import whole
from watcher.model.values import frozen
from watcher.store.database import Database
from watcher.store.keys import Key

if TYPE_CHECKING:
    import sqlite3

    from watcher.model.update_events import Attempt


KEPT_S = 365 * 86400.0
KEPT_ROWS = 10_000

_UNWRITTEN = 1000
_WHERE = "WHERE (:engine IN ('', engine) OR engine = '') AND :name IN ('', name)"


@frozen
class HistoryRow:
    """A row of the history.

    Attributes:
        key: What it is known by when it is told again.
        at: When it ended, in seconds since the epoch.
        engine: The engine's id.
        name: The container's name; a service's begins with `service/`.
        record: It as JSON, as it is shown.
    """

    key: str
    at: float
    engine: str
    name: str
    record: str


class History:
    """The history of one engine's containers, in a database that others may share.

    Args:
        database: That of the state directory.
        key: Gives the key of a container by its name.
    """

    def __init__(self, database: Database, key: Callable[[str], Awaitable[Key]]) -> None:
        self._database = database
        self._key = key
        self._unwritten: dict[str, HistoryRow] = {}

    async def expect(self, attempt: "Attempt") -> None:
        """Note how an attempt is about to end, in case the process is killed before `record`."""
        row = await self._row(attempt)
        with contextlib.suppress(NotKept):
            await self._database.write(lambda connection: _insert(connection, "expected", row))

    async def record(self, attempt: "Attempt") -> None:
        """Record an attempt that has ended."""
        row = await self._row(attempt)
        self._unwritten[row.key] = row
        for key in [*self._unwritten][:-_UNWRITTEN]:
            del self._unwritten[key]
        await self.write_again()

    async def write_again(self) -> None:
        """Write what was recorded and could not be written yet."""
        pending = [*self._unwritten.values()]
        if not pending:
            return
        with contextlib.suppress(NotKept):
            await self._database.write(lambda connection: _record(connection, pending))
            for each in pending:
                self._unwritten.pop(each.key, None)

    async def unrecorded(self) -> frozenset[str]:
        """The names of containers with an attempt that was about to end, and of which no end is recorded."""
        engine = (await self._key("")).engine

        def work(connection: "sqlite3.Connection") -> frozenset[str]:
            return frozenset(row.name for row in _expected(connection, engine, ""))

        return await self._database.read(work, frozenset[str]())

    async def confirm(self, name: str) -> None:
        """Record what was about to end; the caller has claimed the container, of which no update is open."""
        engine = (await self._key(name)).engine

        def work(connection: "sqlite3.Connection") -> None:
            _record(connection, _expected(connection, engine, name))

        with contextlib.suppress(NotKept):
            await self._database.write(work)

    async def has_row(self, first: str, second: str) -> bool:
        """Whether the end of the attempt with these ids is recorded, however it ended."""
        key = f"{first}:{second}"

        def work(connection: "sqlite3.Connection") -> bool:
            return connection.execute("SELECT 1 FROM attempts WHERE key = ?", [key]).fetchone() is not None

        return key in self._unwritten or await self._database.read(work, False)

    async def last(self, count: int, name: str = "", engine: str = "") -> list[Json]:
        """The newest rows, newest first.

        Args:
            count: How many at most.
            name: The container's, or `service/NAME`; empty for all of them.
            engine: The engine's id; empty for those of all engines.
        """
        asked = {"count": min(count, KEPT_ROWS), "name": whole(name), "engine": engine}
        query = f"SELECT record FROM attempts {_WHERE} ORDER BY at DESC, number DESC LIMIT :count"  # noqa: S608

        def work(connection: "sqlite3.Connection") -> list[Json]:
            return [_shown(json.loads(text)) for (text,) in connection.execute(query, asked)]

        return await self._database.read(work, list[Json]())

    async def known_as(self, count: int, text: str, engine: str = "") -> list[Json]:
        """The newest rows of what a person calls so, and may be gone: a container, or else a service."""
        name = container_name(text) or text
        return await self.last(count, name, engine) or (
            await self.last(count, f"{SERVICE_PREFIX}{name}", engine) if name else []
        )

    async def _row(self, attempt: "Attempt") -> HistoryRow:
        engine = (await self._key(attempt.name)).engine
        at = datetime.fromisoformat(attempt.at).timestamp()
        return HistoryRow(_key_of(attempt), at, engine, attempt.name, json.dumps(record_of(attempt, engine)))


def record_of(attempt: "Attempt", engine: str) -> Json:
    """An attempt as JSON: the keys of the history; where a container failed, also the end of its `output`."""
    found = asdict(attempt)
    del found["containers"]
    if not attempt.output:
        del found["output"]
    for each in (found, found["stages"]):
        each |= {name: round(took, 3) for name, took in each.items() if isinstance(took, float)}
    images = {side: found[side] if found[side]["id"] else None for side in ("old", "new")}
    return {"at": found.pop("at"), "engine": engine} | found | images


def _shown(record: Json) -> Json:
    """A record with the name by which it is asked for; older ones of services lack the beginning of it."""
    is_older = record.get("kind") == "service" and not record["name"].startswith(SERVICE_PREFIX)
    return record | {"name": f"{SERVICE_PREFIX}{record['name']}"} if is_older else record


def decision(kind: str, key: Key, by: str, why: str, **more: Any) -> HistoryRow:
    """The row of what a person decided of a container: to hold, to release or to approve."""
    now = int(
        time.time()
    )  # whole seconds, as of an attempt: the order of those of one second is that of the rows
    at = datetime.fromtimestamp(now, UTC).isoformat().replace("+00:00", "Z")
    nothing = dict.fromkeys(("image", "old", "new", "took_s", "down_s", "link"))
    told: Json = {"at": at, "engine": key.engine, "name": key.name, "kind": kind, "outcome": None} | nothing
    told |= {"by": by, "stages": {}, "along": [], "why": why} | more
    return HistoryRow(secrets.token_hex(8), now, key.engine, key.name, json.dumps(told))


def add(connection: "sqlite3.Connection", row: HistoryRow) -> None:
    """Write a row in a transaction that does more; what is too old, or too many, goes."""
    _insert(connection, "attempts", row)
    connection.execute("DELETE FROM attempts WHERE at < ?", [time.time() - KEPT_S])
    newest = "SELECT number FROM attempts ORDER BY at DESC, number DESC LIMIT -1 OFFSET ?"
    connection.execute(f"DELETE FROM attempts WHERE number IN ({newest})", [KEPT_ROWS])  # noqa: S608


def _key_of(attempt: "Attempt") -> str:
    """The ids of both containers; what has not both was made by this process alone, and is told once."""
    return ":".join(attempt.containers) if all(attempt.containers) else secrets.token_hex(8)


def _record(connection: "sqlite3.Connection", rows: list[HistoryRow]) -> None:
    for row in rows:
        connection.execute("DELETE FROM expected WHERE key = ?", [row.key])
        if not _has_ended(connection, row.key):
            add(connection, row)


def _has_ended(connection: "sqlite3.Connection", key: str) -> bool:
    """Whether the end of an attempt is known; a failed attempt may have been left for recovery to end."""
    found = connection.execute("SELECT record FROM attempts WHERE key = ?", [key]).fetchone()
    return found is not None and json.loads(found[0])["outcome"] != "failed"


def _insert(connection: "sqlite3.Connection", table: str, row: HistoryRow) -> None:
    values = "(key, at, engine, name, record) VALUES (:key, :at, :engine, :name, :record)"
    connection.execute(f"INSERT OR REPLACE INTO {table} {values}", asdict(row))


def _expected(connection: "sqlite3.Connection", engine: str, name: str) -> list[HistoryRow]:
    query = f"SELECT key, at, engine, name, record FROM expected {_WHERE}"  # noqa: S608
    return [HistoryRow(*found) for found in connection.execute(query, {"engine": engine, "name": name})]

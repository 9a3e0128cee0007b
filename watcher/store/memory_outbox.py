"""The outbox in memory, for as long as the database cannot be written; then all of it is moved there."""

import contextlib
import time
from typing import TYPE_CHECKING

from watcher.store.schema import MIGRATIONS

if TYPE_CHECKING:
    import sqlite3

_TOLD, _NEWS, _LETTERS = (
    "engine, about, kind, state, due, is_told, record",
    "at, record",
    "id, address, message, tries, due",
)
_OF_BOTH = (
    "ON CONFLICT (engine, about, kind, state) DO UPDATE"
    " SET due = min(due, excluded.due), is_told = max(is_told, excluded.is_told)"
)


def made() -> "sqlite3.Connection":
    """A database in memory; no letter in it has the number of one in the file, which may be on its way."""
    import sqlite3  # noqa: PLC0415 - where nobody is told, nobody needs it

    # Its owner may be collected by any thread, which closes it.
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    for statement in (each for migration in MIGRATIONS for each in migration):
        connection.execute(statement)
    connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('letters', ?)", [time.time_ns()])
    connection.commit()
    return connection


def move(in_memory: "sqlite3.Connection", connection: "sqlite3.Connection") -> None:
    """Put all that the outbox in memory holds into the database; what was told by either stays told."""
    with contextlib.closing(in_memory.cursor()) as cursor:
        for table, columns in (("told", _TOLD), ("news", _NEWS), ("letters", _LETTERS)):
            marks = ", ".join("?" * (columns.count(",") + 1))
            rows = cursor.execute(f"SELECT {columns} FROM {table}").fetchall()  # noqa: S608 - constants
            both = _OF_BOTH if table == "told" else ""
            into = f"INSERT INTO {table} ({columns}) VALUES ({marks}) {both}"  # noqa: S608 - constants
            connection.executemany(into, rows)

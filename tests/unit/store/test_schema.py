"""The tables of the database."""

import sqlite3

from watcher.store.schema import MIGRATIONS


def test_every_migration_is_carried_out_after_those_before_it() -> None:
    connection = sqlite3.connect(":memory:")

    for statement in (statement for migration in MIGRATIONS for statement in migration):
        connection.execute(statement)

    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    connection.close()
    assert {"attempts", "expected", "holds"} <= tables

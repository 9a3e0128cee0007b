"""The tables of the database, as an ordered list of migrations: they grow at the end only.

The database's `user_version` counts those that were carried out. Each is a tuple of statements, which are
carried out in one transaction together with its number. Pure: no I/O.
"""

Migration = tuple[str, ...]

_HISTORY: Migration = (
    # What has ended; the key is the attempt's own, whoever writes down its end.
    """
    CREATE TABLE attempts (
        key TEXT PRIMARY KEY,
        at REAL NOT NULL,
        engine TEXT NOT NULL,
        name TEXT NOT NULL,
        kind TEXT NOT NULL,
        outcome TEXT NOT NULL,
        record TEXT NOT NULL
    ) WITHOUT ROWID
    """,
    "CREATE INDEX attempts_at ON attempts (at)",
    "CREATE INDEX attempts_name ON attempts (engine, name, at)",
    # How an attempt is about to end: the next run looks whether it did where a process was killed.
    """
    CREATE TABLE expected (
        key TEXT PRIMARY KEY,
        at REAL NOT NULL,
        engine TEXT NOT NULL,
        name TEXT NOT NULL,
        record TEXT NOT NULL
    ) WITHOUT ROWID
    """,
)

MIGRATIONS: tuple[Migration, ...] = (_HISTORY,)

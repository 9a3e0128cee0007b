"""The tables of the database, as an ordered list of migrations: they grow at the end only.

The database's `user_version` counts the migrations that were carried out. Each is a tuple of statements,
which are carried out in one transaction together with its number. Pure: no I/O.
"""

Migration = tuple[str, ...]

_HISTORY: Migration = (
    # The attempts that ended; the key is the attempt's own, whichever process writes it. A record is JSON.
    """
    CREATE TABLE attempts (
        number INTEGER PRIMARY KEY,
        key TEXT NOT NULL UNIQUE,
        at REAL NOT NULL,
        engine TEXT NOT NULL,
        name TEXT NOT NULL,
        record TEXT NOT NULL
    )
    """,
    "CREATE INDEX attempts_at ON attempts (at, number)",
    "CREATE INDEX attempts_name ON attempts (name, at, number)",
    # How an attempt is about to end: the next run records it where a process was killed before it had.
    """
    CREATE TABLE expected (
        key TEXT PRIMARY KEY,
        at REAL NOT NULL,
        engine TEXT NOT NULL,
        name TEXT NOT NULL,
        record TEXT NOT NULL
    )
    """,
    # What people hold, or let go ahead: one of a kind for each container.
    """
    CREATE TABLE holds (
        engine TEXT NOT NULL,
        name TEXT NOT NULL,
        kind TEXT NOT NULL,
        at REAL NOT NULL,
        until REAL NOT NULL,
        image TEXT NOT NULL,
        by TEXT NOT NULL,
        why TEXT NOT NULL,
        PRIMARY KEY (engine, name, kind)
    )
    """,
)

_OUTBOX: Migration = (
    # What is so, and whether people were told of it; they are not before `due`.
    """
    CREATE TABLE told (
        engine TEXT NOT NULL,
        about TEXT NOT NULL,
        kind TEXT NOT NULL,
        state TEXT NOT NULL,
        due REAL NOT NULL,
        is_told INTEGER NOT NULL,
        record TEXT NOT NULL,
        PRIMARY KEY (engine, about, kind, state)
    ) WITHOUT ROWID
    """,
    # What the next message will tell.
    "CREATE TABLE news (id INTEGER PRIMARY KEY, at REAL NOT NULL, record TEXT NOT NULL)",
    # Messages on their way, each to one address, of which only a digest is kept.
    """
    CREATE TABLE letters (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        address TEXT NOT NULL,
        message TEXT NOT NULL,
        tries INTEGER NOT NULL,
        due REAL NOT NULL
    )
    """,
    "CREATE INDEX letters_due ON letters (address, due)",
)

MIGRATIONS: tuple[Migration, ...] = (_HISTORY, _OUTBOX)

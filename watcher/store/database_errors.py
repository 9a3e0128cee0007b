"""Why the database cannot be used, in words that say what to do: SQLite's own name the call that failed.

On a full disk SQLite says `disk I/O error`, or that an attempt was made to write a readonly database. So the
system is asked by the same folder, and what that answers is told first.
"""

import contextlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

BUSY_S = 20.0  # another process has it for milliseconds, unless the disk is slow
BROKEN = (11, 26)  # SQLITE_CORRUPT, SQLITE_NOTADB
_BUSY = (5, 6)  # SQLITE_BUSY, SQLITE_LOCKED
_ADVICE = "see that its directory can be written, and has space left"
_TRIAL = 64 * 1024  # what SQLite writes beside the database is half of it


def words(error: Exception, path: Path, tried: str) -> tuple[str, str]:
    """What went wrong, as a clause, and what to do.

    Args:
        error: The system's, SQLite's, or one of ours.
        path: The database.
        tried: What was done to it, `reading` or `writing`.
    """
    if isinstance(error, OSError):
        return f"{tried} failed: {error.strerror or error}", _ADVICE
    if code_of(error) in _BUSY:
        busy = f"another process has kept it locked for {BUSY_S:.0f} s"
        return f"{tried} failed: {busy}", f"try again; `fuser {path}` names who has it open"
    if code_of(error) and (answer := _asked(path)):
        return f"{tried} failed: {answer} (SQLite says: {error})", _ADVICE
    return f"{tried} failed: {error}", _ADVICE


def code_of(error: "Exception | sqlite3.Error") -> int:
    """SQLite's own number of an error, without what it says more precisely; 0 of all others."""
    return int(getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF


def _asked(path: Path) -> str:
    """The system's error as the file is read, or another one written beside it; empty where both succeed."""
    try:
        with contextlib.suppress(FileNotFoundError):
            os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC))
        with tempfile.TemporaryFile(dir=path.parent) as trial:
            os.posix_fallocate(trial.fileno(), 0, _TRIAL)
    except OSError as error:
        return error.strerror or str(error)
    return ""

"""Locks between the processes of one machine: a file that is locked while its holder lives.

A file that nobody locks is removed. So a process that has locked a file looks whether others would still find
this file, and else begins anew.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO


@contextlib.contextmanager
def locked(path: Path) -> Iterator[bool]:
    """Hold a lock that goes with the process, and remove its file at the end; False where another has it.

    Raises:
        OSError: None can be made.
    """
    while True:
        with _opened(path) as file:
            if not _is_taken(file):
                yield False
                return
            if is_found(path, file):
                try:
                    yield True
                finally:
                    _unlink(path)
                return


def clear(folder: Path) -> None:
    """Remove the files of locks that nobody holds, as a process that was killed leaves them."""
    with contextlib.suppress(OSError):
        for path in list(folder.iterdir()):
            if path.is_file():
                with contextlib.suppress(OSError), path.open("r+") as file:
                    if _is_taken(file) and is_found(path, file):
                        _unlink(path)


def sign(path: Path) -> None:
    """Give a sign of life for a lock that is held."""
    with contextlib.suppress(OSError):
        os.utime(path)


def last_sign(path: Path) -> int:
    """What changes whenever the holder of a lock gives a sign of life.

    Where there is no such file the value is another one each time: then nobody holds the lock, or this
    process itself.
    """
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return time.monotonic_ns()


def _opened(path: Path) -> IO[str]:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("a")  # the times of the file are its holder's


def _is_taken(file: IO[str]) -> bool:
    """Lock a file for this process; whether it could be locked."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_found(path: Path, file: IO[str]) -> bool:
    """Whether a path still leads to a file that is open."""
    try:
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False


def _unlink(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()

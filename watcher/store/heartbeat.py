"""Whether the daemon beside us works: it writes down until when it may be silent, we read that.

A file in the state folder, so that no port is open. By the monotonic clock, which all processes of a machine
share and nobody can set; where it does not fit, the machine was started anew, and the daemon's lock is free.
"""

import contextlib
import fcntl
import json
import os
import time
import uuid
from pathlib import Path
from typing import IO

from watcher.store import file_lock

_FILE = "health.json"
_LOCK = "health.lock"


class Pulse:
    """The daemon's side.

    Args:
        folder: The state folder.
        allowance: Seconds that may pass between two beats.

    Attributes:
        last: When it beat last, in seconds since the epoch; 0 where it has not yet.
        until: Until when it may be silent, by the monotonic clock; 0 where the engine is not followed.
    """

    last = 0.0
    until = 0.0

    def __init__(self, folder: Path, allowance: float) -> None:
        self._path = folder / _FILE
        self._allowance = allowance
        self._mark = uuid.uuid4().hex  # a pid may be that of another daemon, in another container
        self._lock: IO[str] | None = None

    def beat(self) -> None:
        """Say that the engine is followed and that the last look is recent."""
        self.last = time.time()
        self.until = until = time.monotonic() + self._allowance
        temporary = self._path.with_suffix(f".{os.getpid()}")
        # Where nothing can be written, `watcher healthy` says that there is no sign of life.
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._hold()
            try:
                temporary.write_text(json.dumps({"until": until, "of": self._mark}))
                temporary.replace(self._path)
            finally:
                temporary.unlink(missing_ok=True)  # on a full disk it is empty, and stayed

    def _hold(self) -> None:
        """Hold a lock that goes with the process, so that a killed daemon is noticed at once.

        Another daemon of this folder may have the lock yet, or for a moment a process that asks whether it is
        free. A folder that was removed took the lock's file along: others look for the lock in the folder
        that came after.
        """
        path = self._path.parent / _LOCK
        if self._lock and not file_lock.is_found(path, self._lock):
            self._lock.close()
            self._lock = None
        if self._lock is None:
            self._lock = path.open("w")
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def stop(self) -> None:
        """Say that the daemon does not follow the engine just now; what another one says stands."""
        self.until = 0.0
        if self._lock:
            self._lock.close()
            self._lock = None
        with contextlib.suppress(OSError, ValueError, LookupError, TypeError, RecursionError):
            if json.loads(self._path.read_bytes())["of"] == self._mark:
                self._path.unlink()


class Beat:
    """One engine's part in the daemon's sign of life, which there is while any of its engines is followed.

    Args:
        pulse: The daemon's.
        followed: The engines that are followed just now, which all of them share.
    """

    def __init__(self, pulse: Pulse, followed: "set[Beat]") -> None:
        self._pulse = pulse
        self._followed = followed

    def beat(self) -> None:
        """Say that this engine is followed and that the last look at it is recent."""
        self._followed.add(self)
        self._pulse.beat()

    def stop(self) -> None:
        """Say that this engine is not followed just now."""
        self._followed.discard(self)
        if not self._followed:
            self._pulse.stop()


def what_is_wrong(folder: Path) -> str:
    """What is wrong with the daemon that has this state folder; empty where nothing is."""
    try:
        until = float(json.loads((folder / _FILE).read_bytes())["until"])
    except (OSError, ValueError, LookupError, TypeError, OverflowError, RecursionError) as error:
        if why := unwritable(folder):
            return (
                f"no daemon can say here that it works: the state directory {folder} cannot be written: {why}"
                " - let it be writable, or choose another one (--state-dir)"
            )
        return (
            f"no daemon follows the engine: cannot read {folder / _FILE}: {error}"
            " - is `watcher run` running, with the same state directory? If so, it does not reach the engine:"
            " see its log"
        )
    if _is_free(folder / _LOCK):
        return "no daemon follows the engine: the one that did is gone - start `watcher run` again"
    late = time.monotonic() - until
    return f"the daemon's look at the engine is overdue by {late:.0f} s - see its log" if late > 0 else ""


def unwritable(folder: Path) -> str:
    """Why nothing can be kept in a folder, which need not be there; empty where something could be."""
    there = next(each for each in (folder, *folder.parents) if _is_there(each))
    if not there.is_dir():
        return f"{there} is no directory"
    return "" if os.access(there, os.W_OK | os.X_OK) else f"{there} is read-only here, or somebody else's"


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _is_free(lock: Path) -> bool:
    try:
        with lock.open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True

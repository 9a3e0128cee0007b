"""Standard error, which may be full, closed, or a pipe that nobody reads: work goes on all the same.

What cannot be written is dropped. The daemon writes beside its work, so that nobody who reads its log slowly
holds it up; what was dropped is counted, and told once lines can be written again.
"""

import atexit
import contextlib
import io
import json
import os
import queue
import sys
import threading
from datetime import UTC, datetime

_STANDARD_ERROR = 2
_MOST_LINES = 1000
_LAST_S = 2.0


def install(*, beside: bool = False) -> None:
    """Put an outlet in the place of standard error, where it is a file of the process.

    Args:
        beside: Write beside the work, in a thread, which waits for no reader at the end either.
    """
    if sys.stderr is None:
        # Closed by the process that started us: the next file that is opened must not be taken for it.
        sys.stderr = open(os.devnull, "w")  # noqa: PTH123, SIM115 - for as long as the process lives
        return
    with contextlib.suppress(io.UnsupportedOperation):
        if sys.stderr.fileno() == _STANDARD_ERROR:
            raw = _Beside() if beside else _Outlet()
            sys.stderr = io.TextIOWrapper(
                raw, encoding=sys.stderr.encoding, errors="backslashreplace", write_through=True
            )


class _Outlet(io.RawIOBase):
    """A raw file that is never in trouble."""

    def fileno(self) -> int:
        return _STANDARD_ERROR

    def isatty(self) -> bool:
        return os.isatty(_STANDARD_ERROR)

    def writable(self) -> bool:
        return True

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]
        written(bytes(data))
        return len(data)


class _Beside(_Outlet):
    """An outlet that a thread of its own writes to."""

    def __init__(self) -> None:
        self._lines: queue.Queue[bytes] = queue.Queue(_MOST_LINES)
        self._lost = 0
        threading.Thread(target=self._work, daemon=True, name="log").start()
        atexit.register(self._end)

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]
        try:
            self._lines.put_nowait(bytes(data))
        except queue.Full:
            self._lost += 1
        return len(data)

    def _work(self) -> None:
        while True:
            line = self._lines.get()
            if self._lost and written(_told(self._lost)):
                self._lost = 0
            if not written(line):
                self._lost += 1
            self._lines.task_done()

    def _end(self) -> None:
        """Give what is left to be written a moment."""
        waiting = threading.Thread(target=self._lines.join, daemon=True)
        waiting.start()
        waiting.join(_LAST_S)


def written(data: bytes) -> bool:
    """Write to standard error; whether all of it could be written."""
    try:
        while data:
            data = data[os.write(_STANDARD_ERROR, data) :]
    except OSError:
        return False
    return True


def _told(lost: int) -> bytes:
    at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    line = {"event": "log lines lost", "level": "warning", "lines": lost, "timestamp": at}
    return f"{json.dumps(line)}\n".encode()

"""Small JSON files, each replaced as a whole: a folder per kind, and within it a folder per engine.

A file that cannot be written is kept for as long as the process lives, and written as soon as it can be. A
file that stands in the folder of its kind itself is of a version that knew of one engine only.
"""

import contextlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from watcher.model.json_object import Json
from watcher.store.keys import Key, file_name, folder_name

_TEMPORARY = "tmp-"
_DRAFT_S = 3600.0  # to write one takes milliseconds, also on a slow disk
_LAST_MOMENT = 1e11  # of the year 5138: what is beyond is a slip, and soon no date that can be shown


class Records:
    """The records below one folder.

    Attributes:
        fault: Why something could not be written last; empty where all could, or can be by now.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._unwritten: dict[Path, tuple[Json | None, float]] = {}  # and since when, monotonic
        self._is_tried = False
        self.fault = ""

    def folder(self, kind: str, engine: str) -> Path:
        """Where an engine's records of a kind stand."""
        return self._folder / kind / folder_name(engine)

    def path(self, kind: str, key: Key) -> Path:
        """The file of a record."""
        return self._folder / kind / f"{key.file}.json"

    def old_path(self, kind: str, name: str) -> Path:
        """The file of a record of a version that knew of one engine only."""
        return self._folder / kind / f"{name}.json"

    def of_any_engine(self, kind: str, name: str) -> list[Path]:
        """The files with this name, of whichever engine they are."""
        name = f"{file_name(name)}.json"
        written = _there(self._folder / kind, f"*/{name}")
        return [path for path in {*self._unwritten, *written} if path.name == name and path.parts[-3] == kind]

    def within(self, kind: str, engine: str) -> list[Path]:
        """The files of an engine's records of a kind."""
        folder = self.folder(kind, engine)
        unwritten = {path for path in self._unwritten if path.parent == folder}
        return sorted(unwritten | {*_there(folder, "*.json")})

    def read(self, path: Path) -> Json | None:
        """A record; None where there is none that can be read."""
        return self._unwritten[path][0] if path in self._unwritten else _parsed(path)

    def write(self, path: Path, value: Json | None) -> None:
        """Put a record in the place of another, and write the unwritten ones; None is no record."""
        if self._write(path, value, time.monotonic()):
            self.write_again()

    def _write(self, path: Path, value: Json | None, since: float) -> bool:
        try:
            if value is None:
                path.unlink(missing_ok=True)
            else:
                _write(path, value)
        except OSError as error:
            self.fault = str(error)
            self._unwritten[path] = value, since
            return False
        before = self._unwritten.pop(path, None)
        could_not_remove = before is not None and before[0] is None
        # That nothing is there to remove says nothing: it is so where nothing can be written, too.
        if (value is not None or could_not_remove) and not self._unwritten:
            self.fault = ""
        return True

    def tried(self) -> str:
        """The fault; where there has been none yet it is tried, once, whether anything can be written."""
        if not self._is_tried and not self.fault:
            trial = self._folder / "trial"
            self.write(trial, {})
            self.write(trial, None)
        self._is_tried = True
        return self.fault

    def write_again(self) -> None:
        """Write what could not be written before."""
        for path, (value, since) in list(self._unwritten.items()):
            self._write(path, value, since)

    def touch(self, path: Path) -> None:
        """Have a record count as written now."""
        if path in self._unwritten:
            self._unwritten[path] = self._unwritten[path][0], time.monotonic()
        with contextlib.suppress(OSError):
            os.utime(path)

    def clear(self, folder: Path, is_used: Callable[[str], bool], age_s: float) -> None:
        """Remove what a folder holds and is not used any more, and what was left of writing.

        Args:
            folder: Of an engine's records of a kind.
            is_used: Told the name of each record's file, without its suffix.
            age_s: Seconds for which a record stays in any case, whether it could be written or not; a draft
                stays for an hour at least, for another process may be writing it.
        """
        old = {path for path, (_, since) in self._unwritten.items() if since + age_s <= time.monotonic()}
        for path in [path for path in old if path.parent == folder and not is_used(path.stem)]:
            del self._unwritten[path]
        for path in older(folder, age_s):
            is_draft = path.name.startswith(_TEMPORARY)
            with contextlib.suppress(OSError):
                if _is_older(path, _DRAFT_S) if is_draft else not is_used(path.stem):
                    path.unlink()


def is_moment(seconds: float) -> bool:
    """Whether that many seconds since the epoch are a date: anybody may have written a record."""
    return 0 <= seconds < _LAST_MOMENT


def _there(folder: Path, pattern: str) -> list[Path]:
    """The files of a folder that fit a pattern; none where nobody lets us look."""
    with contextlib.suppress(OSError):
        return [*folder.glob(pattern)]
    return []


def _parsed(path: Path) -> Json | None:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):  # the last: nested deeper than Python's stack
        return None
    return found if isinstance(found, dict) else None


def _write(path: Path, value: Json) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(prefix=_TEMPORARY, dir=path.parent)
    try:
        with os.fdopen(descriptor, "w") as file:
            json.dump(value, file)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def older(folder: Path, age_s: float) -> Iterator[Path]:
    """The files of a folder that were written so long ago."""
    with contextlib.suppress(OSError):
        for path in list(folder.iterdir()):
            with contextlib.suppress(OSError):
                if path.is_file() and _is_older(path, age_s):
                    yield path


def _is_older(path: Path, age_s: float) -> bool:
    return path.stat().st_mtime < time.time() - age_s

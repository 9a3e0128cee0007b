"""Who owns the updates that a process begins: its home, eight digits in the temporary names.

The home is a file of the state folder. Processes that share the folder share the home, and its locks too;
any other process has another one. A process that cannot write there has a home of its own while it lives.
"""

import contextlib
import os
import re
import secrets
from pathlib import Path

_BYTES = 4
_FILE = "home"
_HOME = re.compile(r"[0-9a-f]{8}")


def home_of(folder: Path) -> str:
    """The home of a state folder, made where there is none yet."""
    path = folder / _FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _make(path)
        with path.open("r+") as file:
            found = file.read().strip()
    except (OSError, ValueError):
        return passing_home()
    return found if _HOME.fullmatch(found) else passing_home()


def passing_home() -> str:
    """A home that is remembered nowhere."""
    return secrets.token_hex(_BYTES)


def owner_of(home: str) -> str:
    """The owner, as temporary names have it: a home, and four digits that are new each time."""
    return home + secrets.token_hex(_BYTES // 2)


def is_at_home(owner: str, ours: str) -> bool:
    """Whether an owner shares our home."""
    return owner[: 2 * _BYTES] == ours[: 2 * _BYTES]


def _make(path: Path) -> None:
    """Write a home as a whole: of several processes that do so at once the first one's stays."""
    draft = path.with_name(f"{_FILE}.{secrets.token_hex(_BYTES)}")
    try:
        draft.write_text(passing_home())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)

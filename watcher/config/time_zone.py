"""The time zone that schedules go by: the C library takes an unknown one for UTC, in silence."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from watcher.config.spelling import nearest
from watcher.model.errors import UnreadableSetting

# What the C library takes these for where there are no files is what they mean.
_NEED_NO_FILE = ("UTC", "GMT")
# As POSIX spells a zone out: `CET-1CEST,M3.5.0,M10.5.0/3`, `<+03>-3`.
_SPELLED = re.compile(r"([A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)[+-]?[0-9]{1,3}(:[0-9]{2}){0,2}.*")
_MAGIC = b"TZif"
_FOLDERS = ("/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo", "/etc/zoneinfo")


def refuse_unknown_zone(environ: Mapping[str, str] = os.environ) -> None:
    """Let only a time zone pass that there is.

    Raises:
        UnreadableSetting: `TZ` names none.
    """
    name = environ.get("TZ", "").removeprefix(":")
    if not name or name in _NEED_NO_FILE or _SPELLED.fullmatch(name) or _is_file(name, environ):
        return
    import zoneinfo

    near = nearest(name, zoneinfo.available_timezones())
    meant = f"; did you mean {near}?" if near else ""
    raise UnreadableSetting("TZ", name, f"a time zone such as Europe/Berlin{meant}")


def _is_file(name: str, environ: Mapping[str, str]) -> bool:
    folders = filter(None, (environ.get("TZDIR"), *_FOLDERS))
    return any(_is_zone(Path(folder) / name) for folder in folders)


def _is_zone(path: Path) -> bool:
    """Whether a file is one of a time zone; the C library takes any other one for UTC as well."""
    try:
        with path.open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except (OSError, ValueError):
        return False

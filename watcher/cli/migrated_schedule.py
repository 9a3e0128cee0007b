"""When a Watchtower updates, as variables of ours: its cron has seconds first, and may name a time zone."""

import re
from collections.abc import Iterator

from watcher.config.grammar import duration, written
from watcher.config.schedule import schedule
from watcher.config.time_zone import refuse_unknown_zone
from watcher.model.errors import UnreadableSetting
from watcher.model.watchtower import duration as as_ours

_ZONED = re.compile(r"(?:CRON_)?TZ=(\S*)\s+(.+)")  # without a name it is UTC, as Go has it
_OF_SECONDS = re.compile(r"[0-9*/,-]+")
_EVERY = "@every "
_ALIASES = {"@midnight": "@daily", "@annually": "@yearly"}
_SECONDS = 6  # the fields of a cron expression that begins with seconds
_UNREADABLE = "--schedule: it cannot be read"


def taken_over(text: str, environment: dict[str, str]) -> Iterator[str]:
    """Take its schedule over into the environment of ours.

    Args:
        text: The schedule.
        environment: Is given the variables that mean the same.

    Yields:
        What has no counterpart, a line each.
    """
    if zoned := _ZONED.fullmatch(text.strip()):
        yield from _zone(zoned[1] or "UTC", environment)
        text = zoned[2]
    try:
        if text.startswith(_EVERY):
            environment["CTR_UPDATER_INTERVAL"] = _every(text.removeprefix(_EVERY).strip())
            return
        seconds, fields = _fields(text)
        environment["CTR_UPDATER_SCHEDULE"] = schedule(fields)
    except ValueError:
        yield _UNREADABLE
        return
    if seconds not in {"0", "00"}:
        yield f"--schedule: its seconds ({seconds}) count for nothing, a minute is the least"


def _zone(name: str, environment: dict[str, str]) -> Iterator[str]:
    """Have all times of ours be of the zone that its schedule names."""
    try:
        refuse_unknown_zone({"TZ": name})
    except UnreadableSetting:
        yield f"--schedule: there is no time zone {name!r}"
        return
    told = environment.get("TZ", name)
    environment["TZ"] = name
    if told != name:
        yield f"TZ={told}: all times are of one zone, and its schedule is of {name}"


def _every(text: str) -> str:
    """How long it waits from one look to the next: whole seconds, and one at least."""
    return written(float(max(1, int(duration(as_ours(text))))))


def _fields(text: str) -> tuple[str, str]:
    """The field of the seconds, and the five others, of which the last may be left out; or an alias.

    Raises:
        ValueError: The field of the seconds is none.
    """
    if text.startswith("@"):
        return "0", _ALIASES.get(text, text)
    fields = text.replace("?", "*").split()
    seconds, *rest = [*fields, "*"] if len(fields) == _SECONDS - 1 else fields
    if not _OF_SECONDS.fullmatch(seconds):
        raise ValueError(text)
    return seconds, " ".join(rest)

"""Freezes: days on which no update begins, by the clock on the wall. Pure but for the time zone."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from watcher.config.wall_clock import moment_of

_SPAN = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})\.\.([0-9]{4}-[0-9]{2}-[0-9]{2})")
_YEARS = range(1970, 2200)  # another one is a slip


def freeze(text: str) -> str:
    """Check spans of days such as `2026-12-20..2027-01-06`, separated by commas; both days are in it.

    Raises:
        ValueError: One is none.
    """
    [*_spans(text)]
    return text


def frozen_until(text: str, now: float) -> float:
    """When a freeze that there is at a moment ends, and no other follows at once; that moment where none is.

    Args:
        text: The freezes; empty is none.
        now: Seconds since the epoch.
    """
    spans = sorted((moment_of(_midnight(a)), moment_of(_midnight(b, 1))) for a, b in _spans(text))
    for start, end in spans:
        if start <= now < end:
            now = end
    return now


def _spans(text: str) -> Iterator[tuple[date, date]]:
    for part in text.split(",") if text else ():
        match = _SPAN.fullmatch(part.strip())
        if not match:
            raise ValueError(text)
        begin, end = map(date.fromisoformat, match.groups())
        if end < begin or begin.year not in _YEARS or end.year not in _YEARS:
            raise ValueError(text)
        yield begin, end


def _midnight(day: date, later: int = 0) -> datetime:
    return datetime.combine(day + timedelta(days=later), time())

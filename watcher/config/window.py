"""Windows: when in the week updates may begin, by the clock on the wall.

A span that the clock skips begins at the next minute that exists, at its full length; a span that comes twice
counts once, the first time. Pure but for the time zone.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from watcher.config.wall_clock import local, moment_of
from watcher.model.values import frozen

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PART = re.compile(r"(?:([A-Za-z][A-Za-z, -]*?) +)?([0-9]{1,2}:[0-9]{2}) ?- ?([0-9]{1,2}:[0-9]{2})")
_DAY_M = 24 * 60
_BACK, _AHEAD = 2, 9  # days: a span may cross midnight, and a clock may leave out a whole day


@frozen
class _Span:
    """A span of the clock on some days of the week; its end may be on the next day. All in minutes."""

    days: frozenset[int]
    begin: int
    end: int


def window(text: str) -> str:
    """Check a window such as `Sat,Sun 02:00-05:00; Mon-Fri 23:30-00:30`; no day is every day.

    Raises:
        ValueError: The text is no window.
    """
    _spans(text)
    return text


def opening(text: str, after: float) -> float:
    """The first moment, not before another one, at which a window is open; in seconds since the epoch."""
    found = [(start, end) for start, end in _around(text, local(after).date()) if end > after]
    return max(after, min(start for start, _ in found))


def _around(text: str, today: date) -> Iterator[tuple[float, float]]:
    """When a window opens and closes in the days around one."""
    spans = _spans(text)
    for day in (today + timedelta(days=n) for n in range(-_BACK, _AHEAD)):
        yield from (_moments(day, span) for span in spans if day.weekday() in span.days)


def _moments(day: date, span: _Span) -> tuple[float, float]:
    midnight = datetime.combine(day, time())
    start, end = (moment_of(midnight + timedelta(minutes=each)) for each in (span.begin, span.end))
    # Both are the same moment where the clock skips all of it.
    return start, end if end > start else start + 60.0 * (span.end - span.begin)


def _spans(text: str) -> list[_Span]:
    found = [_PART.fullmatch(part.strip()) for part in text.split(";")]
    return [_span(*(match or _none(text)).groups()) for match in found]


def _none(text: str) -> re.Match[str]:
    raise ValueError(text)


def _span(days: str | None, begins: str, ends: str) -> _Span:
    begin, end = _minute(begins), _minute(ends)
    if begin in {end, _DAY_M}:
        raise ValueError(begins)
    named = [day for part in (days or "mon-sun").split(",") for day in _days(part.strip().lower())]
    return _Span(frozenset(named), begin, end if end > begin else end + _DAY_M)


def _minute(text: str) -> int:
    hour, minute = map(int, text.split(":"))
    if minute > 59 or hour * 60 + minute > _DAY_M:  # noqa: PLR2004 - minutes
        raise ValueError(text)
    return hour * 60 + minute


def _days(text: str) -> list[int]:
    """The days of `sat` or `fri-mon`, which may go over the end of a week."""
    first, *rest = (_DAYS.index(part.strip()) for part in text.split("-", maxsplit=1))
    last = rest[0] if rest else first
    return [(first + n) % len(_DAYS) for n in range((last - first) % len(_DAYS) + 1)]

"""The clock on the wall, in the local time zone (`TZ`), which is read anew each time: it may be set.

The C library knows when clocks change. Pure but for the time zone.
"""

from datetime import datetime, timedelta

_MINUTE = timedelta(minutes=1)


def local(seconds: float) -> datetime:
    """What the clock shows at a moment, which is in seconds since the epoch."""
    return datetime.fromtimestamp(seconds)  # noqa: DTZ006 - local time is meant


def moment_of(shown: datetime) -> float:
    """When the clock shows a time for the first time, in seconds since the epoch.

    Where the clock leaves that time out it is the next minute that exists.
    """
    while local(shown.timestamp()) != shown:
        shown += _MINUTE
    return shown.timestamp()

"""Schedules: cron expressions, and when an update may begin by them.

Moments are those of the clock on the wall, and the machine may sleep over one. Pure but for the time zone.
"""

from collections.abc import Iterator
from datetime import datetime

from watcher.config.wall_clock import local

_FIELDS = 5
_ALIASES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
}
_LEAST_GRACE_S = 60.0  # everything is looked at each minute
_LEAP_S = 7200.0  # more than a clock ever goes forward or back
_NEVER_S = 100 * 365 * 86400.0


def schedule(text: str) -> str:
    """Check a cron expression of five fields, or one of its five aliases (`@daily`); returns five fields.

    Raises:
        ValueError: It is none.
    """
    from cronsim import CronSimError  # noqa: PLC0415 - few have one

    expression = _ALIASES.get(text, text)
    if len(expression.split()) != _FIELDS:
        raise ValueError(text)
    try:
        next(_moments(expression, datetime(2026, 1, 1)))  # noqa: DTZ001 - of no time zone in particular
    except (CronSimError, StopIteration) as error:
        raise ValueError(text) from error
    return expression


def next_time(expression: str, after: float) -> float:
    """The next moment that a schedule names; both are seconds since the epoch."""
    found = list[float]()
    for moment in _moments(expression, local(after - _LEAP_S)):
        found += [moment.timestamp()] * (moment.timestamp() > after)
        # A moment in the hour that a clock leaves out comes an hour later, when others may have come.
        if found and local(moment.timestamp()) == moment:
            return min(found)
    return after + _NEVER_S


def may_begin(expression: str, now: float, grace: float) -> bool:
    """Whether an update may begin: a schedule has named a moment not longer than a grace ago.

    Args:
        expression: The schedule.
        now: Seconds since the epoch.
        grace: Seconds; less than a minute is a minute.
    """
    return next_time(expression, now - max(grace, _LEAST_GRACE_S)) <= now


def _moments(expression: str, after: datetime) -> Iterator[datetime]:
    from cronsim import CronSim  # noqa: PLC0415 - few have one

    return CronSim(expression, after)

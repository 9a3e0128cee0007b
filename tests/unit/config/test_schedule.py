"""When an update may begin by its schedule: by the clock on the wall, in the local time zone."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.config.zone import at
from watcher.config.schedule import may_begin, next_time, schedule

pytestmark = pytest.mark.usefixtures("berlin")

HOUR = 3600.0


def shown(moment: float) -> str:
    return datetime.fromtimestamp(moment).astimezone().isoformat(timespec="minutes")


@pytest.mark.parametrize(
    ("expression", "after", "expected"),
    [
        ("0 3 * * *", "2026-07-01T12:00+02:00", "2026-07-02T03:00+02:00"),
        ("0 3 * * *", "2026-07-01T03:00+02:00", "2026-07-02T03:00+02:00"),
        ("30 3 * * *", "2026-03-28T12:00+01:00", "2026-03-29T03:30+02:00"),
        ("30 2 * * *", "2026-03-28T12:00+01:00", "2026-03-29T03:30+02:00"),
        ("30 3 * * *", "2026-10-24T12:00+02:00", "2026-10-25T03:30+01:00"),
        ("30 2 * * *", "2026-10-24T12:00+02:00", "2026-10-25T02:30+02:00"),
        ("30 2 * * *", "2026-10-25T02:10+01:00", "2026-10-26T02:30+01:00"),
    ],
)
def test_the_next_moment_is_by_the_clock_that_people_will_read_then(
    expression: str, after: str, expected: str
) -> None:
    assert shown(next_time(expression, at(after))) == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-07-01T02:59:59+02:00", False),
        ("2026-07-01T03:00:00+02:00", True),
        ("2026-07-01T03:59:59+02:00", True),
        ("2026-07-01T04:00:01+02:00", False),
        ("2026-07-01T14:00:00+02:00", False),
    ],
)
def test_an_update_may_begin_at_a_moment_and_for_the_grace_after_it(now: str, expected: bool) -> None:
    assert may_begin("0 3 * * *", at(now), HOUR) is expected


def test_the_hour_that_comes_twice_counts_once() -> None:
    begins = [
        may_begin("30 2 * * *", at(f"2026-10-25T02:45{offset}"), HOUR) for offset in ("+02:00", "+01:00")
    ]

    assert begins == [True, False]


@pytest.mark.parametrize("grace", [0, 1, 59])
def test_the_grace_is_a_minute_at_least_for_that_is_how_often_is_looked(grace: float) -> None:
    begins = [may_begin("0 3 * * *", at(f"2026-07-01T03:0{each}+02:00"), grace) for each in ("0:59", "1:01")]

    assert begins == [True, False]


@pytest.mark.parametrize(
    "text", ["* * * * * *", "0 0 0 29 2 *", "* * * *", "", "0 0 30 2 *", "9" * 5000 + " * * * *", "@hourly *"]
)
def test_what_has_not_five_fields_or_never_comes_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^"):
        schedule(text or " ")


@pytest.mark.parametrize(("text", "expected"), [("@daily", "0 0 * * *"), ("0 3 * * 1-5", "0 3 * * 1-5")])
def test_five_fields_and_their_aliases_are_taken(text: str, expected: str) -> None:
    assert schedule(text) == expected


@given(st.floats(0, 4e9), st.sampled_from(["0 3 * * *", "*/15 * * * *", "30 2 * * 0", "0 0 29 2 *"]))
def test_an_update_may_begin_when_the_moment_has_come_that_was_told(now: float, expression: str) -> None:
    due = next_time(expression, now)

    assert due > now
    assert may_begin(expression, due, 0)

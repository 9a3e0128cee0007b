"""When a window is open: by the clock on the wall, across midnight, and on the days when clocks change."""

import time
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.config.zone import at
from watcher.config.window import opening, window

pytestmark = pytest.mark.usefixtures("berlin")

NIGHT = "02:30-05:00"


def opens(text: str, after: str) -> str:
    moment = opening(text, at(after))
    return datetime.fromtimestamp(moment).astimezone().isoformat(timespec="minutes")


def is_open(text: str, now: str) -> bool:
    return opening(text, at(now)) == at(now)


@pytest.mark.parametrize(
    ("text", "after", "expected"),
    [
        # 2026-07-01 is a Wednesday.
        ("02:00-05:00", "2026-07-01T12:00+02:00", "2026-07-02T02:00+02:00"),
        ("02:00-05:00", "2026-07-01T05:00+02:00", "2026-07-02T02:00+02:00"),
        ("Sat,Sun 02:00-05:00; Mon-Fri 03:00-03:30", "2026-07-01T12:00+02:00", "2026-07-02T03:00+02:00"),
        ("Sat,Sun 02:00-05:00; Mon-Fri 03:00-03:30", "2026-07-03T04:00+02:00", "2026-07-04T02:00+02:00"),
        ("Wed 02:00-05:00", "2026-07-01T05:00+02:00", "2026-07-08T02:00+02:00"),
        ("fri - mon 2:00-5:00", "2026-07-01T12:00+02:00", "2026-07-03T02:00+02:00"),
        ("00:00-24:00", "2026-07-01T12:00+02:00", "2026-07-01T12:00+02:00"),
        ("23:59-24:00", "2026-07-01T12:00+02:00", "2026-07-01T23:59+02:00"),
        ("Thu 00:00-24:00", "2026-07-01T12:00+02:00", "2026-07-02T00:00+02:00"),
    ],
)
def test_a_window_opens_by_the_clock_that_people_will_read_then(text: str, after: str, expected: str) -> None:
    assert opens(text, after) == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-07-01T01:59:59+02:00", False),
        ("2026-07-01T02:00:00+02:00", True),
        ("2026-07-01T04:59:59+02:00", True),
        ("2026-07-01T05:00:00+02:00", False),
    ],
)
def test_its_first_moment_is_in_it_and_its_end_is_not(now: str, expected: bool) -> None:
    assert is_open("02:00-05:00", now) is expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-07-03T23:29+02:00", False),
        ("2026-07-03T23:30+02:00", True),
        ("2026-07-04T00:29+02:00", True),
        ("2026-07-04T00:30+02:00", False),
        ("2026-07-03T00:10+02:00", False),
    ],
)
def test_across_midnight_it_belongs_to_the_day_on_which_it_opens(now: str, expected: bool) -> None:
    assert is_open("Fri 23:30-00:30", now) is expected


@pytest.mark.parametrize(
    ("text", "opened", "closed"),
    [
        (NIGHT, "2026-03-29T03:00+02:00", "2026-03-29T05:00+02:00"),
        ("02:10-02:40", "2026-03-29T03:00+02:00", "2026-03-29T03:30+02:00"),
        ("01:00-02:30", "2026-03-29T01:00+01:00", "2026-03-29T03:00+02:00"),
        ("02:00-03:00", "2026-03-29T03:00+02:00", "2026-03-29T04:00+02:00"),
        ("Sat 23:00-02:30", "2026-03-28T23:00+01:00", "2026-03-29T03:00+02:00"),
    ],
)
def test_one_that_the_clock_skips_opens_at_the_next_minute_that_exists(
    text: str, opened: str, closed: str
) -> None:
    assert opens(text, "2026-03-28T12:00+01:00") == opened
    assert not is_open(text, _before(opened))
    assert is_open(text, _before(closed))
    assert not is_open(text, closed)


@pytest.mark.parametrize(
    ("text", "opened", "closed"),
    [
        (NIGHT, "2026-10-25T02:30+02:00", "2026-10-25T05:00+01:00"),
        ("02:10-02:40", "2026-10-25T02:10+02:00", "2026-10-25T02:40+02:00"),
        ("01:00-02:30", "2026-10-25T01:00+02:00", "2026-10-25T02:30+02:00"),
        ("02:00-03:00", "2026-10-25T02:00+02:00", "2026-10-25T03:00+01:00"),
    ],
)
def test_one_that_comes_twice_is_one(text: str, opened: str, closed: str) -> None:
    assert opens(text, "2026-10-24T12:00+02:00") == opened
    assert not is_open(text, _before(opened))
    assert is_open(text, _before(closed))
    assert not is_open(text, closed)
    # It does not open again on that day.
    assert opens(text, closed).startswith("2026-10-26T")


def test_a_day_that_was_left_out_moves_its_window_to_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Pacific/Apia")  # there was no 2011-12-30, a Friday
    time.tzset()

    assert opens("Fri 02:00-05:00", "2011-12-29T12:00-10:00") == "2011-12-31T00:00+14:00"


def _before(text: str) -> str:
    return datetime.fromtimestamp(at(text) - 1).astimezone().isoformat()


@pytest.mark.parametrize(
    "text",
    [
        *("", "at night", "02:00", "02:00-02:00", "24:00-02:00", "25:00-26:00", "02:00-24:01"),
        *("02:60-03:00", "02:60-04:00"),
        *("Sa 02:00-05:00", "Samstag 02:00-05:00", "Mon- 02:00-05:00", "Mon-Tue-Wed 02:00-05:00"),
        *("Mon, 02:00-05:00", "Mon,,Tue 02:00-05:00", "02:00-05:00;", "Mon 02:00-05:00, Tue 02:00-05:00"),
        *("Mon02:00-05:00", "02:00-05:00 Mon", "0 3 * * *", "\u0662:00-05:00", "02:00 until 05:00"),
    ],
)
def test_what_is_no_window_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^"):
        window(text)


@given(
    st.floats(0, 4e9), st.sampled_from([NIGHT, "Fri 23:30-00:30", "Sat,Sun 02:10-02:40; Mon-Fri 03:00-03:30"])
)
def test_a_window_is_open_at_the_moment_that_was_told_and_not_right_before(now: float, text: str) -> None:
    due = opening(text, now)

    assert due >= now
    assert opening(text, due) == due
    if due > now:
        assert opening(text, due - 1) == due

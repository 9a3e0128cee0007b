"""When updates are frozen: whole days, both included, by the clock on the wall."""

import pytest

from tests.unit.config.zone import at
from watcher.config.freeze import freeze, frozen_until

pytestmark = pytest.mark.usefixtures("berlin")

YEAR = "2026-12-20..2027-01-06"


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-12-19T23:59:59+01:00", False),
        ("2026-12-20T00:00:00+01:00", True),
        ("2027-01-06T23:59:59+01:00", True),
        ("2027-01-07T00:00:00+01:00", False),
    ],
)
def test_both_days_are_in_it_whole(now: str, expected: bool) -> None:
    until = frozen_until(YEAR, at(now))

    assert until == (at("2027-01-07T00:00+01:00") if expected else at(now))


def test_one_that_begins_when_another_ends_goes_on() -> None:
    both = "2027-01-07..2027-01-09, 2026-12-20..2027-01-06, 2028-01-01..2028-01-01"

    assert frozen_until(both, at("2026-12-24T12:00+01:00")) == at("2027-01-10T00:00+01:00")


def test_a_day_on_which_clocks_change_is_as_long_as_it_is() -> None:
    assert frozen_until("2026-10-25..2026-10-25", at("2026-10-25T00:00+02:00")) == at(
        "2026-10-26T00:00+01:00"
    )


def test_none_is_none() -> None:
    assert frozen_until("", 5.0) == 5.0


@pytest.mark.parametrize(
    "text",
    [
        *(" ", "2026-12-20", "2026-12-20...2027-01-06", "2026-12-20..", "2027-01-06..2026-12-20"),
        *(
            "2026-02-29..2026-03-01",
            "20.12.2026..06.01.2027",
            "2026-12-20..2027-01-06,",
            "0001-01-01..2026-01-01",
        ),
        *("2026-12-20..9999-12-31", "2026-W01-1..2026-W02-1", "\u0662026-12-20..2027-01-06"),
    ],
)
def test_what_is_no_freeze_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^"):
        freeze(text)


def test_spaces_between_them_do_not_matter() -> None:
    assert freeze(f"{YEAR}, 2028-01-01..2028-01-01") == f"{YEAR}, 2028-01-01..2028-01-01"

"""What the clock on the wall shows, and when it shows it, in a zone whose clocks change."""

from datetime import datetime

import pytest

from watcher.config.wall_clock import local, moment_of

pytestmark = pytest.mark.usefixtures("berlin")


@pytest.mark.parametrize(
    ("shown", "moment"),
    [
        ("2026-07-01T03:00", "2026-07-01T03:00+02:00"),
        ("2026-03-29T02:30", "2026-03-29T03:00+02:00"),
        ("2026-10-25T02:30", "2026-10-25T02:30+02:00"),
    ],
)
def test_a_time_is_when_the_clock_shows_it_first_or_else_the_next_minute(shown: str, moment: str) -> None:
    assert moment_of(datetime.fromisoformat(shown)) == datetime.fromisoformat(moment).timestamp()


def test_a_moment_is_shown_in_local_time() -> None:
    assert local(0.0) == datetime(1970, 1, 1, 1)  # noqa: DTZ001 - local time is meant

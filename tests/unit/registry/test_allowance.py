"""The limit that a registry tells of is read in the forms that there are; anything else is no limit."""

import pytest

from watcher.registry.allowance import Allowance, allowance_of


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"ratelimit-limit": "100;w=21600", "ratelimit-remaining": "76;w=21600"}, (100, 76, 21600)),
        ({"ratelimit-limit": "100, 100;w=60", "ratelimit-remaining": "0"}, (100, 0, 60)),
        ({"x-ratelimit-limit": "60", "x-ratelimit-remaining": "59"}, (60, 59, 0)),
    ],
)
def test_a_limit_is_read(headers: dict[str, str], expected: tuple[int, int, int]) -> None:
    assert allowance_of(headers, 5.0) == Allowance(*expected, 5.0)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"ratelimit-limit": "100"},
        {"ratelimit-limit": "many", "ratelimit-remaining": "1"},
        {"ratelimit-limit": "1" * 5000, "ratelimit-remaining": "1"},
        {"ratelimit-limit": "-1", "ratelimit-remaining": "1"},
        {"ratelimit-limit": "\u0663", "ratelimit-remaining": "1"},
    ],
)
def test_what_is_no_number_is_no_limit(headers: dict[str, str]) -> None:
    assert allowance_of(headers, 5.0) is None

"""What is said of Watchtowers; which there are is asked of a real engine, in test_beside_watchtower.py."""

import pytest

from watcher.host.watchtowers import Watchtowers, said


@pytest.mark.parametrize(
    ("names", "who"),
    [(["web"], "web"), ([*"abcde"], "a, b, c, d, e"), ([*"abcdefg"], "a, b, c, d, e and 2 more")],
)
def test_a_line_names_some_and_counts_the_others(names: list[str], who: str) -> None:
    line = said("tower", names)

    assert line == f"the Watchtower tower updates {who}: the daemon only tells of these, until that is gone"


def test_where_none_was_seen_nothing_is_looked_at() -> None:
    none = Watchtowers()

    assert (none.at({}), [*none.beside([{}])], [*none.remarks({})]) == ("", [], [])

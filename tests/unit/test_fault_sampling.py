"""Which points of an updater's own update a run tries."""

from tests.faults.sampling import Share

POINTS = [f"updater, always: after call {number}" for number in range(1, 101)]


def chosen(text: str, *, is_whole: bool) -> list[str]:
    share = Share.parse(text)
    return [point for point in POINTS if share.has_self_update(point, is_whole=is_whole)]


def test_all_are_tried_where_all_are_asked_for() -> None:
    assert chosen("ci", is_whole=True) == chosen("all", is_whole=True) == POINTS


def test_the_parts_are_all_of_it_and_none_is_in_two() -> None:
    parts = [point for number in (1, 2, 3) for point in chosen(f"{number}/3", is_whole=True)]

    assert sorted(parts) == sorted(POINTS)


def test_of_a_commit_it_is_a_small_share_whatever_it_has_of_others() -> None:
    assert 0 < len(chosen("ci", is_whole=False)) < len(POINTS) / 4
    assert chosen("commit/24", is_whole=False) == chosen("ci", is_whole=False)

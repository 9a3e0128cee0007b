"""What is kept of earlier images, and our own tag."""

import pytest

from watcher.model.kept import Kept, is_kept_tag, is_pinned, kept_tag, still_kept

DAY = 86400.0
ID = f"sha256:{'ab' * 32}"
IMAGES = tuple(Kept(f"sha256:{number}", since=10 * DAY - number * DAY) for number in range(4))


def test_the_tag_is_the_images_own() -> None:
    assert kept_tag(ID) == "ctr-updater/kept:abababababab"


@pytest.mark.parametrize("text", ["ctr-updater/kept:abababababab", "docker.io/ctr-updater/kept:x"])
def test_our_tag_is_known_however_an_engine_writes_it(text: str) -> None:
    assert is_kept_tag(text)


@pytest.mark.parametrize(
    "text", ["ctr-updater/kept-too:1", "ghcr.io/ctr-updater/kept:1", "kept:1", "ctr-updater:1", ""]
)
def test_what_only_looks_like_it_is_a_users(text: str) -> None:
    assert not is_kept_tag(text)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        (f"app:1@{ID}", True),
        (ID, True),
        ("ab", True),
        (kept_tag(ID), True),
        ("cafe", False),
        ("app:1", False),
    ],
)
def test_what_follows_no_tag_is_pinned(text: str, *, is_one: bool) -> None:
    assert is_pinned(text, ID) == is_one


@pytest.mark.parametrize(
    ("number", "seconds", "count"),
    [(0, DAY, 0), (1, 9 * DAY, 1), (9, 9 * DAY, 4), (9, 2.5 * DAY, 3), (9, 0, 0)],
)
def test_the_last_ones_are_kept_and_none_for_longer_than_is_wanted(
    number: int, seconds: float, count: int
) -> None:
    assert still_kept(IMAGES, number, seconds, now=10 * DAY) == IMAGES[:count]

"""The history as a table: which way each image went, and what fits a terminal."""

from typing import Any

import pytest

from watcher.cli.history import shown

OLD = {"id": f"sha256:{'a1' * 32}", "version": "1.27.4"}
NEW = {"id": f"sha256:{'b2' * 32}", "version": "1.27.5"}


def row(**more: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "at": "2026-11-27T00:30:00Z",
        "engine": "HERE",
        "name": "web",
        "kind": "update",
        "outcome": "updated",
        "image": "nginx:1.27",
        "old": OLD,
        "new": NEW,
        "by": "daemon",
        "took_s": 12.34,
        "down_s": 1.25,
        "why": "update available: nginx:1.27 was a1a1a1a1a1a1, is b2b2b2b2b2b2",
    }
    return told | more


pytestmark = pytest.mark.usefixtures("utc")


def cells(**more: Any) -> list[str]:
    """The cells of one row, as a program finds them."""
    head, line = shown([row(**more)]).splitlines()
    ends = [head.index(word) for word in ("WHEN", "NAME", "OUTCOME", "OLD", "TOOK", "DOWN", "BY", "WHY")]
    return [line[begin:end].strip() for begin, end in zip(ends, [*ends[1:], None], strict=True)]


def test_a_row_says_when_which_how_from_what_to_what_how_long_by_whom_and_why() -> None:
    assert cells() == [
        "2026-11-27 00:30",
        "web",
        "updated",
        "a1a1a1a1a1a1 (1.27.4) → b2b2b2b2b2b2 (1.27.5)",
        "12.3s",
        "1.2s",
        "daemon",
        "update available: nginx:1.27 was a1a1a1a1a1a1, is b2b2b2b2b2b2",
    ]


def test_where_nothing_stopped_there_was_no_downtime() -> None:
    assert cells(down_s=None)[5] == "-"


def test_an_image_that_nobody_knows_is_shown_as_such() -> None:
    assert cells(old=None, new=NEW | {"version": None})[3] == "? → b2b2b2b2b2b2"


def test_a_rollback_is_told_from_an_update() -> None:
    assert cells(kind="rollback")[2] == "rollback: updated"


def test_a_hold_has_no_images_and_took_no_time() -> None:
    nothing = {"outcome": None, "old": None, "new": None, "took_s": None, "down_s": None}

    assert cells(kind="hold", why="the fair", **nothing)[2:] == ["hold", "-", "-", "-", "daemon", "the fair"]


def test_where_there_is_nothing_yet_that_is_one_plain_line() -> None:
    assert shown([]) == "nothing has been updated, held or approved here yet"


@pytest.mark.parametrize("width", [80, 100, 140])
def test_it_fits_a_terminal_and_versions_tell_the_images_apart(width: int) -> None:
    made = shown([row(name="a-service-of-a-very-long-name-1")], width)

    assert max(map(len, made.splitlines())) <= width
    assert "1.27.4 → 1.27.5" in made


def test_images_of_one_version_are_told_apart_by_their_ids_on_a_terminal_too() -> None:
    made = shown([row(new=NEW | {"version": "1.27.4"})], 200)

    assert "a1a1a1a1a1a1 (1.27.4) → b2b2b2b2b2b2 (1.27.4)" in made


def test_what_strangers_wrote_is_escaped() -> None:
    made = shown([row(why="\x1b]0;owned\x07", name="w\x9bb", old=OLD | {"version": "1\n2"})])

    assert made.isprintable() or len(made.splitlines()) == 2
    assert "\\x1b]0;owned\\x07" in made
    assert "w\\x9bb" in made
    assert "1\\n2" in made

"""Which containers are the halves of an open update, and which are not, where there are more than two."""

import pytest
from attrs import evolve

from tests.unit.recovery.test_state import (
    AGAIN,
    GOING_TO_NEW,
    NEW,
    OF_OLD,
    OLD,
    OTHER,
    RM_OF_OLD,
    SPARE,
    TO_NEW,
    Rows,
    as_listed,
    recovery_of,
)
from watcher.recovery.state import scenes, strays
from watcher.recovery.table import Adopt, Discard, Inherit, Recovery, Undo

OF_OTHER, OF_NEW = evolve(OF_OLD, other=OTHER[:12]), evolve(OF_OLD, other=NEW[:12])


@pytest.mark.parametrize(
    ("rows", "pair"),
    [
        ({"web": OLD, OF_OLD: NEW}, (OLD, NEW)),
        ({OF_OLD: NEW, TO_NEW: OLD}, (OLD, NEW)),
        ({"web": NEW, TO_NEW: OLD}, (OLD, NEW)),
        ({"mine": NEW, TO_NEW: OLD}, (OLD, NEW)),
        ({"mine": OLD, OF_OLD: NEW}, (OLD, NEW)),
        ({"web": NEW, GOING_TO_NEW: SPARE}, (SPARE, NEW)),
        ({TO_NEW: OLD}, (OLD, "")),
        ({OF_OLD: NEW}, ("", NEW)),
    ],
)
def test_both_halves_of_an_open_update_are_known_by_whatever_name_each_has(
    rows: Rows, pair: tuple[str, str]
) -> None:
    scene = scenes(as_listed(rows))["web"]

    assert scene.pair == pair
    assert {*filter(None, pair)} <= scene.ids


@pytest.mark.parametrize(
    ("rows", "is_bereft"),
    [
        ({OF_OLD: NEW}, True),
        ({"web": OTHER, OF_OLD: NEW}, False),
        ({OF_OLD: NEW, TO_NEW: OLD}, False),
        ({"mine": OLD, OF_OLD: NEW}, False),
    ],
)
def test_only_where_a_successor_alone_is_left_it_counts_who_removed_the_old_one(
    rows: Rows, is_bereft: bool
) -> None:
    assert scenes(as_listed(rows))["web"].is_bereft == is_bereft


@pytest.mark.parametrize(
    ("rows", "started"),
    [({"web": OTHER, OF_OLD: NEW}, False), ({"web": OLD, OF_OLD: NEW}, True), ({TO_NEW: OLD}, False)],
    ids=["never started", "beside its old one", "no successor"],
)
def test_nothing_else_counts_as_started_by_compose(rows: Rows, started: bool) -> None:
    assert not scenes(as_listed(rows, started=started))["web"].is_taken_by_compose


@pytest.mark.parametrize(
    ("rows", "recovery"),
    [
        pytest.param({OF_OTHER: AGAIN, TO_NEW: OLD}, Discard(AGAIN), id="of another one than was set aside"),
        pytest.param({OF_OTHER: AGAIN, "web": OLD, OF_OLD: NEW}, Undo(OLD, NEW, OF_OLD), id="two successors"),
        pytest.param({OF_NEW: AGAIN, "web": NEW, TO_NEW: OLD}, Undo(NEW, AGAIN, OF_NEW), id="two updates"),
    ],
)
def test_only_the_one_that_an_id_speaks_for_counts_as_the_other_half(rows: Rows, recovery: Recovery) -> None:
    assert recovery_of(rows) == recovery


@pytest.mark.parametrize(
    ("rows", "recovery"),
    [
        ({RM_OF_OLD: NEW}, Inherit(NEW, RM_OF_OLD)),
        ({RM_OF_OLD: NEW, GOING_TO_NEW: SPARE}, Adopt(NEW, RM_OF_OLD)),
    ],
)
def test_one_that_removes_itself_is_gone_under_its_name_because_it_ended(
    rows: Rows, recovery: Recovery
) -> None:
    assert recovery_of(rows, gone_as="web") == recovery


def test_whose_update_it_would_be_makes_nobodys_container_a_successor() -> None:
    """It is called like one, owner and all, and runs; Compose made neither of the two."""
    rows = as_listed({"web": OTHER, evolve(OF_OLD, owner="0" * 12): NEW}, started=True)

    assert scenes(rows) == {}
    assert [*strays(rows).values()] == ["web"]

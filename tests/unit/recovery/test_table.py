"""The table of recovery, row by row; the document shows these very rows."""

from itertools import product
from pathlib import Path

import pytest

from watcher.recovery.table import ROWS, Due, Name, New, Old, Row, Sight, Spare, due

ARCHITECTURE = Path(__file__).parents[3] / "docs" / "architecture.md"

# Of each row what it is there for, in the order of the rows.
OWN, GONE, ASIDE, RENAMED = Old.NAMED, Old.GONE, Old.ASIDE, Old.RENAMED
EXAMPLES = [
    (Due.FINISH, Sight(Name.NEW, New.NONE, ASIDE, Spare.NONE)),
    (Due.FINISH, Sight(Name.NEW, New.NONE, GONE, Spare.GOING)),
    (Due.DEPART, Sight(Name.OLD, New.THERE, OWN, Spare.GOING)),
    (Due.DEPART, Sight(Name.NOBODY, New.THERE, RENAMED, Spare.GOING)),
    (Due.UNDO, Sight(Name.OLD, New.THERE, OWN, Spare.NONE)),
    (Due.UNDO, Sight(Name.OLD, New.THERE, OWN, Spare.READY)),
    (Due.UNDO, Sight(Name.OTHER, New.THERE, RENAMED, Spare.NONE)),
    (Due.UNDO, Sight(Name.NOBODY, New.THERE, ASIDE, Spare.NONE)),
    (Due.FINISH, Sight(Name.NOBODY, New.RENAMED, ASIDE, Spare.NONE)),
    (Due.FINISH, Sight(Name.NOBODY, New.RENAMED, GONE, Spare.GOING)),
    (Due.RESTORE, Sight(Name.NOBODY, New.NONE, ASIDE, Spare.NONE)),
    (Due.ADOPT, Sight(Name.NOBODY, New.THERE, GONE, Spare.GOING)),
    (Due.RESPAWN, Sight(Name.NOBODY, New.NONE, GONE, Spare.GOING)),
    (Due.RESPAWN, Sight(Name.NOBODY, New.AGAIN, GONE, Spare.GOING)),
    (Due.DISCARD_NEW, Sight(Name.NOBODY, New.THERE, Old.REMOVED, Spare.NONE)),
    (Due.INHERIT, Sight(Name.NOBODY, New.THERE, GONE, Spare.NONE)),
    (Due.LEAVE, Sight(Name.OTHER, New.NONE, ASIDE, Spare.NONE)),
    (Due.LEAVE, Sight(Name.OTHER, New.NONE, GONE, Spare.GOING)),
    (Due.DISCARD_NEW, Sight(Name.OTHER, New.THERE, ASIDE, Spare.NONE)),
    (Due.DISCARD_NEW, Sight(Name.NOBODY, New.THERE, Old.STRANGE, Spare.NONE)),
    (Due.DISCARD_SPARE, Sight(Name.OLD, New.NONE, OWN, Spare.READY)),
]


def row_of(sight: Sight) -> Row:
    return next(row for row in ROWS if row.fits(sight))


@pytest.mark.parametrize(("expected", "sight"), EXAMPLES)
def test_each_sight_has_its_due(expected: Due, sight: Sight) -> None:
    assert due(sight) is expected


def test_each_row_is_reached_and_the_examples_are_in_the_order_of_the_rows() -> None:
    assert list(dict.fromkeys(id(row_of(sight)) for _, sight in EXAMPLES)) == [id(row) for row in ROWS]


def can_be(sight: Sight) -> bool:
    """Whether containers can be called so: there is a temporary name, and no two places for one container."""
    is_named = (sight.name is Name.OLD) == (sight.old is OWN)
    if sight.spare is not Spare.NONE:
        return is_named and sight.old in {OWN, RENAMED, GONE}
    if sight.new in {New.NONE, New.RENAMED}:
        return sight.old is ASIDE and sight.name is not Name.OLD
    return is_named and sight.new is not New.AGAIN and sight.name is not Name.NEW


def test_nothing_that_can_be_is_without_a_due() -> None:
    every = [Sight(*each) for each in product(Name, New, Old, Spare)]

    assert [sight for sight in every if can_be(sight) and not any(row.fits(sight) for row in ROWS)] == []


def test_the_name_is_taken_from_nobody_who_got_it_from_somebody_else() -> None:
    kept = {due(Sight(*each)) for each in product([Name.OTHER], New, Old, Spare) if can_be(Sight(*each))}

    assert kept == {Due.UNDO, Due.DEPART, Due.LEAVE, Due.DISCARD_NEW, Due.DISCARD_SPARE}


def test_the_document_shows_these_rows() -> None:
    lines = ARCHITECTURE.read_text().splitlines()
    first = lines.index(str(ROWS[0]))

    assert lines[first : first + len(ROWS) + 1] == [*map(str, ROWS), ""]

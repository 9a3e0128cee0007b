"""The table of recovery: what the names of an open update's containers say, and what is due.

`ROWS` is the whole of it: the first row that fits counts, and every row ends in exactly one container of the
name. docs/architecture.md shows these very rows. Pure: no I/O.
"""

from collections.abc import Set as AbstractSet
from enum import Enum, StrEnum
from typing import TypeVar

from watcher.model.names import Marker
from watcher.model.values import frozen


@frozen
class Undo:
    """The old container is the truth: give it back what was taken from it, drop the successor last."""

    old: str
    successor: str
    marker: Marker


@frozen
class Finish:
    """The successor has the name: prove it and remove the old container; if it fails, undo."""

    old: str
    successor: str
    marker: Marker


@frozen
class Restore:
    """The successor is gone: give the old container its name and its state."""

    old: str
    marker: Marker


@frozen
class Depart:
    """The stop of an old container that removes itself was asked for: see it through."""

    old: str


@frozen
class Adopt:
    """The old container removed itself: its successor takes the name."""

    successor: str
    marker: Marker


@frozen
class Inherit:
    """The old container is gone, and nobody has the name: what is left gets it, and its state."""

    successor: str
    marker: Marker


@frozen
class Respawn:
    """The old container removed itself and so did its successor: make it anew from its spare."""

    spare: str
    again: str
    marker: Marker


@frozen
class Discard:
    """Somebody decided what has the name, or that nothing has: drop what never held anything."""

    cid: str


@frozen
class Leave:
    """Somebody else decided what has the name: the old container stays aside, for a person to see."""

    old: str


Recovery = Undo | Finish | Restore | Depart | Adopt | Inherit | Respawn | Discard | Leave


class Name(StrEnum):
    """Who has the container's own name, X; the values here and below are what docs/architecture.md shows."""

    NOBODY = "nothing"
    OLD = "the old one"
    NEW = "the successor"
    OTHER = "somebody else's"


class New(StrEnum):
    """Where the successor is, unless it has the name."""

    NONE = "-"
    THERE = "there"
    AGAIN = "made from the spare"
    RENAMED = "renamed by a person"


class Old(StrEnum):
    """Where the old container is."""

    NAMED = "has the name"
    ASIDE = "set aside"
    RENAMED = "renamed by a person"
    GONE = "gone"
    REMOVED = "removed as X, and the successor never ran"
    STRANGE = "set aside for another one"


class Spare(StrEnum):
    """Where the spare of an old container that removes itself is."""

    NONE = "-"
    READY = "ready"
    GOING = "going"


class Due(Enum):
    """What is due; `Recovery` has a class for each."""

    UNDO = "undo"
    FINISH = "finish"
    RESTORE = "restore"
    DEPART = "depart"
    ADOPT = "adopt"
    INHERIT = "inherit"
    RESPAWN = "respawn"
    DISCARD_NEW = "discard the successor"
    DISCARD_SPARE = "discard the spare"
    LEAVE = "leave"


@frozen
class Sight:
    """What the names of an open update's containers say."""

    name: Name
    new: New
    old: Old
    spare: Spare


_T = TypeVar("_T", bound=StrEnum)


@frozen
class Row:
    """One row of the table: it fits what is in each of its four sets.

    Attributes:
        name: Who has the container's own name.
        new: Where the successor is.
        old: Where the old container is.
        spare: Where the spare is.
        due: What is due.
        why: A clause for people.
    """

    due: Due
    why: str
    name: AbstractSet[Name] = frozenset(Name)
    new: AbstractSet[New] = frozenset(New)
    old: AbstractSet[Old] = frozenset(Old)
    spare: AbstractSet[Spare] = frozenset(Spare)

    def fits(self, sight: Sight) -> bool:
        """Whether this row tells what is due."""
        return (
            sight.name in self.name
            and sight.new in self.new
            and sight.old in self.old
            and sight.spare in self.spare
        )

    def __str__(self) -> str:
        cells = [_cell(self.name, Name), _cell(self.new, New), _cell(self.old, Old), _cell(self.spare, Spare)]
        return f"| {' | '.join(cells)} | {self.due.value} | {self.why} |"


def _cell(values: AbstractSet[_T], kind: type[_T]) -> str:
    return "any" if values == set(kind) else " or ".join(each for each in kind if each in values)


_MADE, _UNMADE = {New.THERE, New.AGAIN}, {New.NONE, New.RENAMED}
_NO_SPARE, _SPARE = {Spare.NONE}, {Spare.READY, Spare.GOING}

ROWS = (
    Row(Due.FINISH, "start and prove it, remove the old one; if it fails, undo", name={Name.NEW}),
    Row(
        Due.DEPART,
        "its stop was asked for, and cannot be taken back",
        old={Old.NAMED, Old.RENAMED},
        spare={Spare.GOING},
    ),
    Row(Due.UNDO, "drop the successor, last, for its name is the log", new=_MADE, old={Old.NAMED}),
    Row(Due.UNDO, "the same, and the old one keeps its new name", new=_MADE, old={Old.RENAMED}),
    Row(
        Due.UNDO,
        "the old one gets its name, its restart policy and its start back",
        name={Name.NOBODY},
        new=_MADE,
        old={Old.ASIDE},
    ),
    Row(
        Due.FINISH,
        "under the successor's new name; if it fails, undo",
        name={Name.NOBODY},
        new={New.RENAMED},
        old={Old.ASIDE, Old.GONE},
    ),
    Row(
        Due.RESTORE,
        "the name comes last, for nothing else is left that tells of it",
        name={Name.NOBODY},
        new={New.NONE},
        old={Old.ASIDE},
    ),
    Row(
        Due.ADOPT,
        "the old one removed itself: the successor takes the name",
        name={Name.NOBODY},
        new={New.THERE},
        old={Old.GONE},
        spare=_SPARE,
    ),
    Row(
        Due.RESPAWN,
        "both removed themselves: the old one is made anew",
        name={Name.NOBODY},
        new={New.NONE, New.AGAIN},
        old={Old.GONE},
        spare=_SPARE,
    ),
    Row(
        Due.DISCARD_NEW,
        "a person removed X",
        name={Name.NOBODY},
        new={New.THERE},
        old={Old.REMOVED},
        spare=_NO_SPARE,
    ),
    Row(
        Due.INHERIT,
        "the successor gets its state and the name, and is proved; there is nothing to go back to",
        name={Name.NOBODY},
        new={New.THERE},
        old={Old.GONE},
        spare=_NO_SPARE,
    ),
    Row(
        Due.LEAVE,
        "the old one stays aside, for a person to see",
        name={Name.OTHER},
        new=_UNMADE,
        old={Old.ASIDE},
    ),
    Row(
        Due.LEAVE,
        "the old one was made to leave for the update: its spare stays, for a person to see",
        name={Name.OTHER},
        new=_UNMADE,
        spare={Spare.GOING},
    ),
    Row(Due.DISCARD_NEW, "it never held anything", new=_MADE),
    Row(Due.DISCARD_SPARE, "nothing was taken from the old one", new=_UNMADE, spare={Spare.READY}),
)


def due(sight: Sight) -> Due:
    """What is due where the names of an open update's containers say this."""
    return next(row.due for row in ROWS if row.fits(sight))

"""The one decision of recovery: what is to be done next with the open update of a container.

`table` says what is due by the container's own names. A dependent goes where the names of its provider say
(`Way`), and the caller's purpose counts, too (`Aim`): `STEPS` has the step for each of these, and
docs/architecture.md shows it. `executor` carries the step out and chooses none; then the engine is read anew.
Pure: no I/O.
"""

from collections.abc import Callable, Mapping
from enum import Enum, StrEnum
from typing import Any

from watcher.dependencies.namespaces import Way
from watcher.model.inspection import Container
from watcher.model.values import frozen
from watcher.recovery.group import OpenUpdates
from watcher.recovery.table import (
    Adopt,
    Depart,
    Discard,
    Finish,
    Inherit,
    Name,
    Recovery,
    Respawn,
    Restore,
    Undo,
)


class Aim(Enum):
    """What the caller of the decision wants."""

    SETTLE = "bring it to the end that the names say, as whoever comes after a crash does"
    FOLLOW = "let it follow the one that it holds on to, but for the removal of its old container"
    UNDO = "go back, as the run that updates it does where something failed"


@frozen
class RollBack:
    """Give the name back to the old container, by the names alone: then there is an `Undo` to be done."""

    update: Finish


@frozen
class Prove:
    """Start and prove the successor, and keep the old container."""

    update: Finish


@frozen
class Close:
    """Remove the old container of a dependent whose successor was proved before its provider was removed."""

    update: Finish


@frozen
class Complete:
    """End a rollback: the successor is the old container made anew, and there is nothing to go back to."""

    update: Finish


@frozen
class TakePlace:
    """Take the steps that the update still lacks until the successor has the name."""

    update: Undo


@frozen
class MakeAnew:
    """Make the old container anew from its own image, with its providers as they are now, in its place.

    Attributes:
        update: What would be undone; its `successor` is empty where the successor is gone.
    """

    update: Undo


@frozen
class RespawnAnew:
    """Drop what was made anew from the spare, and make it anew once more: its creation may be cut short."""

    update: Respawn


@frozen
class Revive:
    """Give what is left of a container its name and its state; no proof is asked for."""

    update: Inherit


@frozen
class Refuse:
    """Nothing can be done now."""

    why: str


Restoring = Undo | Restore | Depart | Adopt | Respawn | RespawnAnew | Discard
RecoveryStep = (
    Restoring
    | Finish
    | Inherit
    | RollBack
    | Prove
    | Close
    | Complete
    | TakePlace
    | MakeAnew
    | Revive
    | Refuse
)


class Case(StrEnum):
    """What is due, split where the steps differ; docs/architecture.md shows the values here and below."""

    UNDO = "undo"
    UNSTARTABLE = "undo, but the engine cannot start the old one"
    TAKEN = "undo, and somebody else has X"
    FINISH = "finish"
    STARTED = "finish, but a person started the old one, which was down"
    BACK = "finish a rollback of `--rm`"
    RESTORE = "restore"
    DEPART = "depart"
    ADOPT = "adopt"
    INHERIT = "inherit"
    RESPAWN = "respawn"
    BEGUN = "respawn, begun already"
    HALF = "respawn, begun already, but what was made never ran"
    ORPHAN = "respawn, but its provider is gone"
    DISCARD = "discard"


class Course(StrEnum):
    """Where the open update goes, by its `Way` and the `Aim`."""

    ALONE = "alone"
    BACK = "its provider goes back"
    ANEW = "its provider was made anew"
    FORWARD = "its provider is open"
    COMMITTED = "its provider is done"
    FOLLOW = "it follows its provider"
    FOLLOWED = "that goes back"
    UNDO = "its run goes back"


@frozen
class Move:
    """A cell of the table; `make` makes its step from the container's name and what is due."""

    text: str
    make: Callable[[str, Any], RecoveryStep | None]

    def __str__(self) -> str:
        return self.text


_NOTHING = Move("-", lambda _, __: None)
_DO = Move("so", lambda _, due: due)
_WAIT = Move(
    "refuse",
    lambda name, _: Refuse(f"{name} cannot be settled before what it holds on to: its update is open"),
)
_LOST = Move("refuse", lambda name, _: Refuse(f"the successor of {name} is gone"))
_IS_TAKEN = Move("refuse", lambda name, _: Refuse(f"somebody else has the name {name}"))
_ROLL_BACK = Move("roll back", lambda _, due: RollBack(due))
_PROVE = Move("prove", lambda _, due: Prove(due))
_CLOSE = Move("close", lambda _, due: Close(due))
_COMPLETE = Move("complete", lambda _, due: Complete(due))
_TAKE_PLACE = Move("take the place", lambda _, due: TakePlace(due))
_MAKE_ANEW = Move("make anew", lambda _, due: MakeAnew(due))
_MAKE_LOST_ANEW = Move("make anew", lambda _, due: MakeAnew(Undo(due.old, "", due.marker.of_new(due.old))))
_RESPAWN_ANEW = Move("once more", lambda _, due: RespawnAnew(due))
_REVIVE = Move("revive", lambda _, due: Revive(due))
_DROP_NEW = Move("discard the successor", lambda _, due: Discard(due.successor))
_DROP_SPARE = Move("discard the spare", lambda _, due: Discard(due.spare))

_EVER_SO = (_DO, _DO, _DO, _DO, _DO)

# In the order of `Course`.
STEPS: Mapping[Case, tuple[Move, ...]] = {
    Case.UNDO: (_DO, _DO, _MAKE_ANEW, _WAIT, _TAKE_PLACE, _TAKE_PLACE, _NOTHING, _DO),
    Case.UNSTARTABLE: (
        _TAKE_PLACE,
        _MAKE_ANEW,
        _MAKE_ANEW,
        _WAIT,
        _TAKE_PLACE,
        _TAKE_PLACE,
        _NOTHING,
        _DO,
    ),
    Case.TAKEN: (_DO, _DO, _DO, _WAIT, _DROP_NEW, _IS_TAKEN, _NOTHING, _DO),
    Case.FINISH: (_DO, _ROLL_BACK, _ROLL_BACK, _WAIT, _CLOSE, _PROVE, _NOTHING, _ROLL_BACK),
    Case.STARTED: (
        _ROLL_BACK,
        _ROLL_BACK,
        _ROLL_BACK,
        _WAIT,
        _CLOSE,
        _PROVE,
        _NOTHING,
        _ROLL_BACK,
    ),
    Case.BACK: (_DO, _ROLL_BACK, _ROLL_BACK, _WAIT, _CLOSE, _PROVE, _NOTHING, _COMPLETE),
    Case.RESTORE: (_DO, _DO, _MAKE_LOST_ANEW, _DO, _DO, _LOST, _LOST, _DO),
    Case.DEPART: (*_EVER_SO, _DO, _NOTHING, _DO),
    Case.ADOPT: (*_EVER_SO, _DO, _NOTHING, _DROP_NEW),
    Case.INHERIT: (*_EVER_SO, _REVIVE, _NOTHING, _REVIVE),
    Case.RESPAWN: (*_EVER_SO, _LOST, _LOST, _DO),
    Case.BEGUN: (*_EVER_SO, _DO, _NOTHING, _DO),
    Case.HALF: (*(_RESPAWN_ANEW,) * 6, _NOTHING, _RESPAWN_ANEW),
    Case.ORPHAN: (*(_DROP_SPARE,) * 5, _LOST, _LOST, _DO),
    Case.DISCARD: (*_EVER_SO, _DO, _NOTHING, _DO),
}


def next_step(
    found: OpenUpdates, name: str, aim: Aim = Aim.SETTLE, *, cannot_start: bool = False
) -> RecoveryStep | None:
    """Tell what is to be done next with the open update of a container.

    Args:
        found: All open updates.
        name: The container's.
        aim: What is asked for.
        cannot_start: The engine said that it cannot start the old container any more.

    Returns:
        None where nothing is open any more, or only a person can decide.
    """
    due = found.recovery(name)
    if due is None:
        return None
    moves = dict(zip(Course, STEPS[_case(found, name, due, cannot_start=cannot_start)], strict=True))
    return moves[_course(aim, found.way(name))].make(name, due)


def _course(aim: Aim, way: Way) -> Course:
    if aim is Aim.FOLLOW:
        return _FOLLOWS.get(way, Course.FOLLOWED)
    return Course.UNDO if aim is Aim.UNDO else _SETTLED[way]


_SETTLED = {
    Way.OWN: Course.ALONE,
    Way.BACK: Course.BACK,
    Way.ANEW: Course.ANEW,
    Way.FORWARD: Course.FORWARD,
    Way.COMMITTED: Course.COMMITTED,
}
_FOLLOWS = {Way.FORWARD: Course.FOLLOW, Way.ANEW: Course.ANEW}


def _case(found: OpenUpdates, name: str, due: Recovery, *, cannot_start: bool) -> Case:
    if isinstance(due, Undo) and found.scenes[name].sight.name is Name.OTHER:
        return Case.TAKEN
    if isinstance(due, Undo):
        return Case.UNSTARTABLE if cannot_start and not due.marker.removes_itself else Case.UNDO
    if isinstance(due, Finish):
        return _finish_case(found, due)
    if isinstance(due, Respawn):
        return Case.ORPHAN if found.is_orphaned(name) else _respawn_case(found, due)
    return Case(type(due).__name__.lower())


def _respawn_case(found: OpenUpdates, due: Respawn) -> Case:
    if not due.again:
        return Case.RESPAWN
    made = found.inspects.get(due.again)
    return Case.HALF if made is not None and not Container(made).state.has_run else Case.BEGUN


def _finish_case(found: OpenUpdates, due: Finish) -> Case:
    if due.marker.back:
        return Case.BACK
    old = found.inspects.get(due.old)
    is_started = due.marker.wanted == "s" and old is not None and Container(old).is_running
    return Case.STARTED if is_started else Case.FINISH

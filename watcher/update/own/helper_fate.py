"""What is to be done about a helper, by what the engine says of it. Pure: no I/O."""

from enum import Enum, auto

from watcher.model.inspection import Container, seconds_of
from watcher.model.json_object import Json

_TRIES = 3
_BEGINS_WITHIN_S = 90.0


class HelperFate(Enum):
    """What is to be done about a helper."""

    WORKS = auto()
    START = auto()  # it was created, or fell, and there is something for it to do
    LATE = auto()  # it should have said by now that it has begun
    STUCK = auto()  # it cannot begin
    OVER = auto()


def fate(helper: Json, *, is_open: bool, since: float, now: float) -> HelperFate:
    """Judge an inspected helper.

    Args:
        helper: As inspected.
        is_open: Whether the update that it was made for has begun, and is not over.
        since: Since when the helper could have begun, in seconds since the epoch, if later than its own
            start: the start of the container that it was to update.
        now: The time, by the engine's clock.
    """
    state = Container(helper).state
    if state.is_running or state.is_restarting:
        if is_open:
            return HelperFate.WORKS
        # Not since its creation: an updater that was killed may have left it unstarted for long.
        return _unopened(helper, now - max(seconds_of(state.started), since))
    if state.status == "created":
        return HelperFate.START
    return HelperFate.START if is_open and state.exit_code else HelperFate.OVER


def _unopened(helper: Json, ran_s: float) -> HelperFate:
    """The fate of a helper that runs, and has not changed anything yet."""
    if helper.get("RestartCount", 0) >= _TRIES:
        return HelperFate.STUCK
    return HelperFate.LATE if ran_s > _BEGINS_WITHIN_S else HelperFate.WORKS

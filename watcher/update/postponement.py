"""What follows where a helper did not update the container: its image failed, or it only has to wait."""

import time

from watcher.check.eligibility import For, Wait
from watcher.model.helper import Helper
from watcher.model.update_events import Attempt
from watcher.store.decisions import Decision, Decisions, DecisionStore
from watcher.update.report import has_begun, is_blamed

_AGAIN_S = 300.0
_BLAMELESS = "helper, blameless"  # who says so of an image that is not to blame
_FIRST_S = 10.0
_LONGEST_S = 3600.0


def is_failure(attempt: Attempt | None, log: str, *, is_stuck: bool) -> bool:
    """Whether the image failed, so that it is not tried again before its tag moves.

    It is where the helper blames it, and where no helper for it can begin; what a person or the engine does
    to one that has begun is not its fault.

    Args:
        attempt: What the helper told; None where it told of nothing.
        log: The helper's.
        is_stuck: Whether it came to nothing, and was given up.
    """
    if is_stuck and not has_begun(log):
        return True
    return is_blamed(log) and (attempt is None or attempt.outcome != "refused")


async def postponed(decisions: DecisionStore, helper: Helper, attempt: Attempt | None) -> Wait | None:
    """The wait until a helper is made once more, where a hook or a gate said "not now" or could not say.

    The wait is noted, so that no look before its end makes a helper. One that the helper has noted counts.

    Args:
        decisions: Where it is noted.
        helper: The helper.
        attempt: What it told; None where it told of nothing.

    Returns:
        The wait; None where the attempt does not have to wait.
    """
    if attempt is None or attempt.outcome != "refused":
        return None
    now, name, image = time.time(), helper.name, helper.target
    noted = (await decisions.read()).vetoed(name, image, now)
    if noted is None:
        why = attempt.why.removeprefix(f"{name} is not updated: ")
        noted = Decision(name, "veto", now, now + _AGAIN_S, image, "helper", why)
        await decisions.note(noted)
    return Wait(For.VETO, noted.why, noted.until)


async def put_off(decisions: DecisionStore, helper: Helper, attempt: Attempt | None) -> None:
    """Put the next helper off where an update was undone, and its image is not to blame.

    Each time for twice as long: the updater was stopped and started again for it, and whatever undid it may
    be there the next time, too.

    Args:
        decisions: Where that is noted, for the updater was started anew.
        helper: The helper that is over.
        attempt: What it told; one that told of nothing has stopped nobody.
    """
    if attempt is None or attempt.outcome == "refused":
        return
    now, name, image = time.time(), helper.name, helper.target
    found = await decisions.read()
    if found.vetoed(name, image, now) is None:
        why = f"its update was undone, and the image is not to blame: {attempt.why}"
        until = now + _next_s(found, name, image)
        await decisions.note(Decision(name, "veto", now, until, image, _BLAMELESS, why))


def _next_s(found: Decisions, name: str, image: str) -> float:
    """The seconds of the next wait for an image that is not to blame: twice those of the last one."""
    last = [
        each.until - each.at
        for each in found.of.get(name, ())
        if (each.kind, each.image, each.by) == ("veto", image, _BLAMELESS)
    ]
    return min(2 * last[0], _LONGEST_S) if last else _FIRST_S

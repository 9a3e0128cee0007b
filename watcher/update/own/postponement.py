"""What follows where a helper did not update the container: its image failed, or it only has to wait."""

import time

from watcher.check.eligibility import For, Wait
from watcher.model.helper import Helper
from watcher.model.update_events import Attempt
from watcher.model.values import frozen
from watcher.store.decisions import Decision, Decisions, DecisionStore
from watcher.store.state import Memory
from watcher.update.own.report import has_begun, is_blamed

_AGAIN_S = 300.0
_BLAMELESS = "helper, blameless"  # who says so of an image that is not to blame
_FIRST_S = 10.0
_LONGEST_S = 3600.0


@frozen
class Failed:
    """The image failed: it is not tried again before its tag moves."""


@frozen
class NotYet:
    """A hook or a gate said "not now", or could not say: nothing went wrong, and the image waits.

    Attributes:
        why: What the helper told.
    """

    why: str


@frozen
class Undone:
    """The update was undone, and the image is not to blame: it waits, each time for twice as long.

    Attributes:
        why: What the helper told.
    """

    why: str


Consequence = Failed | NotYet | Undone | None


def consequence(attempt: Attempt | None, log: str, *, is_stuck: bool) -> Consequence:
    """Decide what follows for the image; None where nothing does, and the next look may make a helper again.

    The image failed where the helper blames it, and where no helper for it can begin; what a person or the
    engine does to a helper that has begun is not the image's fault. A helper that told of nothing has stopped
    no container.

    Args:
        attempt: What the helper told; None where it told of nothing.
        log: The helper's.
        is_stuck: Whether the helper came to nothing, and was given up.
    """
    if is_stuck and not has_begun(log):
        return Failed()
    if attempt and attempt.outcome == "refused":
        return None if is_stuck else NotYet(attempt.why)
    if is_blamed(log):
        return Failed()
    return Undone(attempt.why) if attempt else None


async def keep(memory: Memory, helper: Helper, cid: str, follows: Consequence, why: str) -> Wait | None:
    """Keep what follows, so that no look before its end makes a helper for that image.

    Args:
        memory: Where it is kept, for the updater may be started anew meanwhile.
        helper: The helper that is over.
        cid: The container that the image failed in.
        follows: What follows.
        why: What went wrong.

    Returns:
        The wait, where nothing went wrong but "not yet"; else None.
    """
    match follows:
        case Failed():
            await memory.keep_failure(cid, helper.target, why)
        case NotYet():
            return await _postponed(memory.decisions, helper, follows)
        case Undone():
            await _put_off(memory.decisions, helper, follows)
        case None:
            pass
    return None


async def _postponed(decisions: DecisionStore, helper: Helper, follows: NotYet) -> Wait:
    """The wait until a helper is made once more: what the helper has noted, or else one from now on."""
    now, name, image = time.time(), helper.name, helper.target
    noted = (await decisions.read()).vetoed(name, image, now)
    if noted is None:
        why = follows.why.removeprefix(f"{name} is not updated: ")
        noted = Decision(name, "veto", now, now + _AGAIN_S, image, "helper", why)
        await decisions.note(noted)
    return Wait(For.VETO, noted.why, noted.until)


async def _put_off(decisions: DecisionStore, helper: Helper, follows: Undone) -> None:
    """Put the next helper off, unless one is put off already.

    Each time for twice as long: the updater was stopped and started again for the update, and what undid the
    update may be there the next time, too.
    """
    now, name, image = time.time(), helper.name, helper.target
    found = await decisions.read()
    if found.vetoed(name, image, now) is None:
        why = f"its update was undone, and the image is not to blame: {follows.why}"
        until = now + _next_s(found, name, image)
        await decisions.note(Decision(name, "veto", now, until, image, _BLAMELESS, why))


def _next_s(found: Decisions, name: str, image: str) -> float:
    """The seconds of the next wait for an image that is not to blame: twice those of the last wait."""
    last = [
        each.until - each.at
        for each in found.of.get(name, ())
        if (each.kind, each.image, each.by) == ("veto", image, _BLAMELESS)
    ]
    return min(2 * last[0], _LONGEST_S) if last else _FIRST_S

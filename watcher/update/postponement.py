"""What follows where a helper did not update the container: its image failed, or it only has to wait."""

import time

from watcher.check.eligibility import For, Wait
from watcher.model.helper import Helper
from watcher.model.update_events import Attempt
from watcher.store.decisions import Decision, DecisionStore

_AGAIN_S = 300.0


def is_failure(attempt: Attempt | None, code: int, *, is_stuck: bool) -> bool:
    """Whether the image failed, so that it is not tried again before its tag moves.

    Args:
        attempt: What the helper told; None where it told of nothing.
        code: The helper's exit code.
        is_stuck: Whether it could not begin.
    """
    return is_stuck or (not code and attempt is not None and attempt.outcome in {"failed", "rolled back"})


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

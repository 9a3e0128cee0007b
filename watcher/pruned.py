"""Whether what is gone went with a prune, which nobody meant, or was removed by somebody on purpose.

The engine reports a `destroy` of each container or network, and a `prune` at the end of one, right after the
last of its removals (20.10 to 28.5). It keeps its last 256 events, and none over its own restart.
"""

import asyncio
from enum import Enum
from typing import Literal

from watcher.engine import Engine, Json

# A prune that is still at work removes the next one within this time.
_GAP_S = 10.0
_LOOK_AGAIN_S = 0.5
_NANO = 1_000_000_000
LONG_S = 24 * 3600.0


class Fate(Enum):
    """What became of something that is gone."""

    PRUNED = "a prune removed it"
    REMOVED = "somebody removed it"
    FORGOTTEN = "the engine does not know any more who removed it"
    LONG_GONE = "it has been gone for long, and no prune is known to have removed it"


async def fate(engine: Engine, kind: Literal["container", "network"], gone: str, since: float) -> Fate:
    """Tell what became of a container or network; a prune that is under way is waited for.

    Args:
        engine: Where it was.
        kind: What it was.
        gone: Its id.
        since: When it was there still, by the engine's clock.
    """
    while True:
        now = await engine.now()
        # All that it knows: it may have gone a moment before that was noted.
        events = await engine.past_events(1, now, type=[kind], event=["destroy", "prune"])
        found = judged(events, gone, now)
        if found is not None:
            is_lasting = found is Fate.PRUNED or now - since <= LONG_S
            return found if is_lasting else Fate.LONG_GONE
        await asyncio.sleep(_LOOK_AGAIN_S)


def judged(events: list[Json], gone: str, now: float) -> Fate | None:
    """What the events say; None where a prune may still be at it."""
    ids = [event["Actor"]["ID"] for event in events]
    if gone not in ids:
        return Fate.FORGOTTEN
    last = 0.0
    for event in events[ids.index(gone) :]:
        at = event["timeNano"] / _NANO
        if last and at - last > _GAP_S:
            return Fate.REMOVED
        if event["Action"] == "prune":
            return Fate.PRUNED
        last = at
    return Fate.REMOVED if now - last > _GAP_S else None

"""Whether a missing container or network was pruned, or removed on purpose.

The engine reports a `destroy` of each container or network, and a `prune` at the end of one, right after the
last of its removals (20.10 to 28.5). It keeps its last 256 events, and none over its own restart.
`departure_of` alone decides, for all who ask.
"""

import asyncio
from enum import Enum
from typing import Literal

from attrs import evolve

from watcher.engine.client import Engine
from watcher.model.inspection import attributes_of, moment_of
from watcher.model.json_object import Json
from watcher.model.values import frozen

# A prune that is still at work removes the next one within this time; Compose starts what it finds of a
# service that it took a container of within this time, too.
_GAP_S = 10.0
_LOOK_AGAIN_S = 0.5
LONG_S = 24 * 3600.0
_ACTIONS = ["destroy", "prune", "start", "kill", "stop"]


class Fate(Enum):
    """What became of a container or network that is gone."""

    PRUNED = "a prune removed it"
    REMOVED = "somebody removed it"
    OVERTAKEN = "somebody stopped and removed it while we removed its successor"
    FORGOTTEN = "the engine does not know any more who removed it"
    LONG_GONE = "it has been gone for long, and no prune is known to have removed it"


@frozen
class Departure:
    """How a container or network went away.

    Attributes:
        fate: What became of it.
        name: The name that it had then; empty where nobody knows.
    """

    fate: Fate
    name: str = ""


async def departure(
    engine: Engine, kind: Literal["container", "network"], gone: str, dropped: str = "", since: float = 0.0
) -> Departure:
    """Tell how a container or network went; a prune that is under way is waited for.

    Args:
        engine: Where it was.
        kind: What it was.
        gone: Its id, or the id's first digits.
        dropped: The id of its successor, where the successor is gone because we removed it.
        since: When its successor was there already, by the engine's clock.
    """
    while True:
        now = await engine.now()
        # All that it knows: it may have gone before that was noted, or its successor made.
        events = await engine.past_events(now, type=[kind], event=_ACTIONS)
        if found := departure_of(events, gone, now, dropped, since):
            return found
        await asyncio.sleep(_LOOK_AGAIN_S)


async def fate(
    engine: Engine, kind: Literal["container", "network"], gone: str, since: float, dropped: str = ""
) -> Fate:
    """Tell what became of a container or network that was noted; see `departure`.

    Args:
        engine: Where it was.
        kind: What it was.
        gone: Its id.
        since: When it was there still, and its successor already, by the engine's clock.
        dropped: The id of its successor, where the successor is gone because we removed it.
    """
    found = (await departure(engine, kind, gone, dropped, since)).fate
    is_lasting = found is Fate.PRUNED or await engine.now() - since <= LONG_S
    return found if is_lasting else Fate.LONG_GONE


def departure_of(
    events: list[Json], gone: str, now: float, dropped: str = "", since: float = 0.0
) -> Departure | None:
    """The departure that the events tell of; None where a prune, or Compose, may still be under way.

    Args:
        events: The events of containers, or of networks, the oldest first.
        gone: The id, or the first digits of it.
        now: The time, by the engine's clock.
        dropped: The id of its successor, where the successor is gone because we removed it.
        since: When its successor was there already.
    """
    at = next((n for n, each in enumerate(events) if _is(each, "destroy", gone)), None)
    if at is None:
        return Departure(Fate.FORGOTTEN)
    found = Departure(Fate.REMOVED, attributes_of(events[at]).get("name", ""))
    if dropped and _is_overtaken(events[:at], events, (gone, dropped), since):
        return evolve(found, fate=Fate.OVERTAKEN)
    last = 0.0
    for event in (each for each in events[at:] if each["Action"] in {"destroy", "prune"}):
        then = moment_of(event)
        if last and then - last > _GAP_S:
            return found
        if event["Action"] == "prune":
            return evolve(found, fate=Fate.PRUNED)
        last = then
    return found if now - last > _GAP_S else None


def _is_overtaken(past: list[Json], events: list[Json], pair: tuple[str, str], since: float) -> bool:
    """Whether an old container was being stopped, then removed, while its successor was there to be kept.

    The old container had come back by then: a person who stopped it before its successor was made, or found
    it stopped by its update, did not choose between the two.
    """
    gone, dropped = pair
    starts = [n for n, each in enumerate(past) if _is(each, "start", gone)]
    if not starts or moment_of(past[starts[-1]]) < since:
        return False
    killed, stopped, went = (
        next((n for n in range(starts[-1], len(events)) if _is(events[n], action, cid)), None)
        for action, cid in (("kill", gone), ("stop", gone), ("destroy", dropped))
    )
    return killed is not None and stopped is not None and went is not None and killed < went


def _is(event: Json, action: str, cid: str) -> bool:
    return bool(event["Action"] == action and event["Actor"]["ID"].startswith(cid))

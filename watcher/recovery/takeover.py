"""Takes over what another updater left open, once it is known to be gone.

An updater that shares our state directory is gone where its lock is free. Any other is gone only after
`SILENCE_S` without a sign of life; the engine's past events prove it at once where they reach back that far.
Then the update is taken by renaming its containers from the names that were read: an updater that comes
second finds no such name. A sign of life that was given meanwhile lets the other updater act for `LEASE_S`
more: this time is waited for.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing

from watcher.engine.client import Engine
from watcher.model.inspection import attributes_of, moment_of
from watcher.model.json_object import Json
from watcher.model.names import Marker
from watcher.model.signs_of_life import LEASE_S, SILENCE_S
from watcher.recovery.group import OpenUpdates
from watcher.recovery.lease import Lease
from watcher.recovery.state import Scene
from watcher.store.owner import is_at_home

Waits = Callable[[str, float], None]
# Asked once nobody else is at work on open updates: raises where they are not ours to settle.
May = Callable[[Iterable[Scene]], Awaitable[None]]

_SIGNS = ["create", "rename", "update", "top"]
_ENDS = ["rename", "destroy"]


async def take_over(lease: Lease, found: OpenUpdates, names: Sequence[str], waits: Waits, may: May) -> bool:
    """Become the owner of open updates.

    Args:
        lease: Our lease.
        found: All open updates.
        names: The containers whose updates are to be taken, the root first.
        waits: Told the name and for how many seconds, where another updater may be at work.
        may: Asked whether the updates are to be ours, once no other updater's work is under way.

    Returns:
        False where the updates changed, or are another owner's now: look again.
    """
    scenes = [found.scenes[name] for name in names if found.recovery(name)]
    concerned = {scene.name for scene in scenes}
    is_ours = all(is_at_home(owner, lease.owner) for scene in scenes for owner in _owners(scene))
    if not is_ours:
        await lease.rest()  # an updater that waits for the silence of others is silent itself
        if not await _is_silent(lease.engine, concerned, waits):
            return False
    await may(scenes)
    if not await lease.take(scenes):
        return False
    if not is_ours:
        quiet_for = await _quiet_for(lease.engine, concerned, lease.owner)
        await asyncio.sleep(max(LEASE_S - quiet_for, 0))
    return True


async def _is_silent(engine: Engine, names: set[str], waits: Waits) -> bool:
    """Wait until the owner has been silent for long enough; False where its containers changed instead."""
    async with aclosing(engine.events(type=["container"], event=[*_SIGNS, *_ENDS])) as events:
        await anext(events)  # subscribed: no sign is missed from here on
        left = SILENCE_S - await _quiet_for(engine, names)
        if left <= 0:
            return True
        waits(min(names), left)
        return await _stays_silent(events, names, left)


async def _stays_silent(events: AsyncGenerator[Json, None], names: set[str], seconds: float) -> bool:
    clock = asyncio.get_running_loop().time
    try:
        async with asyncio.timeout(seconds) as limit:
            async for event in events:
                if names.isdisjoint(_concerns(event)):
                    continue
                if event["Action"] in _ENDS:
                    return False
                limit.reschedule(clock() + SILENCE_S)
    except TimeoutError:
        return True
    return False


async def _quiet_for(engine: Engine, names: set[str], but: str = "") -> float:
    """For how long no owner has given a sign of life for updates, as far back as the engine remembers."""
    now = await engine.now()
    past = await engine.past_events(now)
    return now - last_sign(past, names, but=but, now=now)


def last_sign(past: Sequence[Json], names: set[str], *, now: float, but: str = "") -> float:
    """When the last sign of life was given for updates.

    Args:
        past: All events that the engine remembers, oldest first: before them may have been any.
        names: Whose updates.
        now: The time that counts where the engine remembers none.
        but: The owner whose signs do not count.
    """
    times = [moment_of(past[0]) if past else now]
    times += [moment_of(event) for event in past if _is_sign(event, names, but)]
    return max(times)


def _is_sign(event: Json, names: set[str], but: str) -> bool:
    if event.get("Type") != "container" or event["Action"] not in _SIGNS:
        return False
    called = str(attributes_of(event).get("name"))
    is_ours = bool(but) and called.endswith(f"-{but}")
    return not is_ours and not names.isdisjoint(_concerns(event))


def _concerns(event: Json) -> set[str]:
    """The containers whose updates an event is about, by its temporary name or the one before a rename."""
    attributes = attributes_of(event)
    texts = (str(attributes.get(key, "")) for key in ("name", "oldName"))
    return {marker.name for text in texts if (marker := Marker.parse(text))}


def _owners(scene: Scene) -> Iterable[str]:
    return (each.marker.owner for each in (scene.retired, scene.successor) if each)

"""Brings an update that was left open to one of its two safe ends: undone, or finished.

Everything is read from the engine and decided by `scene`; it can be cut short anywhere and begun
again, for each step leaves a row of the same table.
"""

import asyncio
from typing import Any

from attrs import evolve

from watcher.engine import Engine
from watcher.errors import EngineError, EngineUnavailable, NotFound
from watcher.names import Marker, short
from watcher.proof import Demand, NotProved, is_wired, prove
from watcher.scene import Discard, Finish, Leave, Recovery, Restore, Scene, Undo, scenes

Json = dict[str, Any]

_TRIES_TO_QUIET = 50
_QUIET_LOOKS = 2
_PAUSE_S = 0.1
NO_RESTART: Json = {"Name": "no", "MaximumRetryCount": 0}
_ALWAYS: Json = {"Name": "always", "MaximumRetryCount": 0}


async def open_updates(engine: Engine) -> dict[str, Scene]:
    """Every update that was left open, by the name of its container."""
    return scenes(await engine.containers(stopped=True))


async def settle(engine: Engine, name: str, demand: Demand) -> list[Recovery]:
    """Finish or undo whatever update of a container is open, and say what was done, in order."""
    done: list[Recovery] = []
    while (recovery := await _next(engine, name)) is not None:
        done.append(recovery)
        if isinstance(recovery, Finish):
            await _finish(engine, recovery, demand)
        else:
            await _recover(engine, recovery)
    return done


async def undo(engine: Engine, name: str) -> None:
    """Make a container its old self again, wherever in an update it is; nothing open is fine."""
    while (recovery := await _next(engine, name)) is not None:
        if isinstance(recovery, Finish):
            await _roll_back(engine, recovery)
        else:
            await _recover(engine, recovery)


async def _next(engine: Engine, name: str) -> Recovery | None:
    scene = (await open_updates(engine)).get(name)
    return None if scene is None or isinstance(scene.recovery, Leave) else scene.recovery


async def _recover(engine: Engine, recovery: Recovery) -> None:
    match recovery:
        case Undo(old, successor, marker):
            await quiet(engine, successor)
            await _restore(engine, old, marker)
            await _drop(engine, successor)
        case Restore(only, marker):
            await _restore(engine, only, marker)
        case Discard(successor):
            await quiet(engine, successor)
            await _drop(engine, successor)


async def _finish(engine: Engine, open_update: Finish, demand: Demand) -> None:
    old = await engine.container(open_update.old)
    if old["State"]["Running"]:
        # A restart of the engine revived it, or a person did.
        await engine.stop(old)
    try:
        if open_update.marker.wanted != "s":
            await engine.act(open_update.successor, "start")
            await prove(engine, open_update.successor, demand)
            await _pause(engine, open_update.successor, open_update.marker)
    except NotProved:
        await _roll_back(engine, open_update)
    else:
        await commit(engine, open_update.successor, old, open_update.marker)


async def commit(engine: Engine, new: str, old: Json, marker: Marker) -> None:
    """Give a proved successor what it still lacks, and remove the old container.

    Args:
        engine: Where they are.
        new: The successor's id; it has the name.
        old: The old container, as inspected.
        marker: What was wanted of it.
    """
    wanted = _ALWAYS if marker.always else old["HostConfig"]["RestartPolicy"]
    container = await engine.container(new)
    if container["HostConfig"]["RestartPolicy"] != wanted:
        # A rollback that was cut short had silenced it.
        await engine.set_restart_policy(new, wanted)
    await _remove(engine, old["Id"])


async def _roll_back(engine: Engine, open_update: Finish) -> None:
    """Turn the scene into one that is undone, by the names first: whoever goes on from there undoes too."""
    marker = open_update.marker
    await quiet(engine, open_update.successor)
    await engine.rename(open_update.successor, str(evolve(marker, kind="new", other=short(open_update.old))))
    await engine.rename(open_update.old, marker.name)


async def quiet(engine: Engine, cid: str) -> None:
    """Stop a container until it stays stopped.

    A crash-looping one races with its own restart policy: the engine refuses to change the policy while
    it is down, and answers a stop with 304 in the gap before it comes back (26.1, 28.5). No event tells
    the end of that gap, so this looks again, a bounded number of times.
    """
    calm = 0
    for attempt in range(_TRIES_TO_QUIET):
        container = await engine.container(cid)
        calm = calm + 1 if _is_quiet(container) else 0
        if calm and (attempt == 0 or calm == _QUIET_LOOKS):
            return
        if not calm:
            await _silence(engine, container)
        await asyncio.sleep(_PAUSE_S)
    raise EngineError(f"cannot stop the container {short(cid)}: it comes back each time")


def _is_quiet(container: Json) -> bool:
    state = container["State"]
    if state["Running"] or state.get("Restarting"):
        return False
    return state["StartedAt"].startswith("0001-") or _policy(container) == "no"


def _policy(container: Json) -> str:
    return (container["HostConfig"].get("RestartPolicy") or {}).get("Name") or "no"


async def _silence(engine: Engine, container: Json) -> None:
    try:
        if _policy(container) != "no":
            await engine.set_restart_policy(container["Id"], NO_RESTART)
        await engine.stop(container)
    except EngineUnavailable:
        raise
    except EngineError:
        # The race that the caller's loop is for.
        return


async def _restore(engine: Engine, cid: str, marker: Marker) -> None:
    """Give a container its name, its restart policy and the state that it is to be in."""
    container = await engine.container(cid)
    if container["Name"] != f"/{marker.name}":
        await engine.rename(cid, marker.name)
    if marker.always:
        await engine.set_restart_policy(cid, _ALWAYS)
    if marker.wanted == "s":
        return
    await engine.act(cid, "start")
    container = await engine.container(cid)
    if container["State"]["Running"] and not is_wired(container):
        await engine.act(cid, "restart")
    await _pause(engine, cid, marker)


async def _pause(engine: Engine, cid: str, marker: Marker) -> None:
    if marker.wanted == "p" and not (await engine.container(cid))["State"]["Paused"]:
        await engine.act(cid, "pause")


async def _drop(engine: Engine, cid: str) -> None:
    """Remove a successor that is not needed, with the volumes that are its own alone."""
    await _remove(engine, cid, with_own_volumes=True)


async def _remove(engine: Engine, cid: str, *, with_own_volumes: bool = False) -> None:
    try:
        await engine.remove(cid, with_own_volumes=with_own_volumes)
    except NotFound:
        return

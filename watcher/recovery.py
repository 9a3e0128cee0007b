"""The steps that bring an update that was left open to one of its two safe ends: undone, or finished.

Everything is read from the engine and decided by `scene`; it can be cut short anywhere and begun
again, for each step leaves a row of the same table.
"""

from typing import Any

from attrs import evolve

from watcher import spare, starting, stops
from watcher.engine import Engine
from watcher.errors import Conflict, EngineError, NotFound
from watcher.names import Marker, short
from watcher.proof import Demand, NotProved, is_wired, prove, start
from watcher.quiet import quiet
from watcher.scene import (
    Adopt,
    Depart,
    Discard,
    Finish,
    Leave,
    Recovery,
    Respawn,
    Restore,
    Scene,
    Undo,
    scenes,
)

Json = dict[str, Any]


class NameTaken(EngineError):
    """Somebody gave the container's name to another one in the middle of its update."""


_ALWAYS: Json = {"Name": "always", "MaximumRetryCount": 0}


async def open_updates(engine: Engine) -> dict[str, Scene]:
    """Every update that was left open, by the name of its container."""
    return scenes(await engine.containers(stopped=True))


async def undo(engine: Engine, name: str, kept: str) -> None:
    """Make a container its old self again, wherever in an update it is; nothing open is fine.

    A successor that is the old container made anew is not undone: a rollback is never rolled back.

    Args:
        engine: Where it is.
        name: The container's.
        kept: The id of the old container, or of its spare.

    Raises:
        EngineError: The engine refused; everything is left in place, and may be tried again.
        NameTaken: Somebody else has the name now.
    """
    while (recovery := await _next(engine, name)) is not None:
        match recovery:
            case Finish(marker=marker) if not marker.back:
                await roll_back(engine, recovery)
            case Finish():
                await _bring_back(engine, recovery)
            case Adopt(successor, _):
                await drop(engine, successor)
            case _:
                await recover(engine, recovery)
    scene = (await open_updates(engine)).get(name)
    if scene and scene.retired and scene.retired.cid == kept:
        aside = scene.retired.marker
        raise NameTaken(f"somebody else took the name {name}; what had it is now {aside}, and stopped")


async def left_aside(engine: Engine, name: str) -> str:
    """The name of a container that an update set aside and cannot bring back; empty where there is none."""
    scene = (await open_updates(engine)).get(name)
    if scene is None or scene.retired is None or not isinstance(scene.recovery, Leave):
        return ""
    return str(scene.retired.marker)


async def _next(engine: Engine, name: str) -> Recovery | None:
    scene = (await open_updates(engine)).get(name)
    if scene is None:
        return None
    return None if isinstance(scene.recovery, Leave) else scene.recovery


async def recover(engine: Engine, recovery: Recovery) -> None:
    """Carry out a row of the table that is no `Finish`."""
    match recovery:
        case Undo(old, successor, marker):
            await quiet(engine, successor)
            await stops.see_through(engine, old, successor)
            await _restore(engine, old, marker)
            await drop(engine, successor)
        case Restore(old, marker):
            await _restore(engine, old, marker)
        case Adopt(successor, marker):
            await engine.rename(successor, marker.name)
        case Depart(old):
            await depart(engine, await engine.container(old))
        case Respawn(kept, again, marker):
            await spare.respawn(engine, kept, again, marker)
        case Discard(cid):
            await drop(engine, cid)


async def _bring_back(engine: Engine, update: Finish) -> None:
    """Finish a rollback: there is nothing more to go back to, so only the networks are looked at."""
    try:
        await bring_up(engine, update, Demand(stable_for=0))
    except NotProved as error:
        raise EngineError(str(error)) from error
    await commit(engine, update.successor, await engine.container(update.old), update.marker)


async def bring_up(engine: Engine, update: Finish, demand: Demand) -> None:
    """Start and prove a successor that has the name already.

    Raises:
        NotProved: It does not work, and there is an old one to go back to.
        EngineError: The engine would not start it.
    """
    old = await engine.container(update.old)
    if old["State"]["Running"]:
        # A restart of the engine revived it, or a person did.
        await engine.stop(old)
    if update.marker.wanted == "s" or await _is_paused(engine, update.successor):
        # One that is paused already had proved itself before.
        return
    await start(engine, update.successor)
    await judged(engine, update.successor, demand, update.marker)
    await _pause(engine, update.successor, update.marker)


async def judged(engine: Engine, cid: str, demand: Demand, marker: Marker) -> str:
    """Prove a successor; where there is nothing to go back to, say what is wrong with it instead.

    Raises:
        NotProved: It does not work, and the old one did.
    """
    try:
        await _prove(engine, cid, demand, marker)
    except NotProved as error:
        if not marker.unjudged and not marker.back:
            raise
        return str(error)
    return ""


async def _prove(engine: Engine, cid: str, demand: Demand, marker: Marker) -> None:
    try:
        await prove(engine, cid, demand)
    except NotFound as error:
        if marker.removes_itself:
            raise NotProved("it ended, and removed itself (--rm)") from error
        raise


async def depart(engine: Engine, old: Json, seconds: int | None = None) -> None:
    """Stop a container that removes itself, and wait until it is gone."""
    try:
        await engine.stop(old, seconds)
    except NotFound:
        return
    await engine.wait_removed(old["Id"])


async def commit(engine: Engine, new: str, old: Json, marker: Marker) -> None:
    """Give a proved successor what it still lacks, and remove the old container or its spare.

    An old container that somebody started or renamed meanwhile is theirs, and stays.

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
    if await _is_ours(engine, old["Id"]):
        await _remove(engine, old["Id"])


async def close(engine: Engine, update: Finish) -> None:
    """Commit an update that was proved before what the container held on to was removed.

    Only one that has never run is started: then a person removed that, and there is no way back.
    """
    old, new = await engine.container(update.old), await engine.container(update.successor)
    if old["State"]["Running"]:
        await engine.stop(old)
    if update.marker.wanted != "s" and new["State"]["Status"] == "created":
        await starting.start(engine, update.successor)
        await _pause(engine, update.successor, update.marker)
    await commit(engine, update.successor, old, update.marker)


async def _is_ours(engine: Engine, old: str) -> bool:
    try:
        now = await engine.container(old)
    except NotFound:
        return False
    return Marker.parse(now["Name"]) is not None and not now["State"]["Running"]


async def roll_back(engine: Engine, update: Finish) -> None:
    """Turn the scene into one that is undone, by the names first: whoever goes on from there undoes too."""
    await quiet(engine, update.successor)
    if update.marker.removes_itself:
        return await drop(engine, update.successor)
    marker = evolve(update.marker, kind="new", other=short(update.old))
    await engine.rename(update.successor, str(marker))
    return await engine.rename(update.old, marker.name)


async def _restore(engine: Engine, cid: str, marker: Marker) -> None:
    """Give a container its name, its restart policy and the state that it is to be in."""
    container = await engine.container(cid)
    if container["Name"] != f"/{marker.name}":
        await engine.rename(cid, marker.name)
    if marker.always:
        await engine.set_restart_policy(cid, _ALWAYS)
    if marker.wanted == "s" or container["State"]["Paused"]:
        # The engine refuses to start a paused container (409); it was never stopped.
        return
    await starting.start(engine, cid)
    container = await engine.container(cid)
    if container["State"]["Running"] and not is_wired(container):
        await engine.act(cid, "restart")
    await _pause(engine, cid, marker)


async def _pause(engine: Engine, cid: str, marker: Marker) -> None:
    if marker.wanted == "p" and not await _is_paused(engine, cid):
        await engine.act(cid, "pause")


async def _is_paused(engine: Engine, cid: str) -> bool:
    return bool((await engine.container(cid))["State"]["Paused"])


async def drop(engine: Engine, cid: str) -> None:
    """Remove a container that is not needed, with the volumes that are its own alone."""
    await quiet(engine, cid)
    await _remove(engine, cid, with_own_volumes=True)


async def _remove(engine: Engine, cid: str, *, with_own_volumes: bool = False) -> None:
    try:
        await engine.remove(cid, with_own_volumes=with_own_volumes)
    except NotFound:
        return
    except Conflict:
        # One that removes itself may be at it already.
        if (await _status(engine, cid)) not in {"removing", "dead", "gone"}:
            raise
        await engine.wait_removed(cid)


async def _status(engine: Engine, cid: str) -> str:
    try:
        return str((await engine.container(cid))["State"]["Status"])
    except EngineError:
        return "gone"

"""Starts a container whose address or host port somebody may have taken while it was down.

A holder of the address that is being updated itself was started by an updater and takes whichever address is
free, so it is made to take another one. Any other holder is named, and left alone.
"""

import asyncio
from collections.abc import Awaitable

from watcher.container.recreate.endpoints import endpoints
from watcher.dependencies.addresses import Taken, taken
from watcher.engine.client import Engine
from watcher.model.errors import EngineError, EngineUnavailable, NotFound, Occupied
from watcher.model.inspection import Container
from watcher.model.json_object import Json
from watcher.model.names import Marker, name_of, short

_PAUSES_S = (0.0, 0.5, 1.5)


async def start(engine: Engine, cid: str) -> None:
    """Start a container; no error where it runs already.

    Raises:
        Occupied: Somebody has its address, or its port.
        EngineError: The engine refused for another reason, or would not put the holder of its address back
            on a network.
    """
    try:
        await engine.act(cid, "start")
    except EngineUnavailable:
        raise
    except EngineError as error:
        rows = await engine.containers(stopped=True)
        try:
            found = taken(await engine.container(cid), rows)
        except NotFound:  # the engine removes one with `--rm` that it cannot start
            raise error from None
        if not found:
            raise
        if not all(each.network and _is_ours(each, rows) for each in found):
            raise _occupied(error, found) from error
        await to_its_end(_start_in_place_of(engine, cid, found))


async def to_its_end(work: Awaitable[None]) -> None:
    """Await work that must not be left half done; signals that come meanwhile are obeyed afterwards.

    Raises:
        CancelledError: A signal came, and the work is done; where the work failed, its own error is raised.
    """
    task, is_cancelled = asyncio.ensure_future(work), False
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            is_cancelled = True
    await task
    if is_cancelled:
        raise asyncio.CancelledError


async def _start_in_place_of(engine: Engine, cid: str, found: tuple[Taken, ...]) -> None:
    """Take the addresses from the containers that hold them, for as long as this one needs to get them."""
    moved = list[tuple[Taken, Json]]()
    try:
        for each in found:
            own = endpoints(await engine.container(each.cid), engine.api)[each.network]
            moved.append((each, own))
            await engine.disconnect(each.network, each.cid)
        await engine.act(cid, "start")
    finally:
        hindrances = [
            hindrance for each, own in moved if (hindrance := await _not_put_back(engine, each, own))
        ]
        for hindrance in hindrances:
            raise hindrance


async def _not_put_back(engine: Engine, moved: Taken, own: Json) -> EngineError | None:
    """Put a holder back on its network, or return the error: the holder's own update sees to it then, too."""
    hindrance: EngineError | None = None
    for pause in _PAUSES_S:
        await asyncio.sleep(pause)
        try:
            await engine.connect(moved.network, moved.cid, own)
        except EngineError as error:
            if await _is_settled(engine, moved):
                return None
            hindrance = error
        else:
            return None
    return hindrance and _left_off(hindrance, moved)


async def _is_settled(engine: Engine, moved: Taken) -> bool:
    """Whether a holder is on its network by now, or gone."""
    try:
        ends = Container(await engine.container(moved.cid)).networks
    except NotFound:
        return True
    except EngineError:
        return False
    return moved.network in ends


def _left_off(error: EngineError, moved: Taken) -> EngineError:
    holder, network = moved.holder, moved.network
    return EngineError(
        f"{holder} was taken off the network {network}, for it held the {moved.what}, and could not be put "
        f"back: {error}",
        advice=f"where its own update does not do it: `docker network connect {network} {short(moved.cid)}`",
    )


def _is_ours(each: Taken, rows: list[Json]) -> bool:
    """Whether an updater has just started a holder: its update is still open."""
    return any((marker := Marker.parse(name_of(row))) and marker.name == each.holder for row in rows)


def _occupied(error: EngineError, found: tuple[Taken, ...]) -> Occupied:
    holders = ", ".join(dict.fromkeys(each.holder for each in found))
    return Occupied(
        f"{error.message}; {' and '.join(map(str, found))}",
        status=error.status,
        advice=f"stop {holders}, or give it another address or port",
    )

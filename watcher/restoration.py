"""Gives an old container back what an update took from it: its name, its options and its state."""

from typing import Any

from watcher import starting
from watcher.amended import unheld
from watcher.baseline import left_stopped
from watcher.engine import Engine
from watcher.errors import Conflict
from watcher.names import Marker
from watcher.proof import is_wired
from watcher.quiet import NO_RESTART

Json = dict[str, Any]


async def restore(engine: Engine, cid: str, marker: Marker, options: Json) -> None:
    """Give a container its name, but where a person gave it one, these options, and its state."""
    await _give_name(engine, cid, marker)
    await _revive(engine, cid, marker, options)


async def restore_alone(engine: Engine, cid: str, marker: Marker) -> None:
    """The same for one whose temporary name alone tells that there is something to be done: it goes last.

    Where somebody took the name meanwhile it stays aside, and stopped.
    """
    await _revive(engine, cid, marker, unheld(await engine.container(cid), marker))
    try:
        await _give_name(engine, cid, marker)
    except Conflict:
        await engine.stop(await engine.container(cid))
        if marker.always:
            await engine.set_restart_policy(cid, NO_RESTART)
        raise


async def _give_name(engine: Engine, cid: str, marker: Marker) -> None:
    if Marker.parse((await engine.container(cid))["Name"]):
        await engine.rename(cid, marker.name)


async def _revive(engine: Engine, cid: str, marker: Marker, options: Json) -> None:
    container = await engine.container(cid)
    await engine.amend(cid, options)
    if marker.wanted == "s" or container["State"]["Paused"]:
        # The engine refuses to start a paused container (409); it was never stopped.
        return
    if not container["State"]["Running"]:
        await starting.start(engine, cid)
    container = await engine.container(cid)
    if container["State"]["Running"] and not is_wired(container, left_stopped(container, marker)):
        await engine.act(cid, "restart")
    await pause(engine, cid, marker)


async def pause(engine: Engine, cid: str, marker: Marker) -> None:
    """Pause a container that runs, where that was wanted of it."""
    if marker.wanted == "p" and not await is_paused(engine, cid):
        await engine.act(cid, "pause")


async def is_paused(engine: Engine, cid: str) -> bool:
    """Whether a container is paused now."""
    return bool((await engine.container(cid))["State"]["Paused"])

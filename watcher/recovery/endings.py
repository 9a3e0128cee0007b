"""What brings one container's open update to an end, or nearer to it, made of the steps that an update takes.

`state` decides which of these is to be done. Each can be cut short anywhere and begun again, for each step
leaves a row of the same table.
"""

import contextlib
from typing import Any

from watcher.container import backup, pending_stops, startup
from watcher.container.baseline import EVERYTHING, left_stopped
from watcher.container.changed_options import Known, for_old, silenced, unheld
from watcher.container.probe import start
from watcher.container.readiness import Demand, NotProved
from watcher.container.stop import quiet
from watcher.engine.client import Engine
from watcher.model.errors import NotFound
from watcher.model.names import Marker
from watcher.recovery.restore import restore, restore_alone
from watcher.recovery.state import Adopt, Depart, Discard, Finish, Inherit, Recovery, Respawn, Restore, Undo
from watcher.recovery.steps import (
    commit,
    depart,
    drop,
    halt,
    hold,
    is_paused,
    judged,
    pause,
    read,
    set_aside,
    take_name,
    with_ends,
)

Json = dict[str, Any]


async def recover(engine: Engine, recovery: Recovery, known: Known | None = None) -> None:
    """Carry out a row of the table that is no `Finish`.

    Args:
        engine: Where the containers are.
        recovery: The row.
        known: Their options as they were when they were read or created, where that is known.
    """
    match recovery:
        case Undo():
            await _undo(engine, recovery, known or {})
        case Restore(old, marker):
            await restore_alone(engine, old, marker)
        case Adopt(successor, marker):
            await take_name(engine, successor, marker)
        case Inherit(successor, marker):
            await _inherit(engine, successor, marker)
        case Depart(old):
            await depart(engine, await engine.container(old))
        case Respawn(kept, again, marker):
            await backup.respawn(engine, kept, again, marker)
        case Discard(cid):
            await drop(engine, cid)


async def _undo(engine: Engine, update: Undo, known: Known) -> None:
    """Make the old container what it was, with what a person changed of it or of its successor.

    Nothing is taken from the successor where the old one is gone.
    """
    await engine.container(update.old)
    new, before = await read(engine, update.successor), dict(known)
    if new:
        silenced(new, known)
    await quiet(engine, update.successor)
    await pending_stops.see_through(engine, update.old, update.successor)
    await restore(engine, update.old, update.marker, lambda now: for_old(now, new, update.marker, before))
    await drop(engine, update.successor)


async def _inherit(engine: Engine, cid: str, marker: Marker) -> None:
    """Give what is left of a container its name and its state.

    The name comes last: until then the temporary one tells that there is something to be done. One that
    cannot be started because of its image gets it all the same.
    """
    await engine.amend(cid, unheld(await engine.container(cid), marker))
    with contextlib.suppress(NotProved):
        if marker.wanted != "s" and not await is_paused(engine, cid):
            await start(engine, cid)
            await pause(engine, cid, marker)
    await take_name(engine, cid, marker)


async def take_place(engine: Engine, update: Undo) -> None:
    """Let a successor take the name: the steps that its update still lacks."""
    old = await engine.container(update.old)
    if old["Name"] == f"/{update.marker.name}":
        await halt(engine, old)
        if update.marker.always:
            await hold(engine, update.old)
        await set_aside(engine, update.old, update.successor, update.marker)
    await take_name(engine, update.successor, update.marker)


async def bring_up(engine: Engine, update: Finish, demand: Demand) -> None:
    """Start and prove a successor that has the name already.

    Raises:
        NotProved: It does not work, and there is an old one to go back to.
        EngineError: The engine would not start it.
    """
    old = await read(engine, update.old)
    if old:
        await halt(engine, old)
    if update.marker.wanted == "s" or await is_paused(engine, update.successor):
        # One that is paused already had proved itself before.
        return
    await start(engine, update.successor)
    baseline = await with_ends(engine, old, left_stopped(old, update.marker)) if old else EVERYTHING
    await judged(engine, update.successor, demand, update.marker, baseline)
    await pause(engine, update.successor, update.marker)


async def close(engine: Engine, update: Finish) -> None:
    """Commit an update that was proved before what the container held on to was removed.

    Only one that has never run is started: then a person removed that, and there is no way back.
    """
    old, new = await read(engine, update.old), await engine.container(update.successor)
    if old:
        await halt(engine, old)
    if update.marker.wanted != "s" and new["State"]["Status"] == "created":
        await startup.start(engine, update.successor)
        await pause(engine, update.successor, update.marker)
    await commit(engine, update.successor, update.old, update.marker)


async def roll_back(engine: Engine, update: Finish) -> None:
    """Turn the scene into one that is undone, by the names alone: whoever goes on from there undoes too.

    Nothing is taken from the successor before what is to take its place is known to be there; where either
    is gone, the table has another row for what is left.
    """
    marker = update.marker.of_new(update.old)
    with contextlib.suppress(NotFound):
        await engine.container(update.old)
        if marker.removes_itself:
            await drop(engine, update.successor)
        else:
            await engine.rename(update.successor, str(marker))
            await take_name(engine, update.old, marker)

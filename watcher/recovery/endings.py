"""What brings one container's open update to an end, or nearer to it, made of the steps that an update takes.

`decision` says which of these is to be done. Each can be cut short anywhere and begun again, for each step
leaves a row of the same table.
"""

import contextlib

from attrs import evolve

from watcher.container import pending_stops, startup, successor
from watcher.container.baseline import EVERYTHING, left_stopped
from watcher.container.changed_options import Known, for_old, silenced, unheld
from watcher.container.commit_check import confirm
from watcher.container.probe import start
from watcher.container.readiness import Demand, NotProved
from watcher.container.stop import quiet
from watcher.engine.client import Engine
from watcher.model.errors import EngineError, NotFound
from watcher.model.inspection import Container
from watcher.model.names import Marker
from watcher.recovery.restore import restore
from watcher.recovery.steps import (
    commit,
    drop,
    halt,
    hold_restart_policy,
    hooked,
    is_paused,
    pause,
    proved,
    read,
    set_aside,
    take_name,
    with_ends,
)
from watcher.recovery.table import Finish, Undo


async def undo(engine: Engine, update: Undo, known: Known) -> None:
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


async def inherit(engine: Engine, cid: str, marker: Marker) -> None:
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
    if Container(old).name == update.marker.name:
        await halt(engine, old)
        if update.marker.always:
            await hold_restart_policy(engine, update.old)
        await set_aside(engine, update.old, update.successor, update.marker)
    await take_name(engine, update.successor, update.marker)


async def make_anew(engine: Engine, update: Undo) -> None:
    """Let the old container, made anew on the image that it has, take its place.

    That is where the engine cannot start it any more. Its successor is of no use: what that held on to has
    gone back.
    """
    marker = evolve(update.marker, back=True)
    again = await successor.same(engine, await engine.container(update.old))
    new = await successor.create(engine, str(marker), again)
    # Not before: while there is one, the update is known to be open.
    await drop(engine, update.successor)
    await take_place(engine, Undo(update.old, new["Id"], marker))


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
    await proved(engine, update.successor, demand, update.marker, baseline)
    await hooked(engine, update.successor, demand.hook, update.marker)
    await pause(engine, update.successor, update.marker)


async def close(engine: Engine, update: Finish) -> None:
    """Commit an update that was proved before what the container held on to was removed.

    Only one that has never run is started: then a person removed that, and there is no way back.
    """
    old, new = await read(engine, update.old), await engine.container(update.successor)
    if old:
        await halt(engine, old)
    if update.marker.wanted != "s" and Container(new).status == "created":
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


async def complete(engine: Engine, update: Finish) -> None:
    """End a rollback: there is nothing more to go back to, so only the networks are looked at."""
    try:
        await bring_up(engine, update, Demand(stable_for=0))
    except NotProved as error:
        raise EngineError(str(error)) from error
    await confirm(engine, update.successor, update.marker)
    await commit(engine, update.successor, update.old, update.marker)

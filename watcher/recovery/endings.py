"""Brings one container's open update to an end, or nearer to it, by the very steps of an update.

`decision` says which of these is to be done. Each can be cut short anywhere and begun again, for each step
leaves a row of the same table.
"""

import contextlib
from collections.abc import Mapping

from attrs import evolve

from watcher.container import pending_stops, spare, startup, successor
from watcher.container.baseline import EVERYTHING, left_stopped
from watcher.container.changed_options import Known, for_old, silenced, unheld
from watcher.container.commit_check import confirm
from watcher.container.probe import start
from watcher.container.readiness import Demand, NotProved
from watcher.container.stop import quiet
from watcher.engine.client import Engine
from watcher.model.errors import EngineError, NotFound
from watcher.model.inspection import Container
from watcher.model.names import Marker, short
from watcher.recovery.restore import restore
from watcher.recovery.steps import (
    commit,
    drop,
    halt,
    hold_restart_policy,
    hooked,
    is_paused,
    name_successor,
    pause,
    proved,
    read,
    set_aside,
    take_name,
    with_ends,
)
from watcher.recovery.table import Finish, Respawn, Undo


async def undo(engine: Engine, update: Undo, known: Known) -> None:
    """Make the old container what it was, with the options that a person changed meanwhile.

    The successor is left as it is where the old container is gone.
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
    """Give a successor whose old container is gone the name and the wanted state.

    The name comes last: until then the temporary name tells that the update is open. A successor that its
    image keeps from starting gets the name all the same.
    """
    await engine.amend(cid, unheld(await engine.container(cid), marker))
    with contextlib.suppress(NotProved):
        if marker.wanted != "s" and not await is_paused(engine, cid):
            await start(engine, cid)
            await pause(engine, cid, marker)
    await take_name(engine, cid, marker)


async def take_place(engine: Engine, update: Undo) -> None:
    """Take the steps that an update still lacks until the successor has the name.

    A successor that never ran may lack networks, where a run before this one was killed as it created it. An
    old container that was set aside for another successor gets the name that tells of this one.
    """
    old, new = await engine.container(update.old), await engine.container(update.successor)
    if not Container(new).state.has_run:
        await successor.put_on_networks_of(engine, old, new)
    aside = Marker.parse(Container(old).name)
    if Container(old).name == update.marker.name:
        await halt(engine, old)
        await hold_restart_policy(engine, update.old, update.marker)
    if Container(old).name == update.marker.name or (aside and aside.other != short(update.successor)):
        await set_aside(engine, update.old, update.successor, update.marker)
    await take_name(engine, update.successor, update.marker)


async def make_anew(engine: Engine, update: Undo, renewed: Mapping[str, str]) -> None:
    """Make the old container anew from its own image, and let the new one take its place.

    It is for an old container that the engine cannot start any more, or whose provider was made anew. The
    successor is of no use: its provider has gone back.

    Args:
        engine: Where they are.
        update: What would be undone; its `successor` is empty where the successor is gone.
        renewed: The ids of its providers that were made anew, by those that it holds on to.
    """
    marker = evolve(update.marker, back=True)
    again = await successor.same(engine, await engine.container(update.old), renewed)
    new = await successor.create(engine, str(marker), again)
    # Not before: while there is a successor, the update is known to be open.
    if update.successor:
        await drop(engine, update.successor)
    await take_place(engine, Undo(update.old, new["Id"], marker))


async def respawn(engine: Engine, update: Respawn, renewed: Mapping[str, str]) -> None:
    """Make an old container that removed itself anew from its spare, up to the point where it has the name.

    Args:
        engine: Where they are.
        update: Its spare, and what was made anew where an attempt before this one got so far.
        renewed: The ids of its providers that were made anew, by those that it holds on to.
    """
    marker, inspected = evolve(update.marker, back=True), await engine.container(update.spare)
    again = update.again or await spare.made_anew(engine, inspected, marker, renewed)
    # The engine refuses to give a container the name that it has (20.10 to 28.5).
    if Container(inspected).name != str(marker.of_old(again)):
        await set_aside(engine, update.spare, again, marker)
    await take_name(engine, again, marker)


async def respawn_anew(engine: Engine, update: Respawn, renewed: Mapping[str, str]) -> None:
    """Remove the half-made old container, which never ran, and make it again from its spare."""
    await drop(engine, update.again)
    await respawn(engine, evolve(update, again=""), renewed)


async def bring_up(engine: Engine, update: Finish, demand: Demand) -> None:
    """Start and prove a successor that has the name already.

    Raises:
        NotProved: The successor does not work, and there is an old container to go back to.
        EngineError: The engine would not start the successor.
    """
    old = await read(engine, update.old)
    if old:
        await halt(engine, old)
    if update.marker.wanted == "s" or await is_paused(engine, update.successor):
        # A successor that is paused already had proved itself before.
        return
    await start(engine, update.successor)
    baseline = await with_ends(engine, old, left_stopped(old, update.marker)) if old else EVERYTHING
    await proved(engine, update.successor, demand, update.marker, baseline)
    await hooked(engine, update.successor, demand.hook, update.marker)
    await pause(engine, update.successor, update.marker)


async def close(engine: Engine, update: Finish) -> None:
    """Commit the update of a dependent that was proved before its provider was removed.

    A successor that has never run is started: then a person removed the provider, and there is no way back.
    """
    old, new = await read(engine, update.old), await engine.container(update.successor)
    if old:
        await halt(engine, old)
    if update.marker.wanted != "s" and Container(new).status == "created":
        await startup.start(engine, update.successor)
        await pause(engine, update.successor, update.marker)
    await commit(engine, update.successor, update.old, update.marker)


async def roll_back(engine: Engine, update: Finish) -> None:
    """Give the old container its name back, so that the next run, by these names, undoes the update.

    The successor keeps the name until the old container is known to be there; where either is gone, the
    table has another row for what is left.
    """
    marker = update.marker
    with contextlib.suppress(NotFound):
        await engine.container(update.old)
        if marker.removes_itself:
            await drop(engine, update.successor)
        else:
            await name_successor(engine, update.successor, update.old, marker)
            await take_name(engine, update.old, marker)


async def complete(engine: Engine, update: Finish) -> None:
    """End a way back: the successor is the old container made anew, so only its networks are looked at."""
    try:
        await bring_up(engine, update, Demand(stable_for=0))
    except NotProved as error:
        raise EngineError(str(error)) from error
    await confirm(engine, update.successor, update.marker)
    await commit(engine, update.successor, update.old, update.marker)

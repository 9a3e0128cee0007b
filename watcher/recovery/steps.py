"""The steps that bring an update that was left open to one of its two safe ends: undone, or finished.

Everything is read from the engine and decided by `state`; it can be cut short anywhere and begun
again, for each step leaves a row of the same table.
"""

import contextlib
from collections.abc import Iterable
from typing import Any

from attrs import evolve

from watcher.container import backup, pending_stops, startup
from watcher.container.baseline import EVERYTHING, Baseline, left_stopped, seen_running
from watcher.container.changed_options import Known, for_old, for_successor, silenced, unheld
from watcher.container.exits import ends
from watcher.container.probe import prove, start
from watcher.container.readiness import Demand, Meddled, NotProved
from watcher.container.rejoin import CutOff, put_back
from watcher.container.stop import quiet
from watcher.engine.client import Engine
from watcher.model.errors import Conflict, EngineError, NotFound
from watcher.model.labels import COMPOSE_PROJECT
from watcher.model.names import Marker, short
from watcher.recovery.restore import is_paused, pause, restore, restore_alone
from watcher.recovery.state import Adopt, Depart, Discard, Finish, Inherit, Recovery, Respawn, Restore, Undo

Json = dict[str, Any]


_EVER = "1970-01-01T00:00:01Z"


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
            await engine.rename(successor, marker.name)
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
    await engine.rename(cid, marker.name)


async def bring_up(engine: Engine, update: Finish, demand: Demand) -> None:
    """Start and prove a successor that has the name already.

    Raises:
        NotProved: It does not work, and there is an old one to go back to.
        EngineError: The engine would not start it.
    """
    old = await read(engine, update.old)
    if old and old["State"]["Running"]:
        # A restart of the engine revived it, or a person did.
        await engine.stop(old)
    if update.marker.wanted == "s" or await is_paused(engine, update.successor):
        # One that is paused already had proved itself before.
        return
    await start(engine, update.successor)
    baseline = await with_ends(engine, old, left_stopped(old, update.marker)) if old else EVERYTHING
    await judged(engine, update.successor, demand, update.marker, baseline)
    await pause(engine, update.successor, update.marker)


async def measured(engine: Engine, old: Json, kept: str) -> Baseline:
    """What the successor of a container is measured by.

    Args:
        engine: Where they are.
        old: As inspected while it ran.
        kept: Its id, where it is there after its stop, or empty.
    """
    after = await read(engine, kept) if kept else None
    return await with_ends(engine, after, seen_running(old)) if after else seen_running(old)


async def with_ends(engine: Engine, old: Json, baseline: Baseline) -> Baseline:
    """What is known of an old container, with how it ended while it served.

    Args:
        engine: Where it is.
        old: As inspected after its stop; one that removes itself is not there any more.
        baseline: What is known so far.
    """
    if not old.get("RestartCount"):
        return baseline.with_end(old, ())
    known = await ends(engine, old["Id"], old["Created"])
    return baseline.with_end(old, (end.code for end in known if not end.signal))


async def judged(
    engine: Engine, cid: str, demand: Demand, marker: Marker, baseline: Baseline = EVERYTHING
) -> str:
    """Prove a successor; where there is nothing to go back to, say what is wrong with it instead.

    Raises:
        NotProved: It does not work, and the old one did.
        Meddled: Somebody else kept it from showing whether it does.
    """
    try:
        await _prove(engine, cid, demand, marker, baseline)
    except NotProved as error:
        if not marker.unjudged and not marker.back:
            raise
        return str(error)
    return ""


async def _prove(engine: Engine, cid: str, demand: Demand, marker: Marker, baseline: Baseline) -> None:
    try:
        await prove(engine, cid, demand, baseline)
    except NotFound as error:
        if not marker.removes_itself:
            raise
        if any(end.signal for end in await ends(engine, cid, _EVER)):
            raise Meddled("somebody stopped it, and it removed itself (--rm)") from error
        raise NotProved("it ended, and removed itself (--rm)") from error


async def depart(engine: Engine, old: Json, seconds: int | None = None) -> None:
    """Stop a container that removes itself, and wait until it is gone."""
    try:
        await engine.stop(old, seconds)
    except NotFound:
        return
    await engine.wait_removed(old["Id"])


async def commit(engine: Engine, new: str, old: str, marker: Marker, known: Known | None = None) -> None:
    """Give a proved successor what it still lacks, and remove the old container or its spare.

    An old container that somebody started or renamed meanwhile is theirs, and stays.

    Args:
        engine: Where they are.
        new: The successor's id; it has the name.
        old: The id of the old container, or of its spare.
        marker: What was wanted of it.
        known: Their options as they were when they were read or created, where that is known.
    """
    before = await read(engine, old)
    await engine.amend(new, for_successor(await engine.container(new), before, marker, known or {}))
    if await _is_ours(engine, old):
        await _remove(engine, old)
    if before:
        await _joined_again(engine, new, before)


async def _joined_again(engine: Engine, new: str, before: Json) -> None:
    """Another updater may have taken a successor off a network after its last look: from now on none does.

    Raises:
        CutOff: It is off, and cannot be put back.
    """
    try:
        await put_back(engine, new, before)
    except CutOff as error:
        error.advice = f"`docker network connect {error.network} {short(new)}`"
        raise


async def close(engine: Engine, update: Finish) -> None:
    """Commit an update that was proved before what the container held on to was removed.

    Only one that has never run is started: then a person removed that, and there is no way back.
    """
    old, new = await read(engine, update.old), await engine.container(update.successor)
    if old and old["State"]["Running"]:
        await engine.stop(old)
    if update.marker.wanted != "s" and new["State"]["Status"] == "created":
        await startup.start(engine, update.successor)
        await pause(engine, update.successor, update.marker)
    await commit(engine, update.successor, update.old, update.marker)


async def _is_ours(engine: Engine, old: str) -> bool:
    now = await read(engine, old)
    return now is not None and Marker.parse(now["Name"]) is not None and not now["State"]["Running"]


async def roll_back(engine: Engine, update: Finish) -> None:
    """Turn the scene into one that is undone, by the names alone: whoever goes on from there undoes too.

    Nothing is taken from the successor before what is to take its place is known to be there; where either
    is gone, the table has another row for what is left.
    """
    marker = evolve(update.marker, kind="new", other=short(update.old))
    with contextlib.suppress(NotFound):
        await engine.container(update.old)
        if marker.removes_itself:
            await drop(engine, update.successor)
        else:
            await engine.rename(update.successor, str(marker))
            await engine.rename(update.old, marker.name)


async def drop(engine: Engine, cid: str) -> None:
    """Remove a container that is not needed, with the volumes that are its own alone.

    `docker compose up` starts what it keeps of a service, right after it has removed the others: where that
    is this one it is stopped once more.
    """
    await quiet(engine, cid)
    try:
        await _remove(engine, cid, with_own_volumes=True)
    except Conflict:
        if not await _is_started_by_compose(engine, cid):
            raise
        await quiet(engine, cid)
        await _remove(engine, cid, with_own_volumes=True)


async def _is_started_by_compose(engine: Engine, cid: str) -> bool:
    now = await read(engine, cid)
    return bool(now and now["State"]["Running"] and COMPOSE_PROJECT in (now["Config"].get("Labels") or {}))


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


async def read(engine: Engine, cid: str) -> Json | None:
    """A container, as inspected; None where it is gone."""
    try:
        return await engine.container(cid)
    except NotFound:
        return None


async def _status(engine: Engine, cid: str) -> str:
    try:
        return str((await engine.container(cid))["State"]["Status"])
    except EngineError:
        return "gone"


async def left_of(engine: Engine, ids: Iterable[str], otherwise: str) -> Json:
    """The first of these containers that is there; the last way to find one is by its name.

    Whoever has the name of one that removes itself may be somebody else, unless neither it nor its spare is
    there any more: then it was made anew.
    """
    for cid in ids:
        if now := await read(engine, cid):
            return now
    return await engine.container(otherwise)

"""Brings updates that were left open, and belong together, to one of their two safe ends.

Everything is read from the engine and decided by `group` and `state`; it can be cut short anywhere. The
root's old container is removed before any other: until then all can go back, from then on none needs to.
"""

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from attrs import evolve, frozen

from watcher.container import successor
from watcher.container.commit_check import confirm
from watcher.container.readiness import Demand, Meddled, NotProved
from watcher.container.restart import restart_followers
from watcher.container.stop import quiet
from watcher.dependencies.namespaces import Way, providers
from watcher.engine.client import Engine
from watcher.host.namespace_cache import Holds
from watcher.model.errors import EngineError, EngineUnavailable, NotFound, TaskLeft
from watcher.model.names import name_of, short
from watcher.recovery.departures import open_scenes
from watcher.recovery.endings import bring_up, close, recover, roll_back, take_place
from watcher.recovery.group import OpenUpdates
from watcher.recovery.state import Finish, Inherit, Recovery, Respawn, Restore, Undo
from watcher.recovery.steps import commit, drop, judged
from watcher.recovery.undo import NameTaken, Old, undo

Json = dict[str, Any]
Demands = Callable[[Mapping[str, str] | None], Demand]


@frozen
class Failure:
    """An image that is to blame for an update that was undone.

    Attributes:
        name: The container that was to run it.
        image: Its id.
        reason: One line.
        stays: There was nothing left to go back to: the container runs it, or is down.
    """

    name: str
    image: str
    reason: str
    stays: bool = False


async def read(engine: Engine) -> OpenUpdates:
    """Every update that was left open; an owner's engine only has the owner's."""
    (rows, found), inspects = await open_scenes(engine), dict[str, Json]()
    for cid in (cid for scene in found.values() for cid in scene.pair if cid):
        with contextlib.suppress(NotFound):
            inspects[cid] = await engine.container(cid)
    return OpenUpdates(found, _names(rows), inspects)


async def glance(engine: Engine, holds: Holds) -> OpenUpdates:
    """The same, with no more of its containers than `concerned` reads: without an inspect of each."""
    rows, found = await open_scenes(engine)
    halves = {cid for scene in found.values() for cid in scene.pair}
    outlines = await holds.of(engine, rows, halves)
    return OpenUpdates(found, _names(rows), {each["Id"]: each for each in outlines})


async def down(engine: Engine, found: OpenUpdates, names: Iterable[str]) -> list[Json]:
    """The containers, as inspected, of those open updates of which none runs and one is to."""
    result = list[Json]()
    for scene in (found.scenes[name] for name in names if name in found.scenes):
        inspects = [each for cid in scene.pair if (each := await _known(engine, cid))]
        if not any(each["State"]["Running"] for each in inspects):
            result += inspects
    return result


async def settle(engine: Engine, name: str, demands: Demands) -> list[Failure]:
    """Finish or undo whatever update of a container is open, and those that belong to it.

    Args:
        engine: Where they are.
        name: The container's.
        demands: What a container must prove, by its labels.

    Returns:
        What was given up for bad health; empty where nothing was.
    """
    failures = []
    for each in (await read(engine)).concerned(name):
        failures += await _settle_one(engine, each, demands)
    return failures


async def undo_all(engine: Engine, olds: Mapping[str, Old]) -> None:
    """Make containers their old selves again, wherever in their update they are.

    Args:
        engine: Where they are.
        olds: The old containers by their names: the one whose names decide first, then who holds on to it,
            providers first.

    Raises:
        EngineError: The engine refused; everything is left in place, and may be tried again.
        NameTaken: Somebody else has one of the names now; the others are undone.
    """
    await _quiet(engine, [*olds][1:])
    taken = list[NameTaken]()
    for name, old in olds.items():
        try:
            await undo(engine, name, old)
        except NameTaken as error:
            taken.append(error)
    if taken:
        raise taken[0]


async def _settle_one(engine: Engine, name: str, demands: Demands) -> list[Failure]:
    failures, is_turned = list[Failure](), False
    while (recovery := (found := await read(engine)).recovery(name)) is not None:
        match found.way(name), recovery:
            case Way.OWN, Finish():
                failures += await _finish(engine, found, name, demands)
            case Way.BACK, Finish():
                await roll_back(engine, recovery)
            case _, Inherit():
                failures += await _inherited(engine, found, recovery, demands)
            case Way.COMMITTED, Finish():
                await close(engine, recovery)
            case Way.COMMITTED, Undo():
                await take_place(engine, recovery)
            case Way.FORWARD, Finish() | Undo():
                raise EngineError(f"{name} cannot be settled before what it holds on to: its update is open")
            case _, Respawn(spare) if found.is_orphaned(name):
                # Its successor worked, and went with the engine, as one that is run with `--rm` does.
                await drop(engine, spare)
            case _:
                is_turned |= await _recover(engine, found, name, recovery, may_turn=not is_turned)
    return failures


async def _inherited(engine: Engine, found: OpenUpdates, update: Inherit, demands: Demands) -> list[Failure]:
    """Let what is left of a container take its place, and say what is wrong with it."""
    cid, marker = update.successor, update.marker
    await recover(engine, update)
    await restart_followers(engine, marker.name)
    if marker.wanted == "s":
        return []
    trouble = await judged(engine, cid, _demand(found, cid, demands), evolve(marker, unjudged=True))
    return [Failure(marker.name, found.inspects[cid]["Image"], trouble, stays=True)] if trouble else []


async def _turned(engine: Engine, name: str) -> bool:
    """Let an update go forward whose old container the engine cannot start any more, where it still can.

    Of one that holds on to another the successor is of no use: what that held on to has gone back. So it is
    made anew on the image that it has, which is what its update was to do.
    """
    recovery = (found := await read(engine)).recovery(name)
    if not isinstance(recovery, Undo) or recovery.marker.removes_itself:
        return False
    if found.way(name) is not Way.OWN:
        again = await successor.same(engine, found.inspects[recovery.old])
        marker = evolve(recovery.marker, back=True)
        anew = await successor.create(engine, str(marker), again)
        # Not before: while there is one, the update is known to be open.
        await drop(engine, recovery.successor)
        recovery = Undo(recovery.old, anew["Id"], marker)
    await take_place(engine, recovery)
    return True


async def _recover(
    engine: Engine, found: OpenUpdates, name: str, recovery: Recovery, *, may_turn: bool
) -> bool:
    """Carry out a row of the table; whether that could not be, and the update goes forward instead."""
    try:
        await recover(engine, recovery)
    except EngineUnavailable:
        raise
    except TaskLeft:
        if may_turn and await _turned(engine, name):
            return True
        raise
    except EngineError as error:
        if not (idle := await _idle(engine, found, name)):
            raise
        # The engine's own death may have stopped it, with no update of it open.
        advice = f"{name} holds on to {found.names[idle]}, which does not run: `docker start {short(idle)}`"
        raise EngineError(error.message, status=error.status, advice=advice) from error
    return False


async def _idle(engine: Engine, found: OpenUpdates, name: str) -> str:
    """The id of one that the old container holds on to, and that does not run; empty where all do."""
    old = found.inspects.get(found.scenes[name].pair[0])
    for cid in providers(old, found.names) & found.names.keys() if old else ():
        if not (await engine.container(cid))["State"]["Running"]:
            return cid
    return ""


async def _finish(engine: Engine, found: OpenUpdates, name: str, demands: Demands) -> list[Failure]:
    """Bring a successor up, and those that hold on to it, and remove its old one; or else go back."""
    update, members, current = found.scenes[name].recovery, found.members(name), name
    assert isinstance(update, Finish)  # noqa: S101 - the caller's case
    if update.marker.wanted == "s" and not update.marker.back and _runs(found.inspects.get(update.old)):
        # It was down before: somebody started it, and what they started stays.
        await roll_back(engine, update)
        return []
    try:
        await bring_up(engine, update, _demand(found, update.successor, demands))
        for current in members:
            await _forward(engine, current, demands)
    except EngineUnavailable:
        raise
    except (NotProved, EngineError) as error:
        if update.marker.back:
            # A rollback is never rolled back; this is tried again.
            raise EngineError(str(error)) from error
        await _quiet(engine, members)
        if isinstance(error, Meddled) and error.wanted and not members:
            update = evolve(update, marker=evolve(update.marker, wanted=error.wanted))
        await roll_back(engine, update)
        return [_blamed(found, name, current, str(error))] if isinstance(error, NotProved) else []
    await restart_followers(engine, name)
    await confirm(engine, update.successor, update.marker)
    await commit(engine, update.successor, update.old, update.marker)
    return []


async def _forward(engine: Engine, name: str, demands: Demands) -> None:
    """Let a container follow the one that it holds on to, but for the removal of its old one.

    Raises:
        NotProved: Its successor does not work.
        EngineError: It has none any more, or the engine refused.
    """
    while (recovery := (found := await read(engine)).recovery(name)) is not None:
        match recovery:
            case Restore() | Respawn(again=""):
                raise EngineError(f"the successor of {name} is gone")
            case _ if found.way(name) is not Way.FORWARD:
                return
            case Undo():
                await take_place(engine, recovery)
            case Finish(successor=new):
                await bring_up(engine, recovery, _demand(found, new, demands))
                return
            case _:
                await recover(engine, recovery)


async def _quiet(engine: Engine, members: Sequence[str]) -> None:
    """Stop the successors that have their names: none may outlive what it holds on to."""
    found = await read(engine) if members else None
    for name in reversed(members):
        if found and found.way(name) is Way.FORWARD and isinstance(update := found.recovery(name), Finish):
            await quiet(engine, update.successor)


def _blamed(found: OpenUpdates, root: str, name: str, reason: str) -> Failure:
    """Blame the image of a container that failed, where that is new; else that of the root."""
    old, new = (found.inspects[cid]["Image"] for cid in found.scenes[name].pair)
    if name == root or old != new:
        return Failure(name, new, reason)
    image = found.inspects[found.scenes[root].pair[1]]["Image"]
    return Failure(root, image, f"{name}, which holds on to it: {reason}")


def _runs(container: Json | None) -> bool:
    return container is not None and bool(container["State"]["Running"])


def _demand(found: OpenUpdates, cid: str, demands: Demands) -> Demand:
    return demands(found.inspects[cid]["Config"]["Labels"])


async def _known(engine: Engine, cid: str) -> Json | None:
    try:
        return await engine.container(cid) if cid else None
    except NotFound:
        return None


def _names(rows: list[Json]) -> dict[str, str]:
    return {row["Id"]: name_of(row) for row in rows}

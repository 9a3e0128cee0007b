"""Makes containers their old selves again, in the run that updates them.

It goes by the table of recovery, as whoever comes after a crash does, and knows more: the ids of both, and
what was wanted. So it goes back also where a person took away what tells of the update.
"""

import contextlib
from collections.abc import Collection

from attrs import field, frozen

from watcher.container.changed_options import Known, unheld
from watcher.container.commit_check import confirm
from watcher.container.readiness import Demand, NotProved
from watcher.engine.client import Engine
from watcher.model.errors import EngineError, NotFound
from watcher.model.names import Marker, name_of, short
from watcher.recovery.departures import open_scenes
from watcher.recovery.endings import bring_up, recover, roll_back
from watcher.recovery.restore import restore
from watcher.recovery.state import Adopt, Finish, Leave, Recovery, Restore, Scene, Undo
from watcher.recovery.steps import commit, drop, read


class NameTaken(EngineError):
    """Somebody gave the container's name to another one in the middle of its update."""


@frozen
class Old:
    """An old container that is to come back.

    Attributes:
        kept: Its id, or that of its spare.
        new: The id of its successor, or empty.
        was: What was wanted of it, where it was touched and is still there, else None.
        known: The options of either as they were when it was read or created.
    """

    kept: str
    new: str = ""
    was: Marker | None = None
    known: Known = field(factory=dict)


async def open_updates(engine: Engine) -> dict[str, Scene]:
    """Every update that is open, by the name of its container; an owner's engine only has the owner's."""
    return (await open_scenes(engine))[1]


async def undo(engine: Engine, name: str, old: Old) -> None:
    """Make a container its old self again, wherever in an update it is; nothing open is fine.

    A successor that is the old container made anew is not undone: a rollback is never rolled back.

    Raises:
        EngineError: The engine refused; everything is left in place, and may be tried again.
        NameTaken: Somebody else has the name now.
    """
    is_back = False
    while (recovery := await _next(engine, name, old)) is not None:
        match recovery:
            case Finish(marker=marker) if not marker.back:
                await roll_back(engine, recovery)
            case Finish():
                await _bring_back(engine, recovery)
            case Adopt(successor, _):
                await drop(engine, successor)
            case _:
                await recover(engine, recovery, old.known)
                is_back |= isinstance(recovery, Undo | Restore)
    if old.was and not is_back:
        await _give_back(engine, old.kept, old.was)
    scene = (await open_updates(engine)).get(name)
    if scene and scene.retired and scene.retired.cid == old.kept:
        aside = scene.retired.marker
        raise NameTaken(f"somebody else took the name {name}; what had it is now {aside}, and stopped")


async def left_aside(engine: Engine, name: str) -> str:
    """The name of a container that an update set aside and cannot bring back; empty where there is none."""
    scene = (await open_updates(engine)).get(name)
    if scene is None or scene.retired is None or not isinstance(scene.recovery, Leave):
        return ""
    return str(scene.retired.marker)


async def _next(engine: Engine, name: str, old: Old) -> Recovery | None:
    scene = (await open_updates(engine)).get(name)
    if scene is None:
        return await _unmarked(engine, name, old)
    return None if isinstance(scene.recovery, Leave) else scene.recovery


async def _unmarked(engine: Engine, name: str, old: Old) -> Finish | None:
    """What is to be undone where a person renamed the old container, which tells of the update no more."""
    holder = await read(engine, name) if old.was and old.new else None
    if not old.was or holder is None or holder["Id"] != old.new or await read(engine, old.kept) is None:
        return None
    return Finish(old.kept, old.new, old.was.of_old(old.new))


async def _give_back(engine: Engine, kept: str, was: Marker) -> None:
    """Give an old container its state where a person removed its successor, which told of the update."""
    with contextlib.suppress(NotFound):
        old = await engine.container(kept)
        if old["Name"] == f"/{was.name}":
            await restore(engine, kept, was, lambda now: unheld(now, was))


async def _bring_back(engine: Engine, update: Finish) -> None:
    """Finish a rollback: there is nothing more to go back to, so only the networks are looked at."""
    try:
        await bring_up(engine, update, Demand(stable_for=0))
    except NotProved as error:
        raise EngineError(str(error)) from error
    await confirm(engine, update.successor, update.marker)
    await commit(engine, update.successor, update.old, update.marker)


async def finish_recreation(engine: Engine, name: str, replaced: Collection[str]) -> None:
    """Give a container the name that Compose could not give it, for one of the two had it just then.

    Compose makes it as `ID_NAME`, with the first digits of the id of the one that it replaces.
    """
    rows = {name_of(row): row["Id"] for row in await engine.containers(stopped=True)}
    for cid in (rows.get(f"{short(each)}_{name}") for each in replaced):
        if cid and name not in rows:
            await engine.rename(cid, name)
            await engine.act(cid, "start")

"""Undoes an update in the run that carries it out: the old containers get back what was taken from them.

It goes by the table of recovery, as the next run after a crash does, and knows more: the ids of both
containers, and what was wanted. So it goes back also where a person took away the names that tell of it.
"""

import contextlib
from collections.abc import Mapping

from attrs import evolve, field

from watcher.container.changed_options import Known, unheld
from watcher.engine.client import Engine
from watcher.model.errors import EngineError, NotFound
from watcher.model.inspection import Container
from watcher.model.names import Marker
from watcher.model.values import frozen
from watcher.recovery.decision import Aim, next_step
from watcher.recovery.executor import Open, carry_out, silence
from watcher.recovery.group import OpenUpdates
from watcher.recovery.reading import outline
from watcher.recovery.restore import restore
from watcher.recovery.state import Marked, Scene
from watcher.recovery.steps import read
from watcher.recovery.table import Respawn, Restore, Undo


class NameTaken(EngineError):
    """Somebody gave the container's name to another container in the middle of its update."""


@frozen
class Returning:
    """An old container that is to come back.

    Attributes:
        kept: The id of the old container, or of its spare.
        new: The id of its successor, or empty.
        was: What was wanted of it, where it was touched and is still there, else None.
        known: The options of either as they were when it was read or created.
    """

    kept: str
    new: str = ""
    was: Marker | None = None
    known: Known = field(factory=dict)


async def undo(engine: Engine, name: str, old: Returning) -> None:
    """Undo the update of one container, wherever it is; an update that is not open is undone already.

    A successor that is the old container made anew stays: a way back is never undone.

    Raises:
        EngineError: The engine refused; everything is left in place, and may be tried again.
        NameTaken: Somebody else has the name now.
    """
    is_back = False
    while step := next_step(found := await _seen(engine, name, old), name, Aim.UNDO):
        await carry_out(Open(engine, found, name, known=old.known), step)
        is_back |= isinstance(step, Undo | Restore)
    if old.was and not is_back:
        await _give_back(engine, old.kept, old.was)
    scene = (await outline(engine)).scenes.get(name)
    if scene and scene.retired and scene.retired.cid == old.kept:
        aside = scene.retired.marker
        raise NameTaken(f"somebody else took the name {name}; what had it is now {aside}, and stopped")


async def undo_all(engine: Engine, olds: Mapping[str, Returning]) -> None:
    """Undo the updates of containers that are replaced together, wherever they are.

    Args:
        engine: Where they are.
        olds: The old containers by their names: the root first, then its dependents, providers first.

    Raises:
        EngineError: The engine refused; everything is left in place, and may be tried again.
        NameTaken: Somebody else has one of the names now; the others are undone.
    """
    await silence(engine, [*olds][1:])
    taken = list[NameTaken]()
    for name, old in olds.items():
        try:
            await undo(engine, name, old)
        except NameTaken as error:
            taken.append(error)
    if taken:
        raise taken[0]


async def _seen(engine: Engine, name: str, old: Returning) -> OpenUpdates:
    """All open updates, with an inspect of what was made of the container's spare: whether it ran decides."""
    found = await _remembered(engine, name, old)
    due = found.recovery(name)
    again = due.again if isinstance(due, Respawn) else ""
    made = await read(engine, again) if again else None
    return evolve(found, inspects={again: made}) if made else found


async def _remembered(engine: Engine, name: str, old: Returning) -> OpenUpdates:
    """All open updates; this container's also where a person renamed the old one and no name tells of it."""
    found = await outline(engine)
    holder = await read(engine, name) if name not in found.scenes and old.was and old.new else None
    if not old.was or holder is None or holder["Id"] != old.new or await read(engine, old.kept) is None:
        return found
    scene = Scene(name, old.new, None, Marked(old.kept, old.was.of_old(old.new)))
    return evolve(found, scenes={**found.scenes, name: scene})


async def _give_back(engine: Engine, kept: str, was: Marker) -> None:
    """Give the old container its state back where a person removed the successor, whose name told of it."""
    with contextlib.suppress(NotFound):
        old = await engine.container(kept)
        if Container(old).name == was.name:
            await restore(engine, kept, was, lambda now: unheld(now, was))

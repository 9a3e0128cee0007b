"""Creates an old container once more, under the temporary name that it has in an update.

The updater that does it has taken the update over, where anything is left; where nothing is, two updaters may
begin at once. So each updater looks after it has created the container, and gives way where it finds another
updater's: at least one of them does.
"""

from attrs import evolve

from watcher.container import successor
from watcher.container.successor import Contended, Draft
from watcher.engine.client import Engine
from watcher.host.notes import Noted
from watcher.model.inspection import Container
from watcher.model.json_object import Json
from watcher.model.names import Marker, name_of
from watcher.recovery.open_names import contended
from watcher.recovery.steps import drop, name_successor, read


async def remade(engine: Engine, part: Noted, draft: Draft, *, is_beside_new: bool) -> str:
    """Create an old container that went once more, and have its successor's name refer to it; returns its id.

    Args:
        engine: The engine of the owner.
        part: The note of the container.
        draft: What makes it anew.
        is_beside_new: Whether its successor is there.

    Raises:
        Contended: Another updater makes it anew, or has done so.
    """
    going, marker = part.marker.removes_itself, evolve(part.marker, owner=engine.owner)
    aside = evolve(marker.of_old(part.new), going=going)
    again = await _begun(engine, str(aside))
    again = again or str((await successor.create(engine, str(aside), draft))["Id"])
    if _is_elsewhere(await engine.containers(stopped=True), part, engine.owner):
        await drop(engine, again)
        raise Contended(f"another updater makes {marker.name} anew")
    if is_beside_new and not going:
        new, name = await engine.container(part.new), str(marker.of_new(again))
        if Marker.parse(called := Container(new).name) and called != name:
            await name_successor(engine, part.new, again, marker)
    return again


def _is_elsewhere(rows: list[Json], part: Noted, owner: str) -> bool:
    """Whether another updater has made the container anew, or is about to."""
    holders = {name_of(row): row["Id"] for row in rows}
    is_named = holders.get(part.marker.name, part.new) != part.new
    return is_named or bool(contended(rows, owner, [part.marker.name]))


async def _begun(engine: Engine, name: str) -> str:
    """The id of the container made by an attempt cut short, or empty; if it never ran, it is removed."""
    found = await read(engine, name)
    if found and Container(found).status == "created":
        await drop(engine, found["Id"])
        return ""
    return str(found["Id"]) if found else ""

"""Reads all open updates from the engine, for the decisions of recovery.

The engine of an owner (`lease`) shows the owner's open updates alone.
"""

import contextlib
from collections.abc import Iterable, Mapping

from watcher.engine.client import Engine
from watcher.host.namespace_cache import NamespaceCache
from watcher.model.errors import NotFound
from watcher.model.inspection import Container
from watcher.model.json_object import Json
from watcher.model.names import name_of
from watcher.recovery import steps
from watcher.recovery.departures import open_scenes
from watcher.recovery.group import OpenUpdates
from watcher.recovery.state import Scene


async def outline(engine: Engine) -> OpenUpdates:
    """Read all open updates by the names alone, without an inspect of any container."""
    rows, found = await open_scenes(engine)
    return OpenUpdates(found, _names(rows), {})


async def glance(engine: Engine, namespaces: NamespaceCache) -> OpenUpdates:
    """Read all open updates, with what tells which of them belong together (`concerned`)."""
    return await grouped(engine, namespaces, *await open_scenes(engine))


async def grouped(
    engine: Engine, namespaces: NamespaceCache, rows: list[Json], found: Mapping[str, Scene]
) -> OpenUpdates:
    """Add to all open updates, as `open_scenes` gave them, what tells which of them belong together."""
    halves = {cid for scene in found.values() for cid in scene.pair}
    outlines = await namespaces.of(engine, rows, halves)
    return OpenUpdates(found, _names(rows), {each["Id"]: each for each in outlines})


async def read(engine: Engine) -> OpenUpdates:
    """Read all open updates, with an inspect of each of their containers: all that `next_step` needs."""
    (rows, found), inspects = await open_scenes(engine), dict[str, Json]()
    for cid in (cid for scene in found.values() for cid in scene.pair if cid):
        with contextlib.suppress(NotFound):
            inspects[cid] = await engine.container(cid)
    return OpenUpdates(found, _names(rows), inspects)


async def down(engine: Engine, found: OpenUpdates, names: Iterable[str]) -> list[Json]:
    """The containers, as inspected, of the open updates where neither of the two runs."""
    result = list[Json]()
    for scene in (found.scenes[name] for name in names if name in found.scenes):
        inspects = [each for cid in scene.pair if cid and (each := await steps.read(engine, cid))]
        if not any(Container(each).is_running for each in inspects):
            result += inspects
    return result


def _names(rows: list[Json]) -> dict[str, str]:
    return {row["Id"]: name_of(row) for row in rows}

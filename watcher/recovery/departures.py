"""All open updates, and the name under which a removed old container went where its successor is left.

A removal of `X` by name or by id means X; a container that was set aside has another name, and a prune means
whatever does not run. Compose stops and removes the old container, and starts what it finds of the service
a moment later: so nothing is said before that start must have been.
"""

from attrs import evolve

from watcher.engine.client import Engine
from watcher.model.json_object import Json
from watcher.recovery.pruned import Fate, departure
from watcher.recovery.state import Scene, scenes


async def open_scenes(engine: Engine) -> tuple[list[Json], dict[str, Scene]]:
    """The rows of all containers, and every open update among them, by the name of its container.

    The engine of an owner (`lease`) shows the owner's open updates alone.
    """
    told = dict[str, str]()
    while True:
        rows = await engine.containers(stopped=True)
        found = scenes(rows, lambda owner: engine.owner in {"", owner})
        asked = {cid: scene for scene in found.values() if (cid := _asks_for(scene))}
        if asked.keys() <= told.keys():
            return rows, {
                name: evolve(each, gone_as=told.get(_asks_for(each), "")) for name, each in found.items()
            }
        # Finding out may take a while: what there is by then counts.
        for cid in asked.keys() - told.keys():
            told[cid] = await _gone_as(engine, cid)


def _asks_for(scene: Scene) -> str:
    """The first digits of the id of a removed old container whose last name counts; else empty."""
    new = scene.successor
    return new.marker.other if scene.is_bereft and new and not new.has_run else ""


async def _gone_as(engine: Engine, cid: str) -> str:
    """The name that a container had when somebody removed it; empty where nobody knows, or it was pruned."""
    found = await departure(engine, "container", cid)
    return found.name if found.fate is Fate.REMOVED else ""

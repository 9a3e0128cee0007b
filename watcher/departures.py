"""How an old container went whose successor alone is left, as the engine's past events tell.

Whoever removes `X` by name or by id means X; a prune means whatever does not run, and one that was set
aside has another name. Compose stops and removes the old one, and starts what it finds of the service a
moment later: so what was stopped first is looked at again once that must have been.
"""

import asyncio
from typing import Any

from attrs import evolve, frozen

from watcher.engine import Engine
from watcher.scene import Scene, scenes

Json = dict[str, Any]

_COMPOSE_STARTS_WITHIN_S = 10.0
_LOOK_AGAIN_S = 0.5


@frozen
class _Departure:
    """The end of a container.

    Attributes:
        name: The name that it had then; empty where nobody knows, or it was pruned.
        age: Seconds since then.
        was_stopped: It was stopped before, rather than removed by force.
    """

    name: str = ""
    age: float = 0.0
    was_stopped: bool = False


async def open_scenes(engine: Engine) -> tuple[list[Json], dict[str, Scene]]:
    """The rows of all containers, and every open update among them, by the name of its container.

    An owner's engine only has the owner's.
    """
    while True:
        rows = await engine.containers(stopped=True)
        found = scenes(rows, lambda owner: engine.owner in {"", owner})
        ends = {name: await _departure(engine, scene) for name, scene in found.items() if scene.is_bereft}
        if not any(map(_may_go_on, ends.values())):
            return rows, {
                name: evolve(scene, gone_as=ends[name].name if name in ends else "")
                for name, scene in found.items()
            }
        await asyncio.sleep(_LOOK_AGAIN_S)


def _may_go_on(end: _Departure) -> bool:
    return bool(end.name) and end.was_stopped and end.age < _COMPOSE_STARTS_WITHIN_S


async def _departure(engine: Engine, scene: Scene) -> _Departure:
    successor = scene.successor
    if successor is None or successor.has_run:
        return _Departure()
    now = await engine.now()
    # All that the engine still knows (its last 256 events): it may have gone before its successor was made.
    past = await engine.past_events(1, now, type=["container"], event=["destroy", "stop", "prune"])
    return _told(past, successor.marker.other, now)


def _told(past: list[Json], other: str, now: float) -> _Departure:
    """Read the events, the oldest first; what was before a prune may have been its doing."""
    end, was_stopped = _Departure(), False
    for event in past:
        actor = event["Actor"]
        if event["Action"] == "prune":
            end = _Departure()
        elif actor["ID"].startswith(other) and event["Action"] == "stop":
            was_stopped = True
        elif actor["ID"].startswith(other):
            end = _Departure(actor["Attributes"].get("name", ""), now - event["timeNano"] / 1e9, was_stopped)
    return end

"""What an update that is open does now, as far as the engine's names and states tell. Pure: no I/O.

The updater at work knows more (`update.steps.stages`, whose words these are); this is for commands that
only look.
"""

from collections.abc import Mapping

from watcher.model.listing import UP
from watcher.recovery.state import Scene


def stage_seen(scene: Scene, states: Mapping[str, str]) -> str:
    """The stage of an open update, as a participle.

    Args:
        scene: The containers of the update.
        states: The states of all containers, by their ids.
    """
    if scene.successor is None:
        return _named(scene, states)
    if scene.successor.has_run:
        return "going back"
    if not scene.holder:
        return "naming its successor"
    is_to_stop = scene.successor.marker.wanted != "s" and states.get(scene.holder) in UP
    return "stopping" if is_to_stop else "setting it aside"


def _named(scene: Scene, states: Mapping[str, str]) -> str:
    """The stage of an update of which only the old container, or its spare, bears a temporary name."""
    marker = scene.retired.marker if scene.retired else None
    if marker is None or not scene.holder.startswith(marker.other):
        return "going back"
    state = states.get(scene.holder, "")
    if state == "created" and marker.wanted != "s":
        return "starting"
    return "removing the old one" if state in ("created", "paused") else "proving"

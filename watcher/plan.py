"""What an update will do, decided before anything is done: `str(plan)` is what `--dry-run` shows.

Pure: no I/O. Whoever carries a plan out decides nothing.
"""

from enum import Enum
from typing import Any

from attrs import frozen

from watcher.names import Marker, Wanted, short

Json = dict[str, Any]


class Action(Enum):
    """One step; the value is what is shown of it."""

    PULL = "pull its tag"
    CREATE = "create its successor"
    SPARE = "create a spare of it"
    GO = "note that it is about to stop"
    STOP = "stop it"
    HOLD = "hold its restart policy"
    SET_ASIDE = "rename it aside"
    TAKE_NAME = "give the successor its name"
    START = "start the successor"
    PROVE = "prove the successor"
    PAUSE = "pause the successor"
    REMOVE = "remove the old container"
    REMOVE_SPARE = "remove the spare"


_CAUSES = {
    Action.PULL: "the registry has another image for it",
    Action.CREATE: "what cannot be created must fail while the old one serves",
    Action.SPARE: "it removes itself when it stops, and there must be something to go back to",
    Action.GO: "from here on the way back is the spare",
    Action.STOP: "two of them must not run at once",
    Action.HOLD: "the engine would start a container of the policy `always` at its own restart",
    Action.SET_ASIDE: "it stays whole until its successor has proved itself",
    Action.TAKE_NAME: "names are fixed in logs and DNS when a container starts",
    Action.START: "it is to be in the state that the old one was in",
    Action.PROVE: "a container that starts is not yet one that works",
    Action.PAUSE: "it is to be in the state that the old one was in",
    Action.REMOVE: "nothing needs it any more; its volumes stay",
    Action.REMOVE_SPARE: "nothing needs it any more; its volumes stay",
}


@frozen
class Plan:
    """The steps of one container's update, in order.

    Attributes:
        name: The container's name.
        change: What moves, as the verdict says it.
        marker: The successor's temporary name.
        steps: What is done.
    """

    name: str
    change: str
    marker: Marker
    steps: tuple[Action, ...]

    def __str__(self) -> str:
        rows = (f"  {n}. {step.value}: {_CAUSES[step]}" for n, step in enumerate(self.steps, 1))
        return "\n".join([f"{self.name}: {self.change}", *rows])


def plan(container: Json, change: str, *, pull: bool = False) -> Plan:
    """Plan the update of an inspected container; `pull` where its image has yet to be fetched."""
    marker = _marker(container)
    runs, removes_itself = marker.wanted != "s", marker.removes_itself
    optional = {
        Action.PULL: pull,
        Action.SPARE: removes_itself,
        Action.GO: removes_itself,
        Action.STOP: runs,
        Action.HOLD: marker.always,
        Action.SET_ASIDE: not removes_itself,
        Action.START: runs,
        Action.PROVE: runs,
        Action.PAUSE: marker.wanted == "p",
        Action.REMOVE: not removes_itself,
        Action.REMOVE_SPARE: removes_itself,
    }
    return Plan(marker.name, change, marker, tuple(step for step in Action if optional.get(step, True)))


def wanted_state(container: Json) -> Wanted:
    """The state that the update is to end in: the one that the container is in.

    One that the engine is restarting counts as running: that is what its policy wants.
    """
    state = container["State"]
    if state.get("Paused"):
        return "p"
    return "r" if state.get("Running") or state.get("Restarting") else "s"


def _marker(container: Json) -> Marker:
    host, state, wanted = container["HostConfig"], container["State"], wanted_state(container)
    return Marker(
        container["Name"].removeprefix("/"),
        "new",
        wanted,
        short(container["Id"]),
        always=(host.get("RestartPolicy") or {}).get("Name") == "always",
        removes_itself=bool(host.get("AutoRemove")) and wanted != "s",
        unjudged=bool(state.get("Restarting")) or (state.get("Health") or {}).get("Status") == "unhealthy",
    )

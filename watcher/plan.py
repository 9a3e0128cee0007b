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

    CREATE = "create its successor"
    STOP = "stop it"
    HOLD = "hold its restart policy"
    SET_ASIDE = "rename it aside"
    TAKE_NAME = "give the successor its name"
    START = "start the successor"
    PROVE = "prove the successor"
    PAUSE = "pause the successor"
    REMOVE = "remove the old container"


_CAUSES = {
    Action.CREATE: "what cannot be created must fail while the old one serves",
    Action.STOP: "two of them must not run at once",
    Action.HOLD: "the engine would start a container of the policy `always` at its own restart",
    Action.SET_ASIDE: "it stays whole until its successor has proved itself",
    Action.TAKE_NAME: "names are fixed in logs and DNS when a container starts",
    Action.START: "it is to be in the state that the old one was in",
    Action.PROVE: "a container that starts is not yet one that works",
    Action.PAUSE: "it is to be in the state that the old one was in",
    Action.REMOVE: "nothing needs it any more; its volumes stay",
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


def plan(container: Json, change: str) -> Plan:
    """Plan the update of an inspected container."""
    host, name = container["HostConfig"], container["Name"].removeprefix("/")
    always = (host.get("RestartPolicy") or {}).get("Name") == "always"
    wanted, removes_itself = wanted_state(container), bool(host.get("AutoRemove"))
    marker = Marker(name, "new", wanted, always, removes_itself, short(container["Id"]))
    optional = {
        Action.STOP: wanted != "s",
        Action.HOLD: always,
        Action.SET_ASIDE: not removes_itself or wanted == "s",
        Action.START: wanted != "s",
        Action.PROVE: wanted != "s",
        Action.PAUSE: wanted == "p",
        Action.REMOVE: not removes_itself or wanted == "s",
    }
    return Plan(name, change, marker, tuple(step for step in Action if optional.get(step, True)))


def wanted_state(container: Json) -> Wanted:
    """The state that the update is to end in: the one that the container is in.

    One that the engine is restarting counts as running: that is what its policy wants.
    """
    state = container["State"]
    if state.get("Paused"):
        return "p"
    return "r" if state.get("Running") or state.get("Restarting") else "s"

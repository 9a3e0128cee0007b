"""What a container is noted to be by the temporary names of its update: its state, and what it is asked for.

Pure: no I/O.
"""

from watcher.container.baseline import is_unhealthy, lacks_networks, lacks_ports
from watcher.model.inspection import Container
from watcher.model.json_object import Json
from watcher.model.names import Marker, Wanted, short


def wanted_state(container: Json) -> Wanted:
    """The state that the update is to end in: the one that the container is in.

    One that the engine is restarting counts as running: that is what its policy wants.
    """
    state = container["State"]
    if state.get("Paused"):
        return "p"
    return "r" if state.get("Running") or state.get("Restarting") else "s"


def marker_of(container: Json) -> Marker:
    """The temporary name of a successor of an inspected container."""
    host, state, wanted = container["HostConfig"], container["State"], wanted_state(container)
    return Marker(
        Container(container).name,
        "new",
        wanted,
        short(container["Id"]),
        always=(host.get("RestartPolicy") or {}).get("Name") == "always",
        removes_itself=bool(host.get("AutoRemove")) and wanted != "s",
        unjudged=_crashes(state) or is_unhealthy(container),
        unpublished=wanted != "s" and lacks_ports(container),
        unattached=wanted != "s" and lacks_networks(container),
    )


def _crashes(state: Json) -> bool:
    """Whether a container was found between two starts, and had not ended with 0, as a job may by design."""
    return bool(state.get("Restarting")) and state.get("ExitCode") != 0

"""What a container is noted to be by the temporary names of its update: its state, and what it is asked for.

Pure: no I/O.
"""

from watcher.container.baseline import is_unhealthy, lacks_networks, lacks_ports
from watcher.model.inspection import Container, State
from watcher.model.json_object import Json
from watcher.model.names import Marker, Wanted, short


def wanted_state(container: Json) -> Wanted:
    """The state that the update is to end in: the container's present state.

    A container that the engine is restarting counts as running: its policy wants it to run.
    """
    state = Container(container).state
    if state.is_paused:
        return "p"
    return "r" if state.is_restarting or state.is_running else "s"


def marker_of(container: Json) -> Marker:
    """The temporary name of a successor of an inspected container."""
    host, found, wanted = container["HostConfig"], Container(container), wanted_state(container)
    policy = found.restart_policy
    return Marker(
        found.name,
        "new",
        wanted,
        short(container["Id"]),
        always=policy.get("Name") == "always",
        retries=policy.get("MaximumRetryCount") or 0 if policy.get("Name") == "on-failure" else None,
        removes_itself=bool(host.get("AutoRemove")) and wanted != "s",
        unjudged=_crashes(found.state) or is_unhealthy(container),
        unpublished=wanted != "s" and lacks_ports(container),
        unattached=wanted != "s" and lacks_networks(container),
    )


def _crashes(state: State) -> bool:
    """Whether a container was found between two starts, and had not ended with 0, as a job may by design."""
    return state.is_restarting and state.exit_code != 0

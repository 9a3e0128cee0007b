"""How far a service's tasks have come to the image of its spec, by one reading of the swarm. Pure: no I/O.

Tasks decide, not `UpdateStatus` alone: of a rollout in which a node died it stays `updating` although all
replicas run the new image, and is `paused` when that node comes back (28.5).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from watcher.model.json_object import Json
from watcher.model.values import frozen
from watcher.swarm.placement import hostname, is_ready, may_run
from watcher.swarm.spec import Service

_FAILED = frozenset({"failed", "rejected"})
_COMING = frozenset({"new", "pending", "assigned", "accepted", "preparing", "ready", "starting"})
_TAKEN = frozenset({"shutdown", "remove", "orphaned"})
_UNFIT = "task rejected by constraint enforcer"  # it ran, and then its node's labels or resources changed
_ENDS_ITSELF = frozenset({"none", "on-failure"})


@frozen
class Progress:
    """How far a service is.

    Attributes:
        service: As read.
        wanted: How many tasks it is to have.
        running: How many run the image of its spec, on nodes that are there.
        excused: How many of the others wait for a node that is down.
        is_busy: Whether a task has its image pulled, which may take long.
        failed: What is wrong with each failed task of its spec's image, or of the image rolled out, by the
            task's id.
        taken: What became of the task at whose end the swarm stopped, where it was taken from its node, which
            was drained, say. Empty where a task failed, for then the failure may be why.
        late: Of tasks that failed once the swarm's own update was complete, how many seconds after its end.
        down: The nodes that may run the service and are down.
        stamp: Changes whenever a task does.
    """

    service: Service
    wanted: int
    running: int
    excused: int
    is_busy: bool
    failed: Mapping[str, str]
    taken: str
    late: Mapping[str, float]
    down: tuple[str, ...]
    stamp: tuple[object, ...]

    @property
    def is_there(self) -> bool:
        """Whether all tasks run that can."""
        return self.running + self.excused >= self.wanted

    def __str__(self) -> str:
        away = f"; down: {', '.join(self.down)}" if self.excused else ""
        return f"{self.running} of {self.wanted} run it{away}"


def progress(said: Json, tasks: Sequence[Json], nodes: Iterable[Json], digest: str) -> Progress:
    """Tell how far a service is.

    Args:
        said: GET /services/{id}.
        tasks: Its tasks.
        nodes: All nodes.
        digest: The digest of the image that is, or was, rolled out.
    """
    service, nodes = Service(said), [*nodes]
    ready = {node["ID"] for node in nodes if is_ready(node)}
    able = may_run(service, nodes)
    ours = [task for task in tasks if _image(task) == service.image]
    tried = [*ours, *(task for task in tasks if _image(task).endswith(f"@{digest}"))]
    failed = {task["ID"]: words for task in tried if (words := _failure(service, task, nodes, ready))}
    down = [node for node in able if not is_ready(node)]
    running = _running(ours, ready)
    waiting = len(down) if service.mode == "Global" else _waiting(tasks, ready, down)
    wanted = len(able) if service.mode == "Global" else service.replicas
    return Progress(
        service,
        wanted,
        running,
        max(0, min(waiting, wanted - running)),
        any(_state(task) == "preparing" and _is_wanted(task) for task in ours),
        failed,
        "" if failed else _taken(service, tried, nodes),
        {task["ID"]: late for task in tried if task["ID"] in failed and (late := _late(service, task)) > 0},
        tuple(map(hostname, down)),
        (service.state, *sorted((task["ID"], _state(task), task.get("DesiredState")) for task in tasks)),
    )


def _running(tasks: Iterable[Json], ready: set[str]) -> int:
    return len({_slot(task) for task in tasks if _runs(task) and task.get("NodeID") in ready})


def _waiting(tasks: Sequence[Json], ready: set[str], down: Sequence[Json]) -> int:
    """How many replicas no node can take while some are down."""
    if not down:
        return 0
    return len(
        {
            _slot(task)
            for task in tasks
            if _is_wanted(task) and (_state(task) == "pending" or task.get("NodeID") not in {"", *ready})
        }
    )


def _failure(service: Service, task: Json, nodes: Iterable[Json], ready: set[str]) -> str:
    """What is wrong with a task, as a clause; empty where nothing is, or its node is why it ended."""
    state = _state(task)
    if _was_taken(task):
        return ""
    is_over = state == "complete" and _restarts(service) not in _ENDS_ITSELF
    if not (state in _FAILED or is_over) or task.get("NodeID") not in ready:
        return ""
    where = next((hostname(node) for node in nodes if node["ID"] == task.get("NodeID")), "")
    status = task.get("Status") or {}
    why = "it ended by itself" if is_over else status.get("Err") or status.get("Message") or state
    return f"a task on {where}: {why}"


def _taken(service: Service, tried: Iterable[Json], nodes: Iterable[Json]) -> str:
    """What became of the task that the swarm names as its reason to stop; empty where that ended itself."""
    for task in tried:
        if task["ID"] in service.message and _was_taken(task):
            node = next((node for node in nodes if node["ID"] == task.get("NodeID")), None)
            return f"a task was taken from {_left(task, node)}"
    return ""


def _was_taken(task: Json) -> bool:
    return _state(task) in _TAKEN or (task.get("Status") or {}).get("Message") == _UNFIT


def _left(task: Json, node: Json | None) -> str:
    """The node that a task was taken from, with what is known of why, as a clause."""
    if node is None:
        return "a node that is gone"
    if _state(task) not in _TAKEN:
        return f"{hostname(node)}, which may not run it any more"
    if not is_ready(node):
        return f"{hostname(node)}, which is down"
    is_drained = (node.get("Spec") or {}).get("Availability") == "drain"
    return f"{hostname(node)}, which was drained" if is_drained else hostname(node)


def _late(service: Service, task: Json) -> float:
    """Seconds from the end of the swarm's own update to a task's last change; 0 where it has no end."""
    text = str((task.get("Status") or {}).get("Timestamp") or "")
    return datetime.fromisoformat(text).timestamp() - service.completed if text and service.completed else 0.0


def _restarts(service: Service) -> str:
    policy = (service.spec.get("TaskTemplate") or {}).get("RestartPolicy") or {}
    return str(policy.get("Condition") or "any")


def _runs(task: Json) -> bool:
    return _state(task) == "running" and task.get("DesiredState") == "running"


def _is_wanted(task: Json) -> bool:
    return task.get("DesiredState") in {"running", "ready"} and _state(task) in {*_COMING, "running"}


def _slot(task: Json) -> object:
    return task.get("Slot") or task.get("NodeID")


def _state(task: Json) -> str:
    return str((task.get("Status") or {}).get("State") or "")


def _image(task: Json) -> str:
    return str(((task.get("Spec") or {}).get("ContainerSpec") or {}).get("Image") or "")


def of_digest(tasks: Iterable[Json], digest: str) -> bool:
    """Whether a task of an image is among them, whatever became of it."""
    return any(_image(task).endswith(f"@{digest}") for task in tasks)


def ran(tasks: Iterable[Json]) -> int:
    """How many tasks run, whichever image."""
    return len({_slot(task) for task in tasks if _runs(task)})

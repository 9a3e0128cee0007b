"""What Compose's conditions ask of a container that others depend on, told by its inspect. Pure: no I/O."""

from watcher.dependencies.order import Condition
from watcher.model.inspection import Container, has_healthcheck
from watcher.model.json_object import Json


def lacking(condition: Condition, name: str, found: Json) -> str:
    """The condition that a dependency does not meet, in words; empty for none, and for a job not yet run."""
    if condition is Condition.HEALTHY:
        return unhealthy(name, found)
    is_run = condition is Condition.COMPLETED and Container(found).status != "created"
    return unfinished(name, found) if is_run else ""


def unhealthy(name: str, found: Json) -> str:
    """That a dependency is not healthy, in words; empty where it is, does not run, or has no check."""
    status = Container(found).state.health.get("Status")
    counts = Container(found).is_running and has_healthcheck(found)
    return f"{name} is {status}" if counts and status != "healthy" else ""


def unfinished(name: str, job: Json) -> str:
    """That a job was not done, in words; empty where it was."""
    state = Container(job).state
    if state.is_running or state.is_restarting:
        return f"{name} has not ended yet"
    code = state.exit_code
    return f"{name} ended with exit code {code}" if code else ""

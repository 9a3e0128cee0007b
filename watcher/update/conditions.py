"""The conditions of Compose that a container's dependencies must meet before it is updated.

`service_healthy`: a dependency that has a check and runs must be healthy. `service_completed_successfully`:
a job that was recreated is run, as `docker compose up` would, and must have ended with 0. The engine tells;
nothing is remembered, so a crash in between is no matter. `service_started` asks for nothing more.
"""

from collections.abc import Iterable

from watcher.container.downtime import Downtimes
from watcher.container.probe import prove
from watcher.container.readiness import Demand, Meddled, NotProved
from watcher.container.startup import start
from watcher.dependencies.conditions import unfinished, unhealthy
from watcher.dependencies.order import Condition, Dependency
from watcher.engine.client import Engine
from watcher.model.errors import NotFound
from watcher.model.inspection import Container

# A job may take its time, and holds up no containers but those that wait for it.
_JOB = Demand(stable_for=3600.0, health_timeout=3600.0)


async def unmet(engine: Engine, dependencies: Iterable[Dependency], downtimes: Downtimes) -> str:
    """Run the jobs among the dependencies that have not run; the condition that is unmet then, or empty."""
    for each in dependencies:
        if each.condition is Condition.HEALTHY and (unmet_condition := await _health(engine, each.name)):
            return unmet_condition
        if each.condition is Condition.COMPLETED and (
            unmet_condition := await completed(engine, each.name, downtimes)
        ):
            return unmet_condition
    return ""


async def completed(engine: Engine, name: str, downtimes: Downtimes) -> str:
    """See a job to its end, and run it before that where it was created and never started.

    Args:
        engine: Where it is.
        name: The job's.
        downtimes: The downtimes of other containers, whose addresses the job must not take.

    Returns:
        Why it does not count as done, or nothing.
    """
    try:
        job = await engine.container(name)
        if Container(job).status == "created":
            async with downtimes.around([job]):
                await start(engine, job["Id"])
            job = await engine.container(job["Id"])
        if Container(job).is_running:
            try:
                await prove(engine, job["Id"], _JOB)
            except Meddled as error:
                return f"{name} did not end by itself: {error}"
            except NotProved:
                pass  # how it ended is read below
            job = await engine.container(job["Id"])
    except NotFound:
        return ""
    return unfinished(name, job)


async def _health(engine: Engine, name: str) -> str:
    try:
        found = await engine.container(name)
    except NotFound:
        return ""
    return unhealthy(name, found)

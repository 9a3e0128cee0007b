"""Restarts the dependents that ask for it when a dependency was replaced (Compose's `restart: true`)."""

from watcher.container.downtime import Downtimes
from watcher.dependencies.order import Order
from watcher.engine.client import Engine
from watcher.model.errors import EngineError, EngineUnavailable, NotFound
from watcher.model.inspection import Container
from watcher.model.json_object import Json


async def restart_with(engine: Engine, dependency: str) -> None:
    """Restart the dependents that ask for it when `dependency` is replaced, unless that was done already."""
    for name in Order.of(await engine.containers(stopped=True)).restarted_with(dependency):
        await restart_after(engine, name, dependency)


async def restart_after(
    engine: Engine, name: str, dependency: str, downtimes: Downtimes | None = None
) -> str:
    """Restart a dependent that has run for longer than its dependency; any other is left alone.

    Args:
        engine: Where both are.
        name: The name of the dependent.
        dependency: The name of the dependency.
        downtimes: The downtimes whose end is waited for, where a container of theirs would lose its address.

    Returns:
        What was wrong, or empty: no update is undone on account of it.

    Raises:
        EngineUnavailable: The restart is not known to have been made.
    """
    try:
        container = await engine.container(name)
        if is_restarted_with(container, await engine.container(dependency)):
            async with (downtimes or Downtimes()).around([container]):
                await engine.restart(container)
    except EngineUnavailable:
        raise
    except NotFound:
        return ""
    except EngineError as error:
        return str(error)
    return ""


def is_restarted_with(container: Json, dependency: Json) -> bool:
    """Whether a container runs, and has since before its dependency was started."""
    return is_running(container) and _started(container) < _started(dependency)


def is_running(container: Json) -> bool:
    """Whether an inspected container runs, and is not paused."""
    state = Container(container).state
    return state.is_running and not state.is_paused


def _started(container: Json) -> tuple[str, str]:
    """The engine leaves the zeros at the end of the fraction out, so the whole text does not compare."""
    seconds, _, fraction = Container(container).state.started.rstrip("Z").partition(".")
    return seconds, fraction

"""Restarts who asked to be restarted when what it depends on was replaced (Compose's `restart: true`)."""

from watcher.container.downtime import Downtimes
from watcher.dependencies.order import Order
from watcher.engine.client import Engine
from watcher.model.errors import EngineError, EngineUnavailable, NotFound
from watcher.model.inspection import Container
from watcher.model.json_object import Json


async def restart_with(engine: Engine, provider: str) -> None:
    """Restart all who ask for it when `provider` is replaced, as far as that has not been done."""
    for name in Order.of(await engine.containers(stopped=True)).restarted_with(provider):
        await restart_after(engine, name, provider)


async def restart_after(engine: Engine, name: str, provider: str, downtimes: Downtimes | None = None) -> str:
    """Restart a container that has run for longer than another; one that does not run is left alone.

    Args:
        engine: Where they are.
        name: The container's.
        provider: The other one's.
        downtimes: Whose end is waited for where they would lose their address to it.

    Returns:
        What was wrong, or empty: nobody goes back on account of that.

    Raises:
        EngineUnavailable: It is not known to have been done.
    """
    try:
        container = await engine.container(name)
        if is_restarted_with(container, await engine.container(provider)):
            async with (downtimes or Downtimes()).around([container]):
                await engine.restart(container)
    except EngineUnavailable:
        raise
    except NotFound:
        return ""
    except EngineError as error:
        return str(error)
    return ""


def is_restarted_with(container: Json, provider: Json) -> bool:
    """Whether a container runs, and has since before another was started."""
    return is_running(container) and _started(container) < _started(provider)


def is_running(container: Json) -> bool:
    """Whether an inspected container runs, and is not paused."""
    state = Container(container).state
    return state.is_running and not state.is_paused


def _started(container: Json) -> tuple[str, str]:
    """The engine leaves the zeros at the end of the fraction out, so the whole text does not compare."""
    seconds, _, fraction = Container(container).state.started.rstrip("Z").partition(".")
    return seconds, fraction

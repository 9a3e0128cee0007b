"""The end of an update whose old container somebody removed in the middle."""

from watcher.container.readiness import NotProved
from watcher.engine.client import Engine
from watcher.model.errors import EngineError, NoSuchContainer
from watcher.model.inspection import Container
from watcher.model.json_object import Json
from watcher.model.names import short
from watcher.recovery.compose_recreations import finish_recreation
from watcher.recovery.steps import read
from watcher.update.steps.marking import wanted_state
from watcher.update.steps.plan import Action
from watcher.update.steps.replacement import Replacement


async def is_left_alone(engine: Engine, part: Replacement, fault: str, *, is_proved: bool) -> bool:
    """Whether the successor stays and works, where the old container is gone.

    Args:
        engine: Where they are.
        part: The container that is updated.
        fault: What is known to be wrong with the successor, or empty.
        is_proved: Whether the successor has proved itself already; else it has yet to.

    Raises:
        NoSuchContainer: Both were removed.
        EngineError: The successor stays, and does not work; or somebody replaced both.
    """
    name = part.name
    if not await part.has_lost_old():
        return False
    await finish_recreation(engine, name, (part.kept, part.new))
    now = await read(engine, name)
    if now is None:
        raise NoSuchContainer(f"{name} was removed by somebody else in the middle of its update")
    if now["Id"] != part.new and part.removes_itself:
        return False  # it was made anew from its spare, which is not needed any more
    if now["Id"] != part.new:
        raise EngineError(
            f"{name} was replaced by somebody else in the middle of its update",
            advice="where that was `docker compose up`, repeat it: it may have counted one of this update",
        )
    if fault := fault or part.ails(now) or ("" if is_proved else await _proof(part, now)):
        raise EngineError(
            f"{name} has its new image and does not work: {fault}; somebody removed the old container "
            "meanwhile, so there is nothing to go back to",
            advice=f"see `docker logs {short(now['Id'])}`, and recreate it",
        )
    return True


async def is_taken(engine: Engine, part: Replacement) -> bool:
    """Whether somebody removed the old container and started its successor, as `docker compose up` does."""
    now = await read(engine, part.new) if part.new else None
    return now is not None and Container(now).status != "created" and await part.has_lost_old()


async def _proof(part: Replacement, now: Json) -> str:
    """What the proof of a running successor shows to be wrong; empty where it works."""
    if wanted_state(now) != "r":
        return ""
    try:
        await part.do(Action.PROVE, {})
    except NotProved as error:
        return await part.told(error)
    return ""

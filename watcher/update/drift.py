"""Whether an old container is still as it was read: what others change of it meanwhile stands."""

from typing import Any

from watcher.container.successor import Contended, Moved
from watcher.engine.client import Engine
from watcher.model.errors import NotFound
from watcher.model.inspection import Container
from watcher.model.json_object import Json
from watcher.update.plan import wanted_state


async def still_as_read(engine: Engine, old: Json) -> None:
    """See that nothing of an inspected container has changed, before the first step is taken with it.

    Raises:
        Moved: Somebody changed the container, started or stopped it, or put another one in its place.
    """
    name = Container(old).name
    try:
        now = await engine.container(old["Id"])
    except NotFound as error:
        raise Contended(f"{name} is gone, or another one") from error
    if _chosen(now) != _chosen(old):
        raise Moved(f"somebody changed {name} meanwhile")


async def still_idle(engine: Engine, old: Json) -> None:
    """See that nobody started an inspected container, whether we stopped it or it had not run.

    Raises:
        Moved: Somebody did; that stands.
    """
    try:
        now = await engine.container(old["Id"])
    except NotFound:
        return
    if wanted_state(now) != "s":
        raise Moved(f"somebody started {old['Name'].removeprefix('/')} meanwhile")


def _chosen(container: Json) -> tuple[Any, ...]:
    """What people may change of a container; where it differs, the draft is out of date."""
    networks = set(Container(container).networks)
    return container["Name"], container["Config"], container["HostConfig"], networks, wanted_state(container)

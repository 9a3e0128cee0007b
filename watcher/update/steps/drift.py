"""Whether the old container is still as it was read: what others change of it meanwhile stands."""

from collections.abc import Iterable, Sequence
from typing import Any

from watcher.container.successor import Contended, Moved
from watcher.engine.client import Engine
from watcher.model.errors import EngineError, NotFound
from watcher.model.inspection import Container
from watcher.model.json_object import Json
from watcher.model.names import Marker, short
from watcher.recovery import links
from watcher.recovery.open_names import contended
from watcher.recovery.steps import left_of
from watcher.update.steps.advice import verb
from watcher.update.steps.marking import wanted_state


async def refuse_contended(engine: Engine, names: Iterable[str]) -> None:
    """See that no other updater has an open update of any of these containers.

    All successors exist by then. Another updater looks as well after it has created its own: so of
    two updaters at least one sees the other, and gives way.

    Raises:
        Contended: Another updater has an open update of one of them.
    """
    if other := contended(await engine.containers(stopped=True), engine.owner, names):
        raise Contended(f"another updater is at work on {other}")


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


async def astray(engine: Engine, old: Json, ids: Sequence[str], marker: Marker) -> str:
    """What of the old container is not as it was, as a clause; empty where all is as it was.

    Args:
        engine: Where it is.
        old: As it was read.
        ids: The ids of what may be left of it: the container itself, and its spare.
        marker: What was wanted of it.
    """
    wanted = marker.wanted
    try:
        now = await left_of(engine, ids, marker.name if marker.removes_itself else ids[0])
    except EngineError:
        return "the old container's state cannot be read"
    if (state := wanted_state(now)) != wanted:
        cid, way = short(now["Id"]), verb(state, wanted)
        return f"the old container {cid} is {Container(now).status}: `docker {way} {cid}`"
    fate = links.forgotten(links.aliases(old), now)
    return f"the old container {fate}" if fate else ""


async def still_idle(engine: Engine, old: Json) -> None:
    """See that nobody started the old container, which we stopped or which did not run.

    Raises:
        Moved: Somebody started the container; it goes on running.
    """
    try:
        now = await engine.container(old["Id"])
    except NotFound:
        return
    if wanted_state(now) != "s":
        raise Moved(f"somebody started {Container(old).name} meanwhile")


def _chosen(container: Json) -> tuple[Any, ...]:
    """What people may change of a container; where it differs, the draft is out of date."""
    networks = set(Container(container).networks)
    return container["Name"], container["Config"], container["HostConfig"], networks, wanted_state(container)

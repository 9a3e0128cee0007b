"""Whether a dependency holds a container's update back, for commands that only look.

The daemon, which updates one after another, knows of more (`update.sequencer`): of what failed just now.
"""

from watcher.check import checks
from watcher.dependencies.conditions import lacking
from watcher.dependencies.order import Order
from watcher.host.context import Context
from watcher.model.errors import NotFound
from watcher.model.inspection import Container
from watcher.model.json_object import Json


async def unmet_before(context: Context, order: Order, container: Json) -> str:
    """The dependency that holds a container's update back, in words; empty where none does.

    Args:
        context: Where it is.
        order: Of all containers.
        container: As inspected.
    """
    name = Container(container).name
    for other in sorted(order.needs(name)):
        if how := await _blocking(context, other):
            return f"{other} {how}"
    for each in order.dependencies.get(name, ()) if Container(container).is_running else ():
        found = await _found(context, each.name)
        if found and (unmet := lacking(each.condition, each.name, found)):
            return unmet
    return ""


async def _blocking(context: Context, name: str) -> str:
    """How the update of a followed container ended, where its end blocks other containers; else empty."""
    found = await _found(context, name)
    policy = found and context.readable_policy(found)
    if not found or not policy or not policy.enable:
        return ""
    return (await checks.assess(context, found)).verdict.blocking


async def _found(context: Context, name: str) -> Json | None:
    try:
        return await context.engine.container(name)
    except NotFound:
        return None

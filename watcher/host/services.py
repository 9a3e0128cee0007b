"""Whether what a person named may be a service of a swarm; only then is imported what knows of those."""

from collections.abc import Iterable

from watcher.host.context import Context
from watcher.model.names import SERVICE_PREFIX


async def may_be_services(context: Context, names: Iterable[str]) -> bool:
    """Whether one of these names may be a service's; nothing is asked for it that was not asked before."""
    return any(name.startswith(SERVICE_PREFIX) for name in names) or await context.engine.role() == "manager"

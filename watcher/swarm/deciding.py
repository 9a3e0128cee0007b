"""What people hold, release and approve: containers, and services of a swarm as if they were."""

from watcher.check.decisions import Subjects
from watcher.check.shown import Shown
from watcher.host.context import Context
from watcher.model.errors import NoSuchContainer
from watcher.model.names import SERVICE_PREFIX
from watcher.swarm.named import service_named
from watcher.swarm.reading import Reader
from watcher.swarm.spec import Service
from watcher.swarm.status import row_of


class _ContainersAndServices(Subjects):
    """A container where one has the name; else the service that has."""

    async def own_name(self, context: Context, text: str) -> str:
        """The name of the container that a text means, or else of the service."""
        try:
            return await super().own_name(context, text)
        except NoSuchContainer:
            said = await service_named(context, text)
            if said is None:
                raise
            return Service(said).name

    async def judged(self, context: Context, name: str) -> Shown:
        """What is to be said of the one of a name."""
        said = await service_named(context, name) if name.startswith(SERVICE_PREFIX) else None
        return await row_of(Reader(context), said) if said else await super().judged(context, name)

    async def left(self, context: Context, name: str) -> str:
        """The image that a rollback of it left."""
        try:
            said = await service_named(context, name) if name.startswith(SERVICE_PREFIX) else None
        except NoSuchContainer:
            return ""
        return Service(said).left if said else await super().left(context, name)


CONTAINERS_AND_SERVICES = _ContainersAndServices()

"""Which service a person means: `service/NAME`, or a name that no container has."""

from watcher.engine.swarm import Swarm
from watcher.host.context import Context
from watcher.model.errors import NoSuchContainer, NotFound
from watcher.model.json_object import Json
from watcher.model.names import SERVICE_PREFIX, container_name
from watcher.swarm.spec import Service


async def service_named(context: Context, text: str) -> Json | None:
    """The service that a person means; None where there is none, and `text` may be a container's name.

    Raises:
        NoSuchContainer: It is called a service, and there is none.
    """
    is_called_one, name = text.startswith(SERVICE_PREFIX), container_name(text.removeprefix(SERVICE_PREFIX))
    is_manager = await context.engine.role() == "manager"
    if is_manager and name:
        try:
            return await Swarm(context.engine).service(name)
        except NotFound:
            pass
    if not is_called_one:
        return None
    if not is_manager:
        raise NoSuchContainer(f"{text}: this engine is no manager of a swarm", advice="ask it of a manager")
    raise NoSuchContainer(f"no such service: {text!r}", advice="`docker service ls` lists what there is")


async def own_name(context: Context, text: str) -> str:
    """What the service that a person means is called here.

    Raises:
        NoSuchContainer: There is none, nor a container.
    """
    said = await service_named(context, text)
    if said is None:
        raise NoSuchContainer(f"no such container or service: {text!r}")
    return Service(said).name

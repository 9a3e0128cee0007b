"""Whether the listener would be open to others with no token that keeps them out."""

from collections.abc import Iterable

from watcher.config.listening import UNIX, host_and_port, is_loopback
from watcher.host.context import Context
from watcher.host.own_container import is_contained
from watcher.model.errors import EngineError
from watcher.model.json_object import Json
from watcher.web.tokens import ACT_VARIABLE, BadListener

_ADVICE = f"set {ACT_VARIABLE} or {ACT_VARIABLE}_FILE, or listen on 127.0.0.1"


async def refuse_open(contexts: Iterable[Context], listen: str) -> None:
    """Let a listener without a token pass only where nobody but this machine, or its containers, reaches it.

    Args:
        contexts: The engines, of which any may run our own container.
        listen: Where it is to listen.

    Raises:
        BadListener: Others do, or nobody can say.
    """
    if listen.startswith(UNIX) or is_loopback(host_and_port(listen)[0]):
        return
    beyond = f"--listen {listen} without a token"
    if not is_contained():
        raise BadListener(f"{beyond} is open to other machines", advice=_ADVICE)
    container, fault = await _own_container(contexts)
    if not container and fault:
        raise BadListener(f"{beyond}: who can reach it is not known: {fault}", advice=_ADVICE)
    why = why_open(container, host_and_port(listen)[1]) if container else "its container is not known"
    if why:
        raise BadListener(f"{beyond} is open to other machines: {why}", advice=_ADVICE)


async def _own_container(contexts: Iterable[Context]) -> tuple[Json | None, str]:
    """Our own container on whichever engine has it, and what kept engines from being asked."""
    faults = list[str]()
    for context in contexts:
        try:
            if own := await context.own.find(context.engine):
                return await context.engine.container(own), ""
        except EngineError as error:
            faults.append(context.told(error))
    return None, "; ".join(faults)


def why_open(container: Json, port: int) -> str:
    """How a container's port can be reached beyond this machine; empty where it cannot."""
    host = container["HostConfig"]
    mode = str(host.get("NetworkMode", ""))
    if mode == "host" or mode.startswith("container:"):
        return f"its container has the network {mode}"
    if host.get("PublishAllPorts"):
        return "its container publishes all ports"
    bindings = (host.get("PortBindings") or {}).get(f"{port}/tcp") or []
    beyond = [each.get("HostIp") or "0.0.0.0" for each in bindings]  # noqa: S104 - what Docker takes it for
    return next((f"it is published on {ip}" for ip in beyond if not is_loopback(ip)), "")

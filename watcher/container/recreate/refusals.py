"""Containers that are not ours to replace, and options that cannot be carried over: said beforehand."""

import re
from collections.abc import Iterator

from watcher.container.recreate.payload import section
from watcher.engine.capabilities import SYSCTLS_IN_ENDPOINT, Api
from watcher.model.errors import Refused
from watcher.model.json_object import JsonView
from watcher.model.labels import ORCHESTRATED
from watcher.model.listing import GOING
from watcher.model.names import short

_OF_LATER_INTERFACE = re.compile(r"net\.[^.]+\.[^.]+\.eth[1-9]\d*\.")


def refusals(container: JsonView, *, api: Api) -> list[Refused]:
    """Every reason not to replace this container, each with the field's name and what to do instead.

    Args:
        container: Inspect of the container.
        api: API version at which the successor would be created.
    """
    return [*_owners(container), *_states(container), *_fields(container, api)]


def refuse(container: JsonView, *, api: Api) -> None:
    """Refuse a container that cannot be replaced.

    Raises:
        Refused: With the first reason of `refusals`.
    """
    for reason in refusals(container, api=api):
        raise reason


def _owners(container: JsonView) -> Iterator[Refused]:
    labels = section(container["Config"], "Labels")
    for prefix, whose, advice in ORCHESTRATED:
        if label := next((label for label in sorted(labels) if label.startswith(prefix)), ""):
            yield Refused(f"{_name(container)} is {whose} (label {label})", advice=advice)


def _states(container: JsonView) -> Iterator[Refused]:
    status = section(container, "State").get("Status")
    if status in GOING:
        yield Refused(
            f"{_name(container)} is {status} (State.Status)", advice=f"`docker rm {short(container['Id'])}`"
        )
    if container.get("Platform", "linux") not in ("linux", ""):
        yield Refused(f"{_name(container)} is not a Linux container (Platform)", advice="recreate it by hand")


def _fields(container: JsonView, api: Api) -> Iterator[Refused]:
    host = container["HostConfig"]
    if not container["Config"].get("Image"):
        yield Refused(
            f"{_name(container)} was not created from an image reference (Config.Image)",
            advice="recreate it by hand",
        )
    if any(mount["Type"] == "cluster" for mount in container.get("Mounts") or ()):
        yield Refused(
            f"{_name(container)} has a Swarm cluster volume (Mounts)", advice="update it through its service"
        )
    for sysctl in section(host, "Sysctls") if SYSCTLS_IN_ENDPOINT.on(api) else ():
        if _OF_LATER_INTERFACE.match(sysctl):
            yield Refused(
                f"{_name(container)} has a sysctl that this engine refuses (HostConfig.Sysctls {sysctl})",
                advice="recreate it by hand, with the sysctl among the network's driver options",
            )


def _name(container: JsonView) -> str:
    return str(container.get("Name") or container["Id"][:12]).lstrip("/")

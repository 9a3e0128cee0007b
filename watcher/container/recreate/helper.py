"""The helper of an updater: the same container on the same image, without what only one of them can have.

What is kept is whatever the program may need to work as the updater does: mounts, environment, user,
networks, security options. Left out are ports, aliases, addresses, links, host name, labels and health check:
others know the updater by them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import evolve

from watcher.container.recreate.payload import Payload
from watcher.model.json_object import JsonView

RESTART = {"Name": "on-failure", "MaximumRetryCount": 0}
# Its log is read by the updater that removes it, wherever that of the updater goes.
LOG = {"Type": "json-file", "Config": {}}

_NOT_ITS_OWN = ("Hostname", "Domainname", "ExposedPorts", "Healthcheck", "MacAddress", "StopSignal")
_NOT_ITS_HOST_S = ("PortBindings", "PublishAllPorts", "Links", "AutoRemove", "ContainerIDFile")
_NOT_ITS_ENDPOINT_S = ("Aliases", "IPAMConfig", "MacAddress", "Links")


def as_helper(
    payload: Payload,
    image: str,
    words: Sequence[str],
    environment: Mapping[str, str],
    labels: Mapping[str, str],
) -> Payload:
    """Make the helper's request of the one for the updater's successor.

    Args:
        payload: What makes the updater once more, on the image that it has.
        image: The id of that image.
        words: The command.
        environment: Variables that are other ones than the updater's; an empty value is not set.
        labels: All that it bears.
    """
    body = _without(payload.body, _NOT_ITS_OWN) | {
        "Image": image,
        "Entrypoint": [*words],
        "Cmd": [],
        "Env": _environment(payload.body.get("Env") or (), environment),
        "Labels": dict(labels),
        "Healthcheck": {"Test": ["NONE"]},
    }
    host = _without(payload.body["HostConfig"], _NOT_ITS_HOST_S)
    body["HostConfig"] = host | {"RestartPolicy": RESTART, "LogConfig": LOG}
    ends = payload.body["NetworkingConfig"]["EndpointsConfig"]
    body["NetworkingConfig"] = {"EndpointsConfig": _endpoints(ends)}
    return evolve(payload, body=body, connect=_endpoints(payload.connect))


def with_socket(payload: Payload, bind: str, variable: str, groups: Sequence[str]) -> Payload:
    """Give a helper the socket that a proxy has: through it alone the helper is to reach the engine.

    Args:
        payload: The helper's request.
        bind: The socket, as `Binds` has it.
        variable: `DOCKER_HOST`, with its value.
        groups: The groups of the proxy, which may be what lets it use the socket.
    """
    host = payload.body["HostConfig"]
    taken = bind.split(":")[1]
    binds = [each for each in host.get("Binds") or () if each.split(":")[1:2] != [taken]]
    more = {
        "Binds": [*binds, bind],
        "GroupAdd": [*dict.fromkeys([*(host.get("GroupAdd") or ()), *groups])],
    }
    mounts = [each for each in host.get("Mounts") or () if each.get("Target") != taken]
    more |= {"Mounts": mounts} if mounts else {}
    host = _without(host, ("Mounts",)) | more
    env = [each for each in payload.body["Env"] if not each.startswith("DOCKER_")]
    return evolve(payload, body=payload.body | {"HostConfig": host, "Env": [*env, variable]})


def _environment(entries: Sequence[str], other: Mapping[str, str]) -> list[str]:
    kept = [entry for entry in entries if entry.partition("=")[0] not in other]
    return [*kept, *(f"{name}={value}" for name, value in other.items() if value)]


def _endpoints(ends: Mapping[str, JsonView]) -> dict[str, dict[str, Any]]:
    return {name: _without(end, _NOT_ITS_ENDPOINT_S) for name, end in ends.items()}


def _without(found: JsonView, keys: Sequence[str]) -> dict[str, Any]:
    return {key: value for key, value in found.items() if key not in keys}

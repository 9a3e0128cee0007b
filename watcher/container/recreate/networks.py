"""Networks: the request that makes one again as it was."""

from typing import Any

from watcher.container.recreate.payload import section
from watcher.model.json_object import JsonView

_CHOSEN = ("Driver", "Options", "Labels", "Internal", "Attachable", "EnableIPv6", "EnableIPv4", "Scope")
_POOL = ("Subnet", "IPRange", "Gateway", "AuxiliaryAddresses")
_PREDEFINED = {"bridge", "host", "none"}


def is_made_by_user(network: JsonView) -> bool:
    """Whether a user made a network on this engine: not predefined nor of a swarm, so that prunes take it."""
    return (
        network["Name"] not in _PREDEFINED and network.get("Scope") == "local" and not network.get("Ingress")
    )


def network_body(network: JsonView) -> dict[str, Any]:
    """JSON of `POST /networks/create` for an inspected network; a subnet that it was given stays, too.

    Older engines make two networks of one name unless they are told not to (20.10).
    """
    body: dict[str, Any] = {"Name": network["Name"], "CheckDuplicate": True}
    if source := section(network, "ConfigFrom").get("Network"):
        # What that one says must not be said again.
        labels = network.get("Labels") or {}
        return body | {"Driver": network["Driver"], "ConfigFrom": {"Network": source}, "Labels": labels}
    ipam = section(network, "IPAM")
    body |= {key: network[key] for key in _CHOSEN if network.get(key) is not None}
    pools = [{key: pool[key] for key in _POOL if pool.get(key)} for pool in ipam.get("Config") or ()]
    options = ipam.get("Options") or {}
    return body | {"IPAM": {"Driver": ipam.get("Driver") or "default", "Config": pools, "Options": options}}

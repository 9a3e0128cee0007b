"""Which nodes of a swarm may run a service, and what for. Pure: no I/O.

Swarm's own rules (swarmkit `manager/constraint`): a constraint is `KEY==VALUE` or `KEY!=VALUE`, without
regard to case; a constraint that is not known here keeps no node out, so that nothing is left unasked for.
"""

import re
from collections.abc import Iterable

from watcher.model.json_object import Json
from watcher.swarm.spec import Service

_CONSTRAINT = re.compile(r"\s*(?P<key>\S+?)\s*(?P<how>==|!=)\s*(?P<value>.*?)\s*")
_ARCHITECTURES = {
    "x86_64": "amd64",
    "aarch64": "arm64",
    "armv7l": "arm",
    "armv6l": "arm",
    "armhf": "arm",
    "i386": "386",
    "i686": "386",
}


def may_run(service: Service, nodes: Iterable[Json]) -> list[Json]:
    """The nodes that a service's tasks may be on: those that are down too, but none that is drained."""
    return [
        node
        for node in nodes
        if node["Spec"].get("Availability") == "active"
        and all(_fits(text, node) for text in service.placement.get("Constraints") or [])
        and _has_platform(service, node)
    ]


def is_ready(node: Json) -> bool:
    """Whether a node is there."""
    return (node.get("Status") or {}).get("State") == "ready"


def hostname(node: Json) -> str:
    """What people call a node."""
    return str((node.get("Description") or {}).get("Hostname") or node["ID"])


def platform_of(node: Json) -> tuple[str, str]:
    """A node's platform in the words of images; empty where it does not say."""
    return _platform((node.get("Description") or {}).get("Platform") or {})


def _platform(said: Json) -> tuple[str, str]:
    architecture = str(said.get("Architecture") or "")
    return str(said.get("OS") or "").lower(), _ARCHITECTURES.get(architecture, architecture)


def _has_platform(service: Service, node: Json) -> bool:
    """Whether a node has a platform that the spec names; one without a name is as good as any."""
    wanted = [_platform(said) for said in service.placement.get("Platforms") or []]
    ours = platform_of(node)
    return not wanted or any(
        all(not said or said == own for said, own in zip(each, ours, strict=True)) for each in wanted
    )


def _fits(text: str, node: Json) -> bool:
    match = _CONSTRAINT.fullmatch(text)
    if not match or (found := _value(match["key"], node)) is None:
        return True
    return (found.lower() == match["value"].lower()) is (match["how"] == "==")


def _value(key: str, node: Json) -> str | None:
    """What a node has for the key of a constraint; None where the key is not known."""
    description, spec = node.get("Description") or {}, node["Spec"]
    key, lower = key.strip(), key.strip().lower()
    if lower.startswith("node.labels."):
        return str((spec.get("Labels") or {}).get(key[len("node.labels.") :], ""))
    if lower.startswith("engine.labels."):
        labels = (description.get("Engine") or {}).get("Labels") or {}
        return str(labels.get(key[len("engine.labels.") :], ""))
    known = {
        "node.id": str(node["ID"]),
        "node.hostname": hostname(node),
        "node.role": str(spec.get("Role", "")),
        "node.platform.os": platform_of(node)[0],
    }
    return known.get(lower)

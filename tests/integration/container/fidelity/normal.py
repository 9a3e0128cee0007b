"""Inspects made comparable, and the list of all that may differ: here and nowhere else."""

import json
import re
from typing import Any, NamedTuple

_EMPTY: tuple[Any, ...] = (None, "", [], {})
_UNORDERED = ("Env", "Binds", "Links", "Aliases", "DNSNames", "Mounts", "SecurityOpt", "Ulimits")
_ANONYMOUS = re.compile(r"\b[0-9a-f]{64}\b")


class Allowed(NamedTuple):
    """One kind of difference.

    Attributes:
        path: A regular expression for whole paths.
        reason: Why it may differ.
    """

    path: str
    reason: str


ALLOWED = (
    Allowed(
        "Id|Created|State/.*|RestartCount|ExecIDs.*|SizeRw|SizeRootFs", "each container has its own life"
    ),
    Allowed("Image|ImageManifestDescriptor/.*", "the new image is the point of it"),
    Allowed("(GraphDriver|Storage)/.*", "the writable layer is the container's own"),
    Allowed("NetworkSettings/(SandboxID|SandboxKey|EndpointID)", "made at each start"),
    Allowed("NetworkSettings/Bridge", "left behind by a default bridge that the container is no longer on"),
    Allowed(
        "NetworkSettings/(IPAddress|IPPrefixLen|Gateway|MacAddress|GlobalIPv6.*|IPv6Gateway|SecondaryIP.*)",
        "the engine's copy of the bridge's entry in Networks",
    ),
    Allowed(
        "NetworkSettings/Networks/[^/]+/(EndpointID|Gateway|IPv6Gateway|IPPrefixLen|GlobalIPv6PrefixLen)",
        "assigned at each start",
    ),
    Allowed(
        "NetworkSettings/Networks/[^/]+/(IPAddress|GlobalIPv6Address|MacAddress)",
        "assigned at each start, unless the user asked for it: IPAMConfig and Config.MacAddress are compared",
    ),
    Allowed(
        "NetworkSettings/Ports/.*/HostPort", "random where the user left it open: PortBindings is compared"
    ),
    Allowed("Config/Labels/com\\.docker\\.compose\\.image", "names the image, and is rewritten for Compose"),
    Allowed("HostConfig/Mounts/<attached>.*", "what carries an anonymous volume over"),
    Allowed(
        "Mounts/.*<anonymous>.*/Mode", "'' becomes 'z' (no SELinux: no meaning) for a volume attached by name"
    ),
    Allowed("Mounts/.*/Source", "where the engine keeps the volume or mounts the image: Name is compared"),
)


def comparable(container: dict[str, Any], *, volumes: bool = True) -> dict[str, Any]:
    """Flatten an inspect into paths and values, without what may differ.

    The container's own id is replaced, unordered lists are sorted, and null, "", [] and {} are left out, for
    engines do not tell them apart.

    Args:
        container: The inspect.
        volumes: Whether anonymous volumes must be the same ones; else any of them equals any other.
    """
    flat = everything(container, volumes=volumes)
    allowed = [re.compile(entry.path) for entry in ALLOWED]
    return {path: value for path, value in flat.items() if not any(a.fullmatch(path) for a in allowed)}


def everything(container: dict[str, Any], *, volumes: bool = True) -> dict[str, Any]:
    """The same, with what may differ."""
    text = json.dumps(container).replace(container["Id"], "<id>").replace(container["Id"][:12], "<id>")
    if not volumes:
        for mount in container["Mounts"]:
            if _ANONYMOUS.fullmatch(mount.get("Name", "")):
                text = text.replace(mount["Name"], "0" * 64)
    return dict(_flat(_keyed(json.loads(text)), ""))


def _keyed(container: dict[str, Any]) -> dict[str, Any]:
    """Mounts by what they are, so that paths say which ones differ."""
    host = container["HostConfig"]
    mounts = host.get("Mounts") or []
    host["Mounts"] = {_mount_key(mount): mount for mount in mounts}
    container["Mounts"] = {_point_key(mount): mount for mount in container["Mounts"]}
    return container


def _mount_key(mount: dict[str, Any]) -> str:
    """`--mount type=volume,dst=/x` is an anonymous volume, too, and afterwards attached by name."""
    plain = mount["Type"] == "volume" and mount.keys() <= {"Type", "Source", "Target", "ReadOnly"}
    attached = plain and (not mount.get("Source") or _ANONYMOUS.fullmatch(mount["Source"]))
    return f"{'<attached>' if attached else ''}{mount['Target']}"


def _point_key(mount: dict[str, Any]) -> str:
    anonymous = "<anonymous>" if _ANONYMOUS.fullmatch(mount.get("Name", "")) else ""
    return f"{mount['Destination']}{anonymous}"


def _flat(value: Any, path: str) -> list[tuple[str, Any]]:
    if value in _EMPTY:
        return []
    if isinstance(value, dict):
        return [pair for key, item in value.items() for pair in _flat(item, f"{path}/{key}" if path else key)]
    if isinstance(value, list) and path.rpartition("/")[2] in _UNORDERED:
        return [(path, sorted(value, key=json.dumps))]
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        return [pair for index, item in enumerate(value) for pair in _flat(item, f"{path}/{index}")]
    return [(path, value)]

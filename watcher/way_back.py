"""What a person types to bring an old container back that the updater could not. Pure: no I/O."""

from collections.abc import Iterator
from typing import Any

from watcher.names import Marker, short

Json = dict[str, Any]


def way_back(old: Json, new: Json | None, marker: Marker) -> list[str]:
    """The commands that are still missing, in their order.

    Args:
        old: The old container as it is now, or its spare.
        new: Its successor as it is now, if it is there.
        marker: What was wanted of it.
    """
    return [*_aside(new, marker), *_back(old, marker)] if new else [*_back(old, marker)]


def _aside(new: Json, marker: Marker) -> Iterator[str]:
    """Out of the way of the old one, and never started by the engine."""
    cid = short(new["Id"])
    if new["Name"] == f"/{marker.name}":
        if not marker.removes_itself:
            yield f"docker update --restart no {cid}"
        yield f"docker stop {cid}"
        yield f"docker rename {cid} {marker.name}.failed"


def _back(old: Json, marker: Marker) -> Iterator[str]:
    cid, policy = short(old["Id"]), old["HostConfig"].get("RestartPolicy") or {}
    if old["Name"] != f"/{marker.name}":
        yield f"docker rename {cid} {marker.name}"
    if marker.always and policy.get("Name") != "always":
        yield f"docker update --restart always {cid}"
    if marker.wanted != "s" and not old["State"]["Running"]:
        yield f"docker start {cid}"

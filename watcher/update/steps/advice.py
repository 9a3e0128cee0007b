"""The state of a container that could not be brought back, and the command that does. Pure: no I/O."""

from collections.abc import Iterator

from watcher.model.inspection import Container
from watcher.model.json_object import Json
from watcher.model.names import Marker, Wanted, short

_VERBS: dict[tuple[Wanted, Wanted], str] = {
    ("s", "r"): "start",
    ("s", "p"): "start",
    ("p", "r"): "unpause",
    ("p", "s"): "stop",
    ("r", "p"): "pause",
    ("r", "s"): "stop",
}


def verb(now: Wanted, wanted: Wanted) -> str:
    """The docker command that leads from one state to another, or half the way there."""
    return _VERBS[now, wanted]


def seen(old: Json, new: Json | None) -> str:
    """The states of the old container and of its successor, by their ids, as a clause."""
    states = [f"the old container {short(old['Id'])} is {Container(old).status}"]
    if new:
        states.append(f"the new one {short(new['Id'])} is {Container(new).status}")
    return ", ".join(states)


def way_back(old: Json, new: Json | None, marker: Marker) -> str:
    """The one command that brings an old container back; empty where it is back.

    Where several commands would have to be typed it is our own, which does what all of them would.

    Args:
        old: The old container as it is now, or its spare.
        new: Its successor as it is now, if it is there.
        marker: What was wanted of it.
    """
    is_in_the_way = new is not None and Container(new).name == marker.name
    missing = [*_missing(old, marker)]
    if is_in_the_way or len(missing) > 1:
        return f"watcher update {marker.name}"
    return next(iter(missing), "")


def _missing(old: Json, marker: Marker) -> Iterator[str]:
    cid, policy = short(old["Id"]), Container(old).restart_policy
    if Container(old).name != marker.name:
        yield f"docker rename {cid} {marker.name}"
    if (held := marker.held_policy) and policy.get("Name") != held["Name"]:
        most = f":{marker.retries}" if marker.retries else ""
        yield f"docker update --restart {held['Name']}{most} {cid}"
    if marker.wanted != "s" and not Container(old).is_running:
        yield f"docker start {cid}"

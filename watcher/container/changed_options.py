"""What a person changed with `docker update` while a container's update was under way.

The change is carried over to the container that stays, the old one or its successor: three values are
compared for each option, what it was when it was read or created and what either container has now. A restart
policy of `no` may be ours: the old container is held by it, and a successor that failed is silenced by it.
Pure: no I/O.
"""

from collections.abc import MutableMapping

from watcher.model.json_object import Json
from watcher.model.names import Marker

# HostConfigs as they were when they were read or created, by the containers' ids.
Known = MutableMapping[str, Json]

POLICY = "RestartPolicy"
_OPTIONS = (
    POLICY,
    "BlkioWeight",
    "CpuShares",
    "CpuPeriod",
    "CpuQuota",
    "CpuRealtimePeriod",
    "CpuRealtimeRuntime",
    "CpusetCpus",
    "CpusetMems",
    "Memory",
    "MemorySwap",
    "MemoryReservation",
    "NanoCpus",
    "PidsLimit",
)


def for_successor(new: Json, old: Json | None, marker: Marker, known: Known) -> Json:
    """What a proved successor still lacks: the body of a `POST /containers/{id}/update`, empty for nothing.

    Args:
        new: The successor, as inspected now.
        old: The old container as inspected now, or None where it is gone.
        marker: What was wanted of it.
        known: What is known of either from before; where it is nothing, the successor's own values stand.
    """
    changes: Json = {}
    if old and new["Id"] in known and old["Id"] in known:
        changes = _changed(old, known)
        if marker.held_policy and is_silent(old):
            changes.pop(POLICY, None)
        return _lacking(changes, new, known)
    if not is_silent(new):
        return {}
    # A rollback that was cut short had silenced it.
    wanted = marker.held_policy or (old["HostConfig"][POLICY] if old else None)
    return {POLICY: wanted} if wanted and wanted != new["HostConfig"][POLICY] else {}


def for_old(old: Json, new: Json | None, marker: Marker, known: Known) -> Json:
    """What an old container that comes back still lacks, read before its successor is silenced."""
    changes = unheld(old, marker)
    if new is None or new["Id"] not in known or old["Id"] not in known:
        return changes
    held: Known = (
        {**known, old["Id"]: known[old["Id"]] | {POLICY: policy(old)}} if marker.held_policy else known
    )
    return changes | _lacking(_changed(new, known), old, held)


def unheld(container: Json, marker: Marker) -> Json:
    """The restart policy that we took from the container that stays, to be given back; empty for nothing."""
    held = marker.held_policy
    return {POLICY: held} if held and is_silent(container) else {}


def silenced(new: Json, known: Known) -> None:
    """Note that the restart policy `no` of a successor is ours from now on, and no choice of a person."""
    if new["Id"] in known:
        known[new["Id"]] = known[new["Id"]] | {POLICY: {"Name": "no", "MaximumRetryCount": 0}}


def is_silent(container: Json) -> bool:
    """Whether the restart policy keeps the engine from starting a container again."""
    return policy(container).get("Name") in ("", "no", None)


def policy(container: Json) -> Json:
    """The restart policy of an inspected container."""
    found: Json = container["HostConfig"].get(POLICY) or {}
    return found


def _changed(container: Json, known: Known) -> Json:
    now, before = container["HostConfig"], known[container["Id"]]
    return {key: now.get(key) for key in _OPTIONS if now.get(key) != before.get(key)}


def _lacking(changes: Json, container: Json, known: Known) -> Json:
    """The wanted options that a container lacks, without those that somebody changed on itself."""
    host, own = container["HostConfig"], _changed(container, known)
    lacking = {key: value for key, value in changes.items() if key not in own and host.get(key) != value}
    if "Memory" in lacking and "MemorySwap" in changes:
        # The engine refuses a limit that is above the other one.
        lacking["MemorySwap"] = changes["MemorySwap"]
    return lacking

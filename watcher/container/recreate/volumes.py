"""Mounts: every volume of the old container is the new one's, the anonymous ones by name."""

from collections.abc import Mapping
from typing import Any

from watcher.container.recreate.payload import clean, section
from watcher.model.inspection import Container
from watcher.model.json_object import JsonView

# Options that belong to another type of mount have no effect, but API 1.42 refuses what 1.41 stored.
_OPTIONS_OF = {
    "BindOptions": "bind",
    "VolumeOptions": "volume",
    "TmpfsOptions": "tmpfs",
    "ImageOptions": "image",
}


def volume_sources(container: JsonView) -> tuple[str, ...]:
    """The containers that `--volumes-from` names: names or ids as the user typed them, without their mode."""
    return tuple(
        entry.partition(":")[0] for entry in section(container, "HostConfig").get("VolumesFrom") or ()
    )


def carried(
    container: JsonView, sources: Mapping[str, JsonView], successors: Mapping[str, str]
) -> dict[str, Any]:
    """Binds, Mounts and VolumesFrom that give the successor the same volumes with the same data.

    A volume that no option names is anonymous (VOLUME of the image, or `-v /path`): it is attached by its
    name, also where the new image no longer declares it, so that no data is left behind unseen.

    Args:
        container: Inspect of the container.
        sources: Inspects of the containers in VolumesFrom by the name used there; a container that is
            missing is gone, and the volumes that it gave are attached directly.
        successors: New ids of replaced containers by their old ones.
    """
    host = container["HostConfig"]
    mounted = {clean(mount["Destination"]): mount for mount in container.get("Mounts") or ()}
    mounts = [_named(mount, mounted) for mount in host.get("Mounts") or ()]
    result: dict[str, Any] = {}
    if host.get("Binds"):
        result["Binds"] = [_bind(entry, mounted) for entry in host["Binds"]]
    if host.get("VolumesFrom"):
        result["VolumesFrom"] = _volumes_from(host["VolumesFrom"], sources, successors)
    explained = _targets(host)
    mounts += [
        _attached(mount)
        for path, mount in mounted.items()
        if mount["Type"] in ("volume", "bind") and path not in explained and not _is_given(mount, sources)
    ]
    return result | ({"Mounts": mounts} if mounts else {})


def _targets(host: JsonView) -> set[str]:
    binds = [_target(entry) for entry in host.get("Binds") or ()]
    mounts = [mount["Target"] for mount in host.get("Mounts") or ()]
    return {clean(path) for path in (*binds, *mounts)}


def _target(bind: str) -> str:
    return bind.split(":")[1] if ":" in bind else bind


def _bind(entry: str, mounted: Mapping[str, JsonView]) -> str:
    """`/path` alone, an anonymous volume that an API client asked for, becomes `name:/path`."""
    if ":" in entry:
        return entry
    volume = mounted.get(clean(entry), {}).get("Name")
    return f"{volume}:{entry}" if volume else entry


def _named(mount: JsonView, mounted: Mapping[str, JsonView]) -> dict[str, Any]:
    named = {key: value for key, value in mount.items() if _OPTIONS_OF.get(key) in (None, mount["Type"])}
    if mount["Type"] == "volume" and not mount.get("Source"):
        volume = mounted.get(clean(mount["Target"]), {}).get("Name")
        named |= {"Source": volume} if volume else {}
    return named


def _is_given(mount: JsonView, sources: Mapping[str, JsonView]) -> bool:
    """Whether a mount is that of a container in VolumesFrom, as opposed to one over it or beside it."""
    origin = (clean(mount["Destination"]), _origin(mount))
    given = [other for source in sources.values() for other in source.get("Mounts") or ()]
    return origin in [(clean(other["Destination"]), _origin(other)) for other in given]


def _origin(mount: JsonView) -> Any:
    return mount.get("Name") or mount.get("Source")


def _attached(mount: JsonView) -> dict[str, Any]:
    attached: dict[str, Any] = {
        "Type": mount["Type"],
        "Source": _origin(mount),
        "Target": mount["Destination"],
        "ReadOnly": not mount.get("RW", True),
    }
    if mount["Type"] == "bind" and mount.get("Propagation"):
        attached["BindOptions"] = {"Propagation": mount["Propagation"]}
    elif mount["Type"] == "volume" and mount.get("Driver", "local") not in ("", "local"):
        attached["VolumeOptions"] = {"DriverConfig": {"Name": mount["Driver"]}}
    return attached


def _volumes_from(
    entries: list[str], sources: Mapping[str, JsonView], successors: Mapping[str, str]
) -> list[str]:
    named = [entry.partition(":") for entry in entries]
    return [
        _successor(name, sources[name], successors) + colon + mode
        for name, colon, mode in named
        if name in sources
    ]


def _successor(name: str, source: JsonView, successors: Mapping[str, str]) -> str:
    """An id, whole or in part, is re-pointed; a name is its successor's already."""
    is_id = str(source["Id"]).startswith(name) and Container(source).name != name
    return successors.get(source["Id"], name) if is_id else name

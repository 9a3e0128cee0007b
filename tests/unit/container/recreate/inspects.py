"""Inspects as an engine gives them, with only what a test is about."""

from typing import Any

ID = "0123456789ab" + "c" * 52
OLD_ID, NEW_ID = "sha256:" + "0" * 64, "sha256:" + "1" * 64
NEWEST = (1, 51)


def container(
    config: dict[str, Any] | None = None,
    host: dict[str, Any] | None = None,
    networks: dict[str, Any] | None = None,
    **top: Any,
) -> dict[str, Any]:
    return {
        "Id": ID,
        "Name": "/web",
        "Image": OLD_ID,
        "Created": "2026-01-01T00:00:00.5Z",
        "State": {"Status": "running", "StartedAt": "2026-01-01T00:00:10.5Z"},
        "Config": {"Image": "web:1", "Hostname": ID[:12]} | (config or {}),
        "HostConfig": {"NetworkMode": "bridge"} | (host or {}),
        "NetworkSettings": {"Networks": {"bridge": {}} if networks is None else networks},
        "Mounts": [],
    } | top


def image(identity: str = OLD_ID, **config: Any) -> dict[str, Any]:
    return {"Id": identity, "Os": "linux", "Architecture": "amd64", "Config": config}


def volume(name: str, path: str, **more: Any) -> dict[str, Any]:
    return {
        "Type": "volume",
        "Name": name,
        "Destination": path,
        "Driver": "local",
        "RW": True,
        "Mode": "z",
    } | more

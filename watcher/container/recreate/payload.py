"""The words of this package: JSON as the engine speaks it, and the finished payload."""

import posixpath
from typing import Any

from watcher.model.json_object import JsonView
from watcher.model.values import frozen


@frozen
class Payload:
    """What makes the successor of a container.

    Attributes:
        body: JSON of `POST /containers/create`: Config, HostConfig and NetworkingConfig.
        platform: Value of `?platform=`, "" for the host's own.
        connect: Endpoint configurations by network name, for `POST /networks/{name}/connect` after
            create and before the first start. Empty from API 1.44, where create takes all of them.
        networks: Names of exactly the networks that the successor must be on. The engine attaches the
            default one unasked where a container has left all of its own: disconnect what is extra
            first, then connect what is missing.
        assumed: Names of values ("Env PATH", "Cmd") that were kept though they may have been defaults of
            an old image that nobody remembers. Empty where nothing is ambiguous.
    """

    body: dict[str, Any]
    platform: str
    connect: dict[str, dict[str, Any]]
    networks: frozenset[str]
    assumed: tuple[str, ...]


def section(parent: JsonView, key: str) -> JsonView:
    """A JSON object inside another; empty where the engine says null or leaves the key out (API 1.50)."""
    value: JsonView = parent.get(key) or {}
    return value


def clean(path: str) -> str:
    """A container's path as the engine stores it (Go's `filepath.Clean`)."""
    return "/" + posixpath.normpath(path).lstrip("/")

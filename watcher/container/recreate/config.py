"""Config: the user's choices without the image's defaults.

The engine merges an image's Config into the user's when it creates a container (moby
`daemon/commit.go`, `merge`; the same from 20.10 to 28.5). Here that merge is undone with the old image,
so that the engine can do it again with the new one. Where a value equals the old image's default, it is
taken for the default: inspect does not tell them apart (only Env can, by its order).
"""

from collections.abc import Collection
from typing import Any

from watcher.container.recreate import command, environment
from watcher.container.recreate.payload import clean, section
from watcher.model.json_object import JsonView
from watcher.model.labels import COMPOSE_PREFIX, LABEL_PREFIX, is_composes

# Labels that say whose a container is. Compose writes its own into the images that it builds, too, so
# equality with the image's says nothing about those of a container that it made.
_STACK = "com.docker.stack."
_IDENTITY = (COMPOSE_PREFIX, _STACK)

_MERGED = (
    "User", "StopSignal", "WorkingDir", "Env", "Labels", "ExposedPorts", "Volumes", "Healthcheck",
    "Entrypoint", "Cmd",
)  # fmt: skip
_NEVER_MERGED = ("OnBuild",)  # an image's triggers for `docker build`; shown, but no option of a container


def user_config(config: JsonView, image: JsonView, published: Collection[str]) -> dict[str, Any]:
    """Undo the engine's merge.

    Args:
        config: `Config` of the container.
        image: `Config` of the image that it was created from.
        published: Ports ("80/tcp") in `HostConfig.PortBindings`: the docker CLI exposes each of them,
            whatever the image says.

    Returns:
        What of Config to send; unknown keys as they are.
    """
    own = {key: value for key, value in config.items() if key not in _MERGED + _NEVER_MERGED}
    chosen = {
        "User": _unless_equal(config.get("User"), image.get("User")),
        "StopSignal": _unless_equal(config.get("StopSignal"), image.get("StopSignal")),
        "WorkingDir": _working_dir(config.get("WorkingDir") or "", image.get("WorkingDir") or ""),
        "Env": environment.user_env(config.get("Env") or [], image.get("Env") or []),
        "Labels": _labels(section(config, "Labels"), section(image, "Labels")),
        "ExposedPorts": _ports(section(config, "ExposedPorts"), section(image, "ExposedPorts"), published),
        "Volumes": _absent(section(config, "Volumes"), section(image, "Volumes")),
        "Healthcheck": _healthcheck(section(config, "Healthcheck"), section(image, "Healthcheck")),
    }
    own |= {key: value for key, value in chosen.items() if value}
    return own | command.user_process(config, image)


def ambiguous(
    own: JsonView, config: JsonView, image: JsonView, published: Collection[str]
) -> tuple[str, ...]:
    """Name the values of a container that an image does not explain.

    Where the old image is unknown, each of these may have been its default or the user's choice. What is
    kept in either case (labels of identity, published ports) is not among them, nor are labels of ours: to
    name them would be to doubt whatever opted in.

    Args:
        own: What of Config is sent; see `user_config`.
        config: `Config` of the container.
        image: `Config` of the new image.
        published: Ports in `HostConfig.PortBindings`.
    """
    names = [key for key in ("User", "WorkingDir", "StopSignal") if own.get(key)]
    names += command.differing(config, image)
    names += [f"Env {environment.name(entry)}" for entry in own.get("Env", ())]
    names += [
        f"Labels {key}" for key in own.get("Labels", ()) if not key.startswith((*_IDENTITY, LABEL_PREFIX))
    ]
    names += [f"ExposedPorts {port}" for port in own.get("ExposedPorts", ()) if port not in published]
    names += [f"Volumes {path}" for path in own.get("Volumes", ())]
    names += [f"Healthcheck {field}" for field in own.get("Healthcheck", ())]
    return tuple(names)


def _unless_equal(value: str | None, default: str | None) -> str | None:
    return None if value == default else value


def _working_dir(path: str, default: str) -> str:
    """The engine cleans the path when it creates the container, the image keeps it as it was typed."""
    return "" if default and path and clean(path) == clean(default) else path


def _labels(labels: JsonView, image: JsonView) -> JsonView:
    kept = _IDENTITY if is_composes(labels, image) else _STACK
    return {
        key: value
        for key, value in labels.items()
        if key.startswith(kept) or key not in image or image[key] != value
    }


def _ports(ports: JsonView, image: JsonView, published: Collection[str]) -> JsonView:
    return {port: value for port, value in ports.items() if port in published or port not in image}


def _absent(values: JsonView, image: JsonView) -> JsonView:
    return {key: value for key, value in values.items() if key not in image}


def _healthcheck(check: JsonView, image: JsonView) -> JsonView:
    """Merged field by field: `--health-interval` alone inherits Test."""
    return {field: value for field, value in check.items() if value and value != image.get(field)}

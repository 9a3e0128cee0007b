"""What the engine makes of the user's options and an image's Config, written down from its source.

moby `daemon/commit.go` `merge` and `daemon/container.go` `mergeAndVerifyConfig`, 20.10 to 28.5; what the
versions differ in is `StartInterval` alone, which 20.10 and 24.0 do not have.
"""

from copy import deepcopy
from typing import Any

from watcher.model.json_object import JsonView

_HEALTH = ("Test", "Interval", "Timeout", "StartPeriod", "StartInterval", "Retries")


def merged(user: JsonView, image: JsonView) -> dict[str, Any]:
    """Config of the container that `user`, a create request, makes of an image with Config `image`."""
    made: dict[str, Any] = deepcopy(dict(user))
    for key in ("User", "WorkingDir", "StopSignal"):
        made[key] = made.get(key) or image.get(key) or ""
    made["ExposedPorts"] = {**(image.get("ExposedPorts") or {}), **(made.get("ExposedPorts") or {})}
    made["Volumes"] = {**(made.get("Volumes") or {}), **(image.get("Volumes") or {})}
    made["Labels"] = {**(image.get("Labels") or {}), **(made.get("Labels") or {})}
    made["Env"] = _env(made.get("Env") or [], image.get("Env") or [])
    made["Healthcheck"] = _healthcheck(made.get("Healthcheck"), image.get("Healthcheck"))
    _process(made, image)
    return made


def _env(user: list[str], image: list[str]) -> list[str]:
    env = list(user)
    for entry in image:
        name = entry.split("=", 1)[0]
        if not any(name == given.split("=", 1)[0] for given in user):
            env.append(entry)
    return env


def _healthcheck(user: JsonView | None, image: JsonView | None) -> JsonView | None:
    if not image or not user:
        return user or image or None
    return {key: value for key in _HEALTH if (value := user.get(key) or image.get(key))}


def _process(made: dict[str, Any], image: JsonView) -> None:
    if not made.get("Entrypoint"):
        if not made.get("Cmd"):
            made["Cmd"] = image.get("Cmd")
        if made.get("Entrypoint") is None:
            made["Entrypoint"] = image.get("Entrypoint")
    if made["Entrypoint"] == [""]:
        made["Entrypoint"] = None

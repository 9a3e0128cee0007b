"""What an inspected container or image, or an event, says of itself. Pure: no I/O.

Nobody else takes apart what the engine says of a container: tests hold that. What is made anew of one passes
through as it is (`container.recreate`). A row of the list of containers is `model.listing`'s.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from watcher.model.json_object import Json
from watcher.model.labels import LEFT, REFERENCE
from watcher.model.reference import is_reference

_NANO = 1_000_000_000
_TEXTS = ("User", "WorkingDir", "StopSignal")
_LISTS = ("Env", "Cmd", "Entrypoint")
_OBJECTS = ("ExposedPorts", "Volumes", "Healthcheck")


class State:
    """The state of an inspected container.

    Args:
        said: `State` of GET /containers/{id}/json.
    """

    __slots__ = ("_said",)

    def __init__(self, said: Mapping[str, Any]) -> None:
        self._said = said

    @property
    def status(self) -> str:
        """In the engine's word: `created`, `running`, `paused`, `restarting`, `exited`, ..."""
        return str(self._said["Status"])

    @property
    def is_running(self) -> bool:
        """Whether it has a process; the engine says so of a paused one and between two starts, too."""
        return bool(self._said["Running"])

    @property
    def is_paused(self) -> bool:
        """Whether its processes are frozen."""
        return bool(self._said.get("Paused"))

    @property
    def is_restarting(self) -> bool:
        """Whether the engine waits to start it once more."""
        return bool(self._said.get("Restarting"))

    @property
    def lacked_memory(self) -> bool:
        """Whether a process of it was killed for lack of memory."""
        return bool(self._said.get("OOMKilled"))

    @property
    def exit_code(self) -> int | None:
        """With what it ended last; 0 while it runs, None where the engine says nothing of it."""
        return self._said.get("ExitCode")

    @property
    def error(self) -> str:
        """Why its last start failed; empty where it did not."""
        return str(self._said.get("Error") or "")

    @property
    def started(self) -> str:
        """When it was started last, as the engine writes it; the year 1 where it never was."""
        return str(self._said["StartedAt"])

    @property
    def finished(self) -> str:
        """When it ended last, as the engine writes it; the year 1 where it never did."""
        return str(self._said["FinishedAt"])

    @property
    def has_run(self) -> bool:
        """Whether it was ever started."""
        return not self.started.startswith("0001-")

    @property
    def health(self) -> Json:
        """What its check says; empty where it has none."""
        return self._said.get("Health") or {}

    @property
    def is_healthy(self) -> bool:
        """Whether its check passed last."""
        return bool(self.health.get("Status") == "healthy")


class Container:
    """An inspected container, by what is asked of it most; what the engine said of it stays as it is.

    Args:
        said: GET /containers/{id}/json.
    """

    __slots__ = ("_said",)

    def __init__(self, said: Mapping[str, Any]) -> None:
        self._said = said

    @property
    def name(self) -> str:
        """Its name, without the engine's slash."""
        return str(self._said["Name"]).removeprefix("/")

    @property
    def state(self) -> State:
        """Its state."""
        return State(self._said["State"])

    @property
    def status(self) -> str:
        """Its state in the engine's word: `created`, `running`, `paused`, `exited`, ..."""
        return self.state.status

    @property
    def is_running(self) -> bool:
        """Whether it has a process; the engine says so of a paused one, too."""
        return self.state.is_running

    @property
    def labels(self) -> Mapping[str, str]:
        """Its labels; none where the engine says nothing of them."""
        return (self._said.get("Config") or {}).get("Labels") or {}

    @property
    def networks(self) -> Mapping[str, Json]:
        """Its endpoints by the names of their networks; a row of the list has them as well."""
        return (self._said.get("NetworkSettings") or {}).get("Networks") or {}

    @property
    def ports(self) -> Mapping[str, Any]:
        """Its ports as they are published now, each with the addresses of the host."""
        return (self._said.get("NetworkSettings") or {}).get("Ports") or {}

    @property
    def restart_policy(self) -> Json:
        """Its restart policy; empty where the engine says nothing of one."""
        return self._said["HostConfig"].get("RestartPolicy") or {}


def on_networks(container: Json, networks: Mapping[str, Json]) -> Json:
    """An inspected container as it would be on these networks, with an endpoint for each name."""
    return container | {"NetworkSettings": container["NetworkSettings"] | {"Networks": dict(networks)}}


def with_mac_address(container: Json, address: str) -> Json:
    """An inspected container as if this hardware address was asked for on its first network."""
    return container | {"Config": container["Config"] | {"MacAddress": address}}


def reference_of(container: Json) -> str:
    """The reference that a container follows: the one it was created with.

    A container that had to be made anew from its old image's id says its reference in a label; a container
    that was created from anything else never got that label from us. A label that holds no reference counts
    as not there.
    """
    config = container["Config"]
    noted = Container(container).labels.get(REFERENCE) if config["Image"] == container["Image"] else ""
    return str(noted if noted and is_reference(noted) else config["Image"])


def left_by(container: Json) -> str:
    """The id of the image that a person had a container go back from; empty where nobody had."""
    return str(Container(container).labels.get(LEFT) or "")


def platform_manifests(image: Json) -> set[str]:
    """The digests of an inspected image's manifests that are images, attestations left out."""
    return {row["ID"] for row in image.get("Manifests") or [] if row.get("Kind") == "image"}


def config_of(image: object) -> Json:
    """The `Config` of an inspected image; what is of a type that no engine gives it counts as not said."""
    config = image.get("Config") if isinstance(image, Mapping) else None
    said = config if isinstance(config, Mapping) else {}
    return {key: value for key, value in said.items() if _is_of_its_type(key, value)}


def has_healthcheck(container: Json) -> bool:
    """Whether the engine runs a check; `["NONE"]` switches the image's off."""
    test = (container["Config"].get("Healthcheck") or {}).get("Test") or []
    return bool(test) and test[0] != "NONE"


def attributes_of(event: Json) -> Json:
    """The attributes of an engine's event, among them its container's labels; empty where it has none."""
    actor = event.get("Actor")
    attributes = actor.get("Attributes") if isinstance(actor, dict) else None
    return attributes if isinstance(attributes, dict) else {}


def moment_of(event: Json) -> float:
    """When an engine's event was, in seconds since the epoch by the engine's clock."""
    return float(event["timeNano"] / _NANO)


def seconds_of(text: str) -> float:
    """A time as the engine writes it (RFC 3339), in seconds since the epoch; negative is never."""
    return datetime.fromisoformat(text).timestamp()


def _is_of_its_type(key: str, value: object) -> bool:
    if key in _TEXTS:
        return isinstance(value, str)
    if key in _LISTS:
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    if key == "Labels":
        return isinstance(value, Mapping) and all(isinstance(each, str) for each in value.values())
    return isinstance(value, Mapping) if key in _OBJECTS else True

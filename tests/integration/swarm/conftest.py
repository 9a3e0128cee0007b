"""A swarm of one node, and what a test makes on it."""

import json
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Unpack

import pytest

from tests.testbed import images
from tests.testbed.cli import Commands, Result
from tests.testbed.images import Options
from tests.testbed.processes import wait_until
from tests.testbed.proxy import Proxy
from tests.testbed.registry import PrivateRegistry
from tests.testbed.swarm import Node, is_manager

Json = dict[str, Any]
ENABLED = ("--label", "ctr-updater.enable=true")
# Rollouts begin and are watched at once; what a user would have is minutes.
QUICK = (
    "--update-monitor",
    "1s",
    "--rollback-monitor",
    "1s",
    "--update-delay",
    "0s",
    "--stop-grace-period",
    "1s",
)
_CHANGED = "update out of sequence"


class Services:
    """Services of one test, on one manager.

    Args:
        node: The manager; started where it is down.
        registry: Where their images are.
    """

    def __init__(self, node: Node, registry: PrivateRegistry) -> None:
        self.node = node
        self.registry = registry
        self._name = f"s{uuid.uuid4().hex[:8]}"
        self.revive()

    def revive(self) -> None:
        """Have the manager up again after whatever killed it, and the swarm led."""
        self.node.start()
        self.wait(lambda: is_manager(self.node), "the swarm's leader")

    def name(self, suffix: str = "web") -> str:
        return f"{self._name}-{suffix}"

    def tag(self, suffix: str = "web") -> str:
        """The reference that a service of this test follows."""
        return f"{self.registry.address}/{self._name}/{suffix}:1"

    def push(self, marker: str, suffix: str = "web", **options: Unpack[Options]) -> str:
        """Have the tag mean another image, and return its digest; the node keeps no copy."""
        tag = self.tag(suffix)
        images.image(self.node, tag, marker=f"{tag} {marker}", **options)  # no other test's image
        self.node.docker("push", tag)
        (known,) = self.node.api("GET", f"/images/{tag}/json")[1]["RepoDigests"]
        self.node.docker("rmi", tag)
        return str(known).rpartition("@")[2]

    def create(self, *options: object, suffix: str = "web", image: str = "", replicas: int = 1) -> str:
        """Create a labelled service, and return its name once it runs."""
        name, mode = self.name(suffix), () if "--mode" in options else ("--replicas", replicas)
        about = ("--name", name, *mode, "--endpoint-mode", "dnsrr", "-d", *ENABLED, *QUICK, *options)
        self.node.docker("service", "create", *about, image or self.tag(suffix))
        if "--mode" not in options:
            self.wait(lambda: self.node.running(name) == replicas, f"{replicas} tasks of {name}")
        return name

    def image(self, name: str) -> str:
        """The image in the spec of a service."""
        return str(self.node.service(name)["Spec"]["TaskTemplate"]["ContainerSpec"]["Image"])

    def digest(self, name: str) -> str:
        return self.image(name).rpartition("@")[2]

    def change(self, name: str, changed: Callable[[Json], None]) -> None:
        """Update a service as a client of the API does: anew where the swarm has changed it meanwhile."""
        status, answer = 500, {"message": _CHANGED}
        while status == 500 and _CHANGED in answer["message"]:
            service = self.node.service(name)
            changed(service["Spec"])
            version = service["Version"]["Index"]
            path = f"/services/{name}/update?version={version}"
            status, answer = self.node.api("POST", path, service["Spec"])
        assert status == 200, answer

    def wait(self, condition: Callable[[], bool], what: str, *, timeout: float = 90) -> None:
        """Return once it holds: no event tells of a task."""
        wait_until(condition, what, timeout=timeout)

    def clean(self) -> None:
        self.revive()
        for service in self.node.api("GET", "/services")[1]:
            if service["Spec"]["Name"].startswith(self._name):
                self.node.api("DELETE", f"/services/{service['ID']}")


@pytest.fixture(scope="session")
def manager(engine_version: str, registry: PrivateRegistry) -> Iterator[Node]:
    """The manager of a swarm of one node, which reaches the registry."""
    with Node(engine_version, registry=registry.port) as node:
        node.docker("swarm", "init", "--advertise-addr", "127.0.0.1")
        yield node


@pytest.fixture
def services(manager: Node, registry: PrivateRegistry) -> Iterator[Services]:
    made = Services(manager, registry)
    yield made
    made.clean()


@pytest.fixture
def cli(manager: Node, tmp_path: Path) -> Iterator[Commands]:
    """The installed commands, told of the manager."""
    directory = tmp_path / "cli"
    directory.mkdir()
    commands = Commands(manager.start().host, directory)
    commands.environ["CTR_UPDATER_STABLE_FOR"] = "1s"
    yield commands
    commands.close()


@pytest.fixture
def proxy(manager: Node) -> Iterator[Proxy]:
    with Proxy(manager.start().socket) as front:
        yield front


def rows(cli: Commands, name: str) -> list[Json]:
    """The history of a service."""
    done = cli("watcher", "history", "--json", name)
    found: list[Json] = json.loads(done.out)
    return found


def record(done: Result) -> Json:
    """What a command has printed as JSON."""
    found: Json = json.loads(done.out)
    return found


CRASH = "echo broken; exit 3"
__all__ = ["CRASH", "ENABLED", "QUICK", "Services", "record", "rows"]

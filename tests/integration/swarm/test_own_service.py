"""The updater as a service of its own swarm, which starts its successor; that goes on."""

import json
from pathlib import Path

import pytest

from tests.integration.swarm.conftest import QUICK, Json, Services
from tests.testbed import images, rootfs
from tests.testbed.swarm import Node
from watcher import __version__

# The image is built anew on the manager.
pytestmark = [pytest.mark.matrix, pytest.mark.timeout(900)]

_ROOT = Path(__file__).parents[3]
_HEALTH = ("--health-interval", "500ms", "--health-start-period", "60s", "--health-retries", "5")


@pytest.fixture(scope="module")
def image(manager: Node) -> str:
    """The name of the image as it is shipped, on the manager."""
    base = rootfs.base_image(manager, _ROOT / ".ci/notify.txt")
    versions = ("--build-arg", f"VERSION={__version__}", "--build-arg", "REVISION=abc123")
    manager.docker(
        "build", "--network", "none", "--build-arg", f"BASE={base}", *versions, "-t", "own:1", _ROOT
    )
    return "own:1"


class Own:
    """The updater's own service."""

    def __init__(self, services: Services, image: str) -> None:
        self.services, self.node, self.tag = services, services.node, services.tag("up")
        self.name = services.name("up")
        self._image = image

    def push(self, marker: str, more: str = "") -> str:
        """Have the tag mean another image of the updater; its digest."""
        images.build(self.node, self.tag, f"FROM {self._image}\nLABEL marker={self.name}-{marker}\n{more}")
        self.node.docker("push", self.tag)
        known = self.node.api("GET", f"/images/{self.tag}/json")[1]["RepoDigests"]
        return next(each for each in known if each.startswith(self.tag.removesuffix(":1"))).rpartition("@")[2]

    def start(self, *options: object) -> None:
        socket = f"type=bind,src={self.node.socket},dst=/var/run/docker.sock"
        state = f"type=volume,src={self.name},dst=/var/lib/ctr-updater"
        about = ("--name", self.name, "--network", "host", "--mount", socket, "--mount", state, "-d")
        how = ("--entrypoint", "watcher", "--label", "ctr-updater.enable=true", *_HEALTH, *QUICK, *options)
        self.node.docker("service", "create", *about, *how, self.tag, "run", "--interval", "1s")
        self.services.wait(lambda: self.node.running(self.name) == 1, "the updater")

    def history(self) -> list[Json]:
        """Its history, as whoever runs now tells it."""
        (cid, *_) = self.node.docker("ps", "-q", "--filter", f"name={self.name}").split() or [""]
        text = self.node.docker("exec", cid, "watcher", "history", "--json", check=False) if cid else ""
        return json.loads(text) if text.startswith("[") else []

    def log(self) -> str:
        return self.node.docker("service", "logs", self.name, check=False)


@pytest.fixture
def own(services: Services, image: str) -> Own:
    return Own(services, image)


def test_its_successor_goes_on_and_one_that_does_not_work_is_taken_back(own: Own) -> None:
    own.push("first")
    own.start("--update-failure-action", "rollback", "--env", "CTR_UPDATER_STABLE_FOR=1s")
    new = own.push("second")

    own.services.wait(lambda: len(own.history()) == 1, "its update", timeout=240)
    bad = own.push("third", "ENV CTR_UPDATER_LOG_LEVEL=nonsense")
    own.services.wait(lambda: own.services.digest(own.name) == bad, "another one", timeout=240)
    own.services.wait(lambda: len(own.history()) == 2, "the way back", timeout=240)

    back, done = own.history()
    assert (done["kind"], done["outcome"], done["new"]["id"]) == ("service", "updated", new)
    assert (back["kind"], back["outcome"], back["new"]["id"]) == ("service", "rolled back", bad)
    assert own.services.digest(own.name) == new


def test_without_a_way_back_it_is_refused(own: Own) -> None:
    first = own.push("first")
    own.start()
    own.push("second")

    own.services.wait(lambda: "failure_action: rollback" in own.log(), "the refusal", timeout=240)

    assert own.services.digest(own.name) == first

"""An updater that runs as users run it, in a container of the image, and that its tag is moved under."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import define

from tests.e2e.image.conftest import Docker, base, docker, image  # noqa: F401 - fixtures
from tests.testbed.engine import PrivateEngine
from tests.testbed.stack import Stack

HEALTH = ("--health-interval", "500ms", "--health-start-period", "20s")  # the check is the image's
QUICK = ("--label", "ctr-updater.source=local", "--label", "ctr-updater.health-timeout=20s")
STATE = "/var/lib/ctr-updater"
Json = dict[str, Any]


@define
class Updater:
    """An updater in a container of its own.

    Attributes:
        stack: What the test makes.
        name: The container's.
        tag: What it follows.
        base: What its images are built on.
        cid: The id of the container that it was first.
        since: When that was created.
    """

    stack: Stack
    name: str
    tag: str
    base: str
    cid: str = ""
    since: str = ""

    def run(
        self,
        *options: object,
        has_state: bool = True,
        health: tuple[str, ...] = HEALTH,
        socket: Path | None = None,
    ) -> None:
        """Run it.

        Args:
            options: Of `docker run`.
            has_state: Whether its state directory is on a volume.
            health: The options of its health check.
            socket: That of a proxy; else the engine's.
        """
        bound = ["-v", f"{socket or self.stack.engine.socket}:/var/run/docker.sock"]
        bound += ["-v", f"{self.name}:{STATE}"] if has_state else []
        health = health if has_state else ("--no-healthcheck",)  # without it nobody can tell
        given = ("--entrypoint", "watcher", "--stop-timeout", "60", *bound, *health, *QUICK, *options)
        labels = ("--label", "ctr-updater.enable=true")
        self.cid = self.stack.run(self.tag, *labels, *given, name=self.name, command=("run",))
        self.since = self.found["Created"]

    def move(self, marker: str, *lines: str) -> str:
        """Let its tag mean another image, on which some lines of a Dockerfile are put."""
        dockerfile = "\n".join([f"FROM {self.base}", f"LABEL marker={marker}", *lines])
        return self.stack.build(self.tag, dockerfile)

    @property
    def found(self) -> Json:
        """The container that has the name, as inspected."""
        return self.stack.inspect(self.name)

    @property
    def log(self) -> str:
        """What whoever has the name has logged so far."""
        return self.stack.engine.docker("logs", self.name, check=False)

    def history(self) -> list[Json]:
        """The rows of its history, the newest first."""
        found: list[Json] = json.loads(self.inside("watcher", "history", "--json", self.name))
        return found

    def inside(self, *command: str, check: bool = True) -> str:
        """Run a command in it, and return what that said."""
        return self.stack.engine.docker("exec", self.name, *command, check=check)

    def made(self) -> list[str]:
        """With which names a container of its update was created since it was run, the own one left out."""
        told = self.stack.engine.docker(
            *("events", "--since", self.since, "--until", "0s", "--filter", "type=container"),
            *("--filter", "event=create", "--format", "{{.Actor.Attributes.name}}"),
        )
        return [name for name in told.splitlines() if name.startswith(f"{self.name}.")]

    def is_settled(self) -> bool:
        """Whether there is one container, that runs and is healthy, and nothing else."""
        return self._settled() is not None

    def is_new(self) -> bool:
        """Whether that is another one than it was first."""
        found = self._settled()
        return found is not None and bool(found["Id"] != self.cid)

    def _settled(self) -> Json | None:
        rows = [name for name in self.stack.containers() if name.startswith(self.name)]
        found = self.stack.seen(self.name) if rows == [self.name] else None
        state = found["State"] if found else {}
        is_well = state.get("Running") and (state.get("Health") or {}).get("Status") in {None, "healthy"}
        return found if is_well else None


@pytest.fixture
def updater(stack: Stack, image: str) -> Iterator[Updater]:  # noqa: F811 - a fixture
    """One that has yet to be run."""
    tag = stack.name("self:1")
    stack.tag(image, tag)
    made = Updater(stack, stack.name("up"), tag, image)
    yield made
    stack.engine.docker("rm", "-f", made.name, check=False)


@pytest.fixture
def settled(updater: Updater) -> Callable[[], None]:
    """Wait until an updater runs, and is healthy."""

    def wait() -> None:
        updater.stack.wait(updater.is_settled, timeout=120)

    return wait


__all__ = ["Docker", "PrivateEngine"]

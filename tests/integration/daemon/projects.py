"""Projects of the real Compose, on images of the test's own."""

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.testbed.stack import Stack

QUICKLY_HEALTHY = {"Test": ["CMD-SHELL", "wget -q -O- localhost"], "Interval": 300_000_000, "Retries": 3}


class Project:
    """A Compose project; its files are written anew by whoever changes it.

    Args:
        stack: Of the test; the project has its prefix for a name.
        file: Where the project's file is written.
    """

    def __init__(self, stack: Stack, file: Path) -> None:
        self.name = stack.prefix
        self._stack = stack
        self._file = file

    def __call__(self, *arguments: str) -> str:
        """Run `docker compose`, and return what it said on both outputs."""
        done = subprocess.run(
            [*self._command, *arguments],
            env=self._environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    def start(self, *arguments: str, host: str) -> "subprocess.Popen[bytes]":
        """Run it on another way to the engine, and return at once."""
        command, environ = [*self._command, *arguments], self._environ | {"DOCKER_HOST": host}
        return subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    @property
    def _command(self) -> list[str]:
        return ["docker", "compose", "--progress", "plain", "-p", self.name, "-f", str(self._file)]

    @property
    def _environ(self) -> dict[str, str]:
        return self._stack.engine.environ | {"SECRET": "sesame"}

    def write(self, text: str) -> None:
        self._file.write_text(text)

    def up(self, *options: str) -> None:
        self("up", "-d", "--wait", *options)

    def container(self, service: str, number: int = 1) -> str:
        """The name of a service's container."""
        return f"{self.name}-{service}-{number}"

    def inspect(self, service: str, number: int = 1) -> dict[str, Any]:
        return self._stack.inspect(self.container(service, number))

    def address(self, service: str, network: str = "back") -> str:
        """A service's address in a network; the private engines have no DNS between containers."""
        return str(self._endpoint(service, network)["IPAddress"])

    def aliases(self, service: str, network: str = "back") -> set[str]:
        """What a service is called in a network."""
        return set(self._endpoint(service, network)["Aliases"])

    def _endpoint(self, service: str, network: str) -> dict[str, Any]:
        found: dict[str, Any] = self.inspect(service)["NetworkSettings"]["Networks"][f"{self.name}_{network}"]
        return found

    def ids(self) -> dict[str, str]:
        """All its containers, by name."""
        lines = self("ps", "-a", "--no-trunc", "--format", "json").splitlines()
        return {row["Name"]: row["ID"] for row in map(json.loads, lines)}

    def run(self, service: str, script: str) -> str:
        """Run a shell script inside a service's container."""
        return self._stack.engine.docker("exec", self.container(service), "sh", "-c", script)

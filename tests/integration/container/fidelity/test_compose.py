"""Real Compose: after an update it finds nothing to do, and what it had put into the container is there."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.container.fidelity.conftest import Update
from tests.integration.container.fidelity.images import NEW, OLD, load
from tests.testbed.stack import Stack

PROJECT = """
services:
  web:
    image: {image}
    environment: {{MINE: "1"}}
    ports: ["127.0.0.1:{port}:80"]
    volumes: ["/mine", "named:/named"]
    networks: {{front: {{aliases: [www]}}, back: {{}}}}
    configs:
      - source: added
        target: /opt/conf/added
      - source: replaced
        target: /etc/group
        mode: 0640
    secrets: [secret]
configs:
  added: {{content: "added by compose"}}
  replaced: {{content: "replaced by compose"}}
secrets:
  secret: {{environment: SECRET}}
volumes: {{named: {{}}}}
networks: {{front: {{}}, back: {{}}}}
"""


class Compose:
    """One project."""

    def __init__(self, stack: Stack, file: Path) -> None:
        self.stack = stack
        self.command = ["docker", "compose", "-p", stack.prefix, "-f", str(file)]
        self.environ = stack.engine.environ | {"SECRET": "sesame"}

    def __call__(self, *arguments: str) -> str:
        done = subprocess.run(
            [*self.command, *arguments], env=self.environ, capture_output=True, text=True, check=True
        )
        return done.stdout


@pytest.fixture
def image(stack: Stack) -> str:
    name = stack.name("app:1")
    load(stack, name, OLD)
    return name


@pytest.fixture
def compose(stack: Stack, tmp_path: Path, image: str, free_port: Callable[[], int]) -> Iterator[Compose]:
    file = tmp_path / "compose.yaml"
    file.write_text(PROJECT.format(image=image, port=free_port()))
    project = Compose(stack, file)
    yield project
    project("down", "-v", "-t", "0")


def listing(stack: Stack, name: str) -> str:
    files = ("/opt/conf/added", "/etc/group", "/run/secrets/secret")
    script = "; ".join(f"stat -c '%n %a %u %g' {file}; cat {file}; echo" for file in files)
    return stack.engine.docker("exec", name, "sh", "-c", script)


def test_compose_recreates_nothing_after_an_update(
    stack: Stack, compose: Compose, image: str, update: Update
) -> None:
    compose("up", "-d")
    load(stack, image, NEW)
    after = update(f"{stack.prefix}-web-1")

    compose("up", "-d")

    assert stack.inspect(f"{stack.prefix}-web-1")["Id"] == after["Id"]


def test_files_that_compose_wrote_before_the_start_are_in_the_successor_with_owner_and_mode(
    stack: Stack, compose: Compose, image: str, update: Update
) -> None:
    name = f"{stack.prefix}-web-1"
    compose("up", "-d")
    stack.engine.docker("exec", name, "chown", "1000:1001", "/opt/conf/added")
    before = listing(stack, name)
    assert "added by compose" in before
    assert "replaced by compose" in before
    assert "sesame" in before

    for build in (1, 2):
        load(stack, image, NEW, build=build)
        update(name)

        assert listing(stack, name) == before


def test_what_an_application_wrote_itself_stays_behind(
    stack: Stack, compose: Compose, image: str, update: Update
) -> None:
    name = f"{stack.prefix}-web-1"
    compose("up", "-d")
    stack.engine.docker("exec", name, "sh", "-c", "echo stale > /opt/conf/own.pid")
    stack.engine.docker("restart", "-t", "0", name)
    load(stack, image, NEW)
    update(name)

    assert stack.engine.docker("exec", name, "ls", "/opt/conf") == "added"


def test_a_restart_does_not_hide_the_files_of_compose(
    stack: Stack, compose: Compose, image: str, update: Update
) -> None:
    name = f"{stack.prefix}-web-1"
    compose("up", "-d")
    before = listing(stack, name)
    stack.engine.docker("restart", "-t", "0", name)
    load(stack, image, NEW)
    update(name)

    assert listing(stack, name) == before

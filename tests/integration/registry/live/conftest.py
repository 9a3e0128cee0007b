"""Fixtures over an engine whose containers come from a registry that can be made to misbehave."""

from collections.abc import Iterator
from typing import Protocol

import pytest

from tests.integration.daemon.conftest import ENVIRON, ROOT, Running, start  # noqa: F401 - a fixture
from tests.integration.registry.live.front import Forward
from tests.testbed.badregistry import BadRegistry
from tests.testbed.cli import Commands
from tests.testbed.engine import PrivateEngine
from tests.testbed.registry import PrivateRegistry

USER, PASSWORD = "user", "c4n4ry-pass"


@pytest.fixture
def front(bad: BadRegistry, registry: PrivateRegistry) -> BadRegistry:
    """In front of the real registry: all is passed on, until a behaviour is put before that."""
    bad.on("", Forward(registry.address))
    return bad


@pytest.fixture
def guarded(engine: PrivateEngine) -> Iterator[PrivateRegistry]:
    """A registry that lets nobody in but USER; the engine's own CLI is logged in."""
    with PrivateRegistry(user=USER, password=PASSWORD) as private:
        engine.docker("login", "-u", USER, "-p", PASSWORD, private.address)
        yield private
        engine.docker("logout", private.address)


class Begin(Protocol):
    """Starts a daemon."""

    def __call__(self, *arguments: object) -> Running: ...


@pytest.fixture
def start_impatient(cli: Commands) -> Iterator[Begin]:
    """A function that starts the daemon with short limits for registries that never answer."""
    started: list[Running] = []

    def begin(*arguments: object) -> Running:
        program = ("python", "-m", "tests.integration.registry.live.short_timeouts", "watcher", "run")
        process = cli.start(*program, *arguments, env=ENVIRON, cwd=ROOT)
        started.append(Running(process, cli.state))
        return started[-1]

    yield begin
    for running in started:
        running.process.kill()
        running.end()

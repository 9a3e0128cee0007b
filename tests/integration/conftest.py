"""Receivers of messages, for who sends any; a gate, for who asks one; engines, as the program opens them."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.integration.gates import Signer, Updater, pushed_gate, signer
from tests.testbed.cli import Commands
from tests.testbed.engine import PrivateEngine
from tests.testbed.receiver import MailServer, Receiver
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack
from watcher.cli.opening import opened
from watcher.host.context import Context


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as made:
        yield made


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with MailServer() as made:
        yield made


@pytest.fixture
async def context(stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Context]:
    """The engine of the test as the program opens it, with a state folder of its own."""
    monkeypatch.setenv("DOCKER_HOST", stack.engine.host)
    monkeypatch.setenv("CTR_UPDATER_STATE_DIR", str(tmp_path))
    async with opened(negotiates=True) as fleet:
        yield fleet.sole


@pytest.fixture(scope="session")
def gate_image(engine: PrivateEngine, registry: PrivateRegistry) -> str:
    """The image of a gate, by digest."""
    return pushed_gate(engine, registry)


@pytest.fixture
def signs(gate_image: str, tmp_path: Path) -> Signer:
    """Who signs images, and the gate that verifies that."""
    return signer(gate_image, tmp_path / "signer")


@pytest.fixture
def updater(cli: Commands, signs: Signer) -> Updater:
    return Updater(cli, signs)


@pytest.fixture(scope="session")
def other_engine(engine_version: str) -> Iterator[PrivateEngine]:
    """A second engine, which the tests with several share."""
    with PrivateEngine(engine_version) as private:
        yield private


@pytest.fixture
def nas(other_engine: PrivateEngine) -> Iterator[Stack]:
    """What the test makes on the second engine; all of it is removed afterwards."""
    made = Stack(other_engine.start())  # the test before may have killed it
    yield made
    other_engine.start()
    made.clean()

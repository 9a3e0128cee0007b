"""Receivers of messages, for who sends any; a gate, for who asks one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.gates import Signer, pushed_gate, signer
from tests.testbed.engine import PrivateEngine
from tests.testbed.receiver import MailServer, Receiver
from tests.testbed.registry import PrivateRegistry


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as made:
        yield made


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with MailServer() as made:
        yield made


@pytest.fixture(scope="session")
def gate_image(engine: PrivateEngine, registry: PrivateRegistry) -> str:
    """The image of a gate, by digest."""
    return pushed_gate(engine, registry)


@pytest.fixture
def signs(gate_image: str, tmp_path: Path) -> Signer:
    """Who signs images, and the gate that verifies that."""
    return signer(gate_image, tmp_path / "signer")

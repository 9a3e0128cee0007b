"""Receivers of messages."""

from collections.abc import Iterator

import pytest

from tests.testbed.receiver import MailServer, Receiver
from watcher.notifications.addresses import Address, read


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as made:
        yield made


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with MailServer() as made:
        yield made


def address(url: str) -> Address:
    """The address that a user gives so."""
    (found,) = read({"CTR_UPDATER_NOTIFY": url}).addresses
    return found

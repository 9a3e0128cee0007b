"""Receivers of messages, for who sends any."""

from collections.abc import Iterator

import pytest

from tests.testbed.receiver import MailServer, Receiver


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as made:
        yield made


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with MailServer() as made:
        yield made

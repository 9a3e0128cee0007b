"""Who is notified, on a port of this machine: by HTTP with whatever manners, or by mail."""

import email
import email.policy
import json
from email.message import EmailMessage
from typing import Any, Self

from tests.testbed.badregistry import BadRegistry, Reply
from tests.testbed.ports import free_port

Json = dict[str, Any]


class Receiver(BadRegistry):
    """A server that takes whatever comes; `on` gives it other manners."""

    def __init__(self) -> None:
        super().__init__()
        self.behave()

    def behave(self) -> None:
        """Take whatever comes, from now on."""
        super().behave()
        self.on("", lambda _: Reply(204))

    def got(self, path: str = "/") -> list[Json]:
        """What was posted so far to paths that begin so."""
        return [
            json.loads(each.body)
            for each in list(self.requests)
            if each.method == "POST" and each.path.startswith(path)
        ]


class MailServer:
    """A real SMTP server; a context manager that serves from entry to exit.

    Attributes:
        address: "127.0.0.1:PORT".
        mails: What came so far.
    """

    def __init__(self) -> None:
        from aiosmtpd.controller import Controller  # noqa: PLC0415 - only these tests need it

        port = free_port()
        self.address = f"127.0.0.1:{port}"
        self.mails: list[EmailMessage] = []
        self._controller = Controller(self, hostname="127.0.0.1", port=port)

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's
        """Keep a mail."""
        del server, session
        parsed = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        self.mails.append(parsed)
        return "250 OK"

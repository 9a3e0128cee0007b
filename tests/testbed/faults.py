"""What can go wrong between a client and the engine.

A fault is called in the thread of the connection that it befalls, with the call in question. None lets the
call (or its answer) pass; bytes are sent to the client in its place, and the connection is closed.
"""

import json
import threading
from collections.abc import Callable

from tests.testbed.http1 import Call

Fault = Callable[[Call], bytes | None]


def cut(_: Call) -> bytes:
    """Close the connection without an answer."""
    return b""


def answer(status: int = 500, message: str = "something went wrong") -> Fault:
    """Answer in the engine's place, with an error as the engine words it."""
    return says({"message": message}, status)


def says(content: object, status: int = 200) -> Fault:
    """Say this in the engine's place."""
    body = json.dumps(content).encode()
    head = f"HTTP/1.1 {status} Fault\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return lambda _: head.encode() + b"Connection: close\r\n\r\n" + body


def wordless(status: int) -> Fault:
    """Answer a HEAD in the engine's place."""
    kind = "Content-Type: application/json\r\nContent-Length: 5"
    return lambda _: f"HTTP/1.1 {status} Fault\r\n{kind}\r\nConnection: close\r\n\r\n".encode()


def run(callback: Callable[[], object], then: Fault = cut) -> Fault:
    """Do something at this very point (SIGKILL of the updater or of dockerd), and then `then`.

    After the death of a client `cut` keeps the call from the engine: a client killed before it sent a call
    must not have sent it.
    """

    def fault(call: Call) -> bytes | None:
        callback()
        return then(call)

    return fault


class Hold:
    """Hold the call, or its answer, until `release()`.

    Attributes:
        reached: Set once it is held.
    """

    def __init__(self) -> None:
        self.reached = threading.Event()
        self._released = threading.Event()

    def __call__(self, _: Call) -> None:
        self.reached.set()
        self._released.wait()

    def release(self) -> None:
        self._released.set()


def passing(_: Call) -> None:
    """Let it pass: for `run`, where nobody dies."""

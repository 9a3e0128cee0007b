"""The engine's HTTP API over a unix socket, in plain terms: the product must not be tested with itself."""

import contextlib
import http.client
import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Connection(http.client.HTTPConnection):
    """One connection to a unix socket."""

    def __init__(self, path: Path, *, timeout: float | None) -> None:
        super().__init__("docker", timeout=timeout)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self.path))


def request(
    path: Path, method: str, target: str, body: Any = None, *, timeout: float = 120
) -> tuple[int, Any]:
    """Send one request.

    Args:
        path: The socket.
        method: Of HTTP.
        target: With or without the API's version, with its query.
        body: `bytes` go as a tar archive, None as no body, all else as JSON.
        timeout: In seconds, for each read.

    Returns:
        The status, and the answer: decoded where it is JSON, else text.

    Raises:
        OSError: Nobody listens, or the connection broke.
        http.client.HTTPException: The answer was cut short.
    """
    tar = isinstance(body, bytes)
    headers = {"Content-Type": "application/x-tar" if tar else "application/json"} if body is not None else {}
    data = body if tar or body is None else json.dumps(body)
    with contextlib.closing(Connection(path, timeout=timeout)) as connection:
        connection.request(method, target, data, headers)
        with connection.getresponse() as response:
            content = response.read()
    try:
        return response.status, json.loads(content)
    except ValueError:
        return response.status, content.decode(errors="replace")


def answers(path: Path) -> bool:
    """Tell whether an engine serves this socket."""
    try:
        return request(path, "GET", "/_ping", timeout=5)[0] == 200
    except (OSError, http.client.HTTPException):
        return False


@contextlib.contextmanager
def events(path: Path, *, timeout: float = 60) -> Iterator[Iterator[dict[str, Any]]]:
    """Subscribe to all events; those after the entry of the context are in it.

    Args:
        path: The engine's socket.
        timeout: Seconds without any event after which reading raises TimeoutError.
    """
    with contextlib.closing(Connection(path, timeout=timeout)) as connection:
        # It answers before it has subscribed.
        connection.request("GET", f"/events?since={time.time():.6f}")
        with connection.getresponse() as response:
            yield map(json.loads, iter(response.readline, b""))

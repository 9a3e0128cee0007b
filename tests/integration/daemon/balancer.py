"""A small HTTP balancer, and clients that go through it for as long as something lasts.

As nginx does by default, it takes the backends in turn, and asks the next one where a backend cannot be
reached or breaks off before its answer is whole.
"""

import contextlib
import http.client
import itertools
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_TRIES = 3


class Traffic:
    """What the clients were answered.

    Attributes:
        answers: Status and text of each answer so far.
    """

    def __init__(self) -> None:
        self.answers: list[tuple[int, str]] = []
        self._over = threading.Event()

    def failures(self) -> list[tuple[int, str]]:
        return [answer for answer in self.answers if answer[0] != 200]

    def texts(self) -> set[str]:
        return {text.strip() for _, text in self.answers}

    def flow(self, port: int) -> None:
        """Ask one request after another until it is over."""
        while not self._over.is_set():
            self.answers.append(ask(port))

    def end(self) -> None:
        self._over.set()


@contextlib.contextmanager
def traffic(backends: Sequence[int], *, clients: int = 3) -> Iterator[Traffic]:
    """Send requests through a balancer over these ports of 127.0.0.1, until the context is left."""
    flowing = Traffic()
    with _balancer(backends) as port:
        threads = [threading.Thread(target=flowing.flow, args=[port]) for _ in range(clients)]
        for thread in threads:
            thread.start()
        try:
            yield flowing
        finally:
            flowing.end()
            for thread in threads:
                thread.join()


def ask(port: int) -> tuple[int, str]:
    """One GET of /; an answer that is cut short raises."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("GET", "/")
        with connection.getresponse() as response:
            return response.status, response.read().decode()


@contextlib.contextmanager
def _balancer(backends: Sequence[int]) -> Iterator[int]:
    turns = itertools.cycle(backends)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, text = _forwarded([next(turns) for _ in range(_TRIES)])
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def _forwarded(ports: Sequence[int]) -> tuple[int, str]:
    for port in ports:
        with contextlib.suppress(OSError, http.client.HTTPException):
            status, text = ask(port)
            if status == 200:
                return status, text
    return 502, "no backend answered"

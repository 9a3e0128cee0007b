"""Somebody at a TCP port who is no engine."""

import contextlib
import socket
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def listener() -> Iterator[tuple[socket.socket, str]]:
    """A socket that takes connections, and its address as in DOCKER_HOST."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening, "tcp://{}:{}".format(*listening.getsockname())


@contextlib.contextmanager
def speaker(said: bytes) -> Iterator[str]:
    """Somebody who answers whatever is asked with these bytes, and closes; his address as in DOCKER_HOST."""
    with listener() as (listening, host):

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    with connection:
                        connection.recv(65536)
                        connection.sendall(said)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield host
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()

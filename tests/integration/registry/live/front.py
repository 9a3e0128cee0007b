"""What stands in front of a real registry, and the behaviours that only whole runs need."""

import http.client
import threading
from contextlib import closing

from tests.testbed.badregistry import INDEX, MANIFEST, Behaviour, Reply, Request

_KINDS = (
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    MANIFEST,
    INDEX,
)
_LEFT_OUT = {"connection", "content-length", "date", "transfer-encoding"}


class Forward:
    """Pass what is read on to a real registry.

    A HEAD goes on as a GET, for `BadRegistry` tells the length of what it holds; it sends no body then.

    Args:
        address: The registry's, "HOST:PORT".
    """

    def __init__(self, address: str) -> None:
        self._address = address

    def __call__(self, request: Request) -> Reply:
        sent = {"Accept": ", ".join(_KINDS)}  # engines send one header for each
        if login := request.headers.get("authorization"):
            sent["Authorization"] = login
        target = f"{request.path}?{request.query}" if request.query else request.path
        with closing(http.client.HTTPConnection(self._address, timeout=30)) as connection:
            connection.request("GET", target, headers=sent)
            found = connection.getresponse()
            headers = {key: value for key, value in found.getheaders() if key.lower() not in _LEFT_OUT}
            return Reply(found.status, found.read(), headers)


class Until:
    """Behave so until it is `over`; then pass everything on."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour
        self._is_over = False

    def __call__(self, request: Request) -> Reply | None:
        return None if self._is_over else self._behaviour(request)

    def over(self) -> None:
        self._is_over = True


class Crowd:
    """Keep all who come until `release`, and count them.

    Attributes:
        here: The paths that are kept now.
        most: How many there were at once.
    """

    def __init__(self) -> None:
        self.here: list[str] = []
        self.most = 0
        self._lock = threading.Lock()
        self._released = threading.Event()

    def __call__(self, request: Request) -> None:
        with self._lock:
            self.here.append(request.path)
            self.most = max(self.most, len(self.here))
        self._released.wait()
        with self._lock:
            self.here.remove(request.path)

    def release(self) -> None:
        self._released.set()

"""Just enough HTTP/1.1 to see where one request ends and the next begins; every byte stays as it came."""

import re
import socket
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

_VERSION = re.compile(r"^/v\d+\.\d+(?=/)")
_HIJACKED = re.compile(r"^/(containers/[^/]+/attach|exec/[^/]+/start|session|grpc)$")
_HEAD_END = b"\r\n\r\n"


class Call(NamedTuple):
    """One request to the engine; `path` without the API's version, `query` undecoded."""

    method: str
    path: str
    query: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}" + (f"?{self.query}" if self.query else "")


class Head(NamedTuple):
    """A request's head, as it came; names of headers in lower case."""

    raw: bytes
    call: Call
    headers: dict[str, str]

    @property
    def may_hijack(self) -> bool:
        """Tell whether the answer may turn the connection into a raw stream."""
        return "upgrade" in self.headers or (
            self.call.method == "POST" and bool(_HIJACKED.match(self.call.path))
        )


class Stream:
    """The receiving side of a socket, with what was read too far kept for the next reader."""

    def __init__(self, source: socket.socket) -> None:
        self._source = source
        self._kept = b""

    def head(self) -> bytes:
        """Return all up to and with the empty line; what there is where the peer ended first."""
        while _HEAD_END not in self._kept:
            more = self._source.recv(65536)
            if not more:
                return self._take(len(self._kept))
            self._kept += more
        return self._take(self._kept.index(_HEAD_END) + len(_HEAD_END))

    def body(self, headers: dict[str, str]) -> Iterator[bytes]:
        """Yield the body that the headers announce, framing included."""
        if "chunked" in headers.get("transfer-encoding", "").lower():
            yield from self._chunks()
        else:
            yield from self._exactly(int(headers.get("content-length", "0")))

    def rest(self) -> Iterator[bytes]:
        """Yield everything until the peer ends."""
        while data := self._some():
            yield data

    def _chunks(self) -> Iterator[bytes]:
        while line := self._line():
            yield line
            size = int(line.partition(b";")[0], 16)
            if not size:
                break
            yield from self._exactly(size + len(b"\r\n"))
        while line := self._line():  # trailers, mostly none, and the empty line
            yield line
            if line == b"\r\n":
                break

    def _line(self) -> bytes:
        while b"\n" not in self._kept:
            more = self._source.recv(65536)
            if not more:
                return self._take(len(self._kept))
            self._kept += more
        return self._take(self._kept.index(b"\n") + 1)

    def _exactly(self, size: int) -> Iterator[bytes]:
        while size and (data := self._some(size)):
            size -= len(data)
            yield data

    def _some(self, limit: int = 65536) -> bytes:
        return self._take(limit) if self._kept else self._source.recv(min(limit, 65536))

    def _take(self, size: int) -> bytes:
        taken, self._kept = self._kept[:size], self._kept[size:]
        return taken


def parse(raw: bytes) -> Head:
    """Read a request's head.

    Raises:
        ValueError: It is none.
    """
    first, *lines = raw.decode("latin-1").rstrip("\r\n").split("\r\n")
    method, target, _ = first.split(" ")
    parts = urlsplit(target)
    fields = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in fields}
    return Head(raw, Call(method, _VERSION.sub("", parts.path), parts.query), headers)


def is_hijacked(head: bytes) -> bool:
    """Tell from an answer's head whether a raw stream follows (API, "Attach to a container", "Hijacking")."""
    status = head.split(b" ", 2)[1:2]
    return status == [b"101"] or b"application/vnd.docker." in head

"""Connections of which there is a bounded number, and each costs bounded memory and time to its headers."""

import asyncio
from collections.abc import Callable
from typing import Self, cast

from aiohttp import web

HEADERS_S = 10.0
STUCK_S = 30.0
_MOST = 128
_BUFFER = 64 * 1024


class Connections:
    """Makes a connection's protocol around aiohttp's own, and knows how many there are.

    Args:
        make: Makes aiohttp's.
        headers_s: Seconds in which a request's headers must come.
        stuck_s: Seconds for which what was written may wait to be read.
        most: How many there may be.

    Attributes:
        idle: Set while the last one is gone.
    """

    def __init__(
        self,
        make: Callable[[], asyncio.Protocol],
        headers_s: float = HEADERS_S,
        stuck_s: float = STUCK_S,
        most: int = _MOST,
    ) -> None:
        self.headers_s = headers_s
        self.stuck_s = stuck_s
        self._make = make
        self._most = most
        self._open = set["Connection"]()
        self.idle = asyncio.Event()

    def __call__(self) -> "Connection":
        """Make one."""
        return Connection(self._make(), self)

    def add(self, connection: "Connection") -> bool:
        """Count a connection, unless there are too many."""
        if len(self._open) >= self._most:
            return False
        self._open.add(connection)
        self.idle.clear()
        return True

    def discard(self, connection: "Connection") -> None:
        """Count it no more."""
        self._open.discard(connection)
        if not self._open:
            self.idle.set()


class Connection(asyncio.Protocol):
    """One connection; what comes and goes is handed on to aiohttp's protocol.

    Args:
        inner: aiohttp's.
        connections: Knows the limits.
    """

    def __init__(self, inner: asyncio.Protocol, connections: Connections) -> None:
        self._inner = inner
        self._connections = connections
        self._transport: asyncio.Transport | None = None
        self._headers: asyncio.TimerHandle | None = None
        self._stuck: asyncio.TimerHandle | None = None
        self._is_asking = False

    @classmethod
    def of(cls, request: web.BaseRequest) -> Self | None:
        """The connection that a request came by; None once it is gone."""
        protocol = request.transport.get_protocol() if request.transport else None
        return protocol if isinstance(protocol, cls) else None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin; one too many is cut off."""
        self._transport = cast("asyncio.Transport", transport)
        if not self._connections.add(self):
            self._transport.abort()
            return
        self._transport.set_write_buffer_limits(high=_BUFFER)
        self._inner.connection_made(transport)
        self._headers = self._cut_off_in(self._connections.headers_s)

    def data_received(self, data: bytes) -> None:
        """Take bytes; the first ones of a request start its clock."""
        if not self._is_asking and self._headers is None:
            self._headers = self._cut_off_in(self._connections.headers_s)
        self._inner.data_received(data)

    def asked(self) -> None:
        """Note that the headers of a request are here."""
        self._is_asking = True
        self._headers = _without(self._headers)

    def answered(self) -> None:
        """Note that it was answered: the next bytes are another request's."""
        self._is_asking = False

    def eof_received(self) -> bool | None:
        """Hand it on."""
        return self._inner.eof_received()

    def pause_writing(self) -> None:
        """Wait for a client that does not read, and not for ever."""
        self._stuck = self._stuck or self._cut_off_in(self._connections.stuck_s)
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        """Go on."""
        self._stuck = _without(self._stuck)
        self._inner.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._headers, self._stuck = _without(self._headers), _without(self._stuck)
        self._connections.discard(self)
        self._inner.connection_lost(exc)

    def _cut_off_in(self, seconds: float) -> asyncio.TimerHandle:
        transport = cast("asyncio.Transport", self._transport)
        return asyncio.get_running_loop().call_later(seconds, transport.abort)


def _without(timer: asyncio.TimerHandle | None) -> asyncio.TimerHandle | None:
    """Stop a timer; what there is then is none."""
    if timer:
        timer.cancel()
    return None

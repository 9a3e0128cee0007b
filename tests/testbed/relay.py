"""One connection of a client through the proxy to the engine: two threads, one for each direction."""

import contextlib
import queue
import socket
import threading
from collections.abc import Callable
from typing import Literal, Protocol

from tests.testbed.faults import Fault
from tests.testbed.http1 import Call, Head, Stream, is_hijacked, parse

When = Literal["before", "after"]


class Strike(Protocol):
    """A fault that is to befall one call."""

    @property
    def when(self) -> When: ...
    @property
    def fault(self) -> Fault: ...


class Relay:
    """Carries bytes both ways until either side ends; `strike` is asked once for each request.

    The requests are parsed, the answers are not: no client of the engine sends a request before it has read
    the answer to the last, so the bytes that come after a request are its answer.
    """

    def __init__(
        self, client: socket.socket, engine: socket.socket, strike: Callable[[Call], Strike | None]
    ) -> None:
        self._client = client
        self._engine = engine
        self._strike = strike
        self._awaited: tuple[Call, Fault] | None = None  # befalls the next bytes of the engine
        self._hijack_awaited = False
        self._hijacked: queue.SimpleQueue[bool] = queue.SimpleQueue()

    def run(self) -> None:
        """Return when the connection is over."""
        answers = threading.Thread(target=self._guarded, args=(self._carry_answers,), daemon=True)
        answers.start()
        self._guarded(self._carry_requests)
        answers.join()
        self._client.close()
        self._engine.close()

    def end(self) -> None:
        """Break the connection on both sides."""
        for side in (self._client, self._engine):
            with contextlib.suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)

    def _guarded(self, carry: Callable[[], None]) -> None:
        with contextlib.suppress(OSError):  # either side may go at any time: that is what the proxy is for
            carry()

    def _carry_requests(self) -> None:
        stream = Stream(self._client)
        while raw := stream.head():
            head = parse(raw)
            if not self._carry_request(head, stream):
                return
        # a client's half-close: the end of a container's standard input
        self._engine.shutdown(socket.SHUT_WR)

    def _carry_request(self, head: Head, stream: Stream) -> bool:
        """Return False where nothing more is to be carried."""
        strike = self._strike(head.call)
        if strike and strike.when == "before":
            instead = strike.fault(head.call)
            if instead is not None:
                for _ in stream.body(head.headers if instead else {}):
                    pass  # a client that still writes would not read the answer
                self._say_instead(instead)
                return False
        if strike and strike.when == "after":
            self._awaited = head.call, strike.fault
        self._hijack_awaited = head.may_hijack
        self._engine.sendall(head.raw)
        for piece in stream.body(head.headers):
            self._engine.sendall(piece)
        if head.may_hijack and self._hijacked.get():
            for piece in stream.rest():
                self._engine.sendall(piece)
        return True

    def _carry_answers(self) -> None:
        try:
            self._carry_until_end()
        finally:
            self._hijacked.put(False)
            self.end()

    def _carry_until_end(self) -> None:
        stream = Stream(self._engine)
        while data := self._next_answer(stream):
            if self._awaited:
                (call, fault), self._awaited = self._awaited, None
                instead = fault(call)
                if instead is not None:
                    self._say_instead(instead)
                    return
            self._client.sendall(data)

    def _next_answer(self, stream: Stream) -> bytes:
        data = next(stream.rest(), b"")
        if data and self._hijack_awaited:
            self._hijack_awaited = False
            while b"\r\n\r\n" not in data and (more := next(stream.rest(), b"")):
                data += more
            self._hijacked.put(is_hijacked(data.partition(b"\r\n\r\n")[0]))
        return data

    def _say_instead(self, answer: bytes) -> None:
        self._client.sendall(answer)
        self.end()

"""A unix socket in front of the engine's: records every request, and makes a chosen one go wrong.

Bytes pass unchanged, whatever they are (chunked bodies, event streams, attach, BuildKit's HTTP/2).
While the engine is down a client's connection is accepted and closed at once, where the engine's own socket
would refuse it.
"""

import re
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Self

from tests.testbed.faults import Fault, Hold
from tests.testbed.http1 import Call
from tests.testbed.relay import Relay, When
from tests.testbed.workspace import place

# An updater's sign of life is an update of a container, by its temporary name, with nothing in it.
_STILL = re.compile(r"/images/create|/auth|/containers/.*\.ctr-updater-(new|old)-.*/update")
# What an updater asks of no container, to see whether it is let pass.
_QUESTION = re.compile(
    r"\w+ (/(containers|networks|exec)/0{64}(\W.*)?|/containers/create\?name=0{64}|/events\?since=1&until=2)"
)


def is_question(call: Call) -> bool:
    """Tell whether an updater only asks whether such a call would pass."""
    return bool(_QUESTION.fullmatch(str(call)))


def is_changing(call: Call) -> bool:
    """Tell whether a call changes containers or networks: pulls, logins and signs of life do not."""
    return call.method not in {"GET", "HEAD"} and not _STILL.fullmatch(call.path)


class Armed:
    """A fault that waits for its call.

    Attributes:
        fired: Set when the fault has begun.
    """

    def __init__(
        self, fault: Fault, when: When, first: int, times: int, selects: Callable[[Call], bool]
    ) -> None:
        self.when: When = when
        self.fired = threading.Event()
        self._fault = fault
        self._selects = selects
        self._seen = 0
        self._hits = range(first, first + times)

    def strikes(self, call: Call) -> bool:
        """Count the call where it is one of those selected, and tell whether the fault befalls it."""
        if not self._selects(call):
            return False
        self._seen += 1
        return self._seen in self._hits

    def fault(self, call: Call) -> bytes | None:
        self.fired.set()
        return self._fault(call)

    def give_up(self) -> None:
        if isinstance(self._fault, Hold):
            self._fault.release()


class Proxy:
    """A proxy in front of `engine`; a context manager that serves from entry to exit.

    Attributes:
        socket: For clients.
        host: The same for DOCKER_HOST.
        calls: Every request so far but the questions, in order of arrival; may be cleared.
        questions: What an updater asked of no container, to see whether it is let pass.
    """

    def __init__(self, engine: Path) -> None:
        self.socket = place("p") / "docker.sock"
        self.calls: list[Call] = []
        self.questions: list[Call] = []
        self._engine = engine
        self._armed: list[Armed] = []
        self._lock = threading.Lock()
        self._relays: list[Relay] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.socket(socket.AF_UNIX)

    def __enter__(self) -> Self:
        self._listener.bind(str(self.socket))
        self._listener.listen(128)
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self.disarm()
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes accept()
        self._listener.close()
        for relay in self._relays:
            relay.end()
        for thread in self._threads:
            thread.join()

    @property
    def host(self) -> str:
        return f"unix://{self.socket}"

    @property
    def changes(self) -> list[Call]:
        """The calls so far that change something."""
        return [call for call in self.calls if is_changing(call)]

    def arm(
        self,
        fault: Fault,
        *,
        n: int = 1,
        match: str = "",
        when: When = "before",
        times: int = 1,
        asked: bool = False,
    ) -> Armed:
        """Let `fault` befall one call.

        Args:
            fault: See `tests.testbed.faults`.
            n: Which call of those selected, counted from now, from 1.
            match: Selects by a search in "METHOD /path?query"; without it the changing calls are selected.
            when: "before" the engine sees it, or "after" the engine has answered it and before the client
                sees the answer.
            times: So many calls in a row.
            asked: Also those that an updater makes of no container, to see whether they are let pass: it is a
                rule, and no accident.
        """
        pattern = re.compile(match)

        def selects(call: Call) -> bool:
            if is_question(call) and not asked:
                return False
            return bool(pattern.search(str(call))) if match else is_changing(call)

        armed = Armed(fault, when, n, times, selects)
        with self._lock:
            self._armed.append(armed)
        return armed

    def disarm(self) -> None:
        """Forget all faults, and release what is held."""
        with self._lock:
            for armed in self._armed:
                armed.give_up()
            self._armed.clear()

    def _strike(self, call: Call) -> Armed | None:
        with self._lock:
            (self.questions if is_question(call) else self.calls).append(call)
            struck = [armed for armed in self._armed if armed.strikes(call)]
        return struck[0] if struck else None

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:  # closed
                return
            self._connect(client)

    def _connect(self, client: socket.socket) -> None:
        engine = socket.socket(socket.AF_UNIX)
        try:
            engine.connect(str(self._engine))
        except OSError:
            engine.close()
            client.close()
            return
        relay = Relay(client, engine, self._strike)
        self._relays.append(relay)
        self._start(relay.run)

    def _start(self, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target, daemon=True)
        self._threads.append(thread)
        thread.start()

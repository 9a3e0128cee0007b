"""Nodes of a Swarm: private engines, each in a network namespace of its own, for a swarm's ports are fixed.

A namespace lives in a process that bears the mark of the run, so it goes with that. What listens on 127.0.0.1
of the machine (a registry) is reached from within one by a relay, and what a service publishes by
`connect`. The kernel here may lack IPVS: services are `dnsrr` and publish with `mode=host`.
"""

import contextlib
import ctypes
import os
import socket
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from tests.testbed.engine import PrivateEngine
from tests.testbed.processes import Daemon, kill, run, spawn, wait_until
from tests.testbed.workspace import mark

_CLONE_NEWNET = 0x40000000
_LIBC = ctypes.CDLL(None, use_errno=True)

T = TypeVar("T")


class Namespace:
    """A network namespace with nothing but a loopback."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            ["unshare", "--net", "sleep", "infinity"], env=dict(os.environ) | mark()
        )
        own = _link("self")
        wait_until(lambda: _link(self.pid) not in {own, ""}, "a network namespace")
        self.run("ip", "link", "set", "lo", "up")

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def enter(self) -> list[str]:
        """What a command begins with that is to run within it."""
        return ["nsenter", f"--net=/proc/{self.pid}/ns/net"]

    def run(self, *command: object) -> str:
        return run(*self.enter, *command)

    def within(self, make: Callable[[], T]) -> T:
        """Call something in a thread that is within it: a socket stays where it was made."""
        made: list[T] = []

        def work() -> None:
            descriptor = os.open(f"/proc/{self.pid}/ns/net", os.O_RDONLY)
            if _LIBC.setns(descriptor, _CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")
            os.close(descriptor)
            made.append(make())

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        return made[0]

    def connect(self, port: int) -> socket.socket:
        """A connection to its own 127.0.0.1.

        Raises:
            OSError: Nobody listens.
        """
        made = self.within(lambda: _tried(port))
        if isinstance(made, OSError):
            raise made
        return made

    def close(self) -> None:
        kill(self._process)


class Door:
    """The machine's 127.0.0.1:PORT in a namespace, until it is closed."""

    def __init__(self, namespace: Namespace, port: int) -> None:
        self._port = port
        self._listener = namespace.within(lambda: socket.create_server(("127.0.0.1", port)))
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes accept()

    def _accept(self) -> None:
        with self._listener:
            while True:
                try:
                    inner, _ = self._listener.accept()
                except OSError:  # closed
                    return
                threading.Thread(target=self._relay, args=(inner,), daemon=True).start()

    def _relay(self, inner: socket.socket) -> None:
        with (
            inner,
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", self._port)) as outer,
        ):
            back = threading.Thread(target=_pump, args=(outer, inner), daemon=True)
            back.start()
            _pump(inner, outer)
            back.join()


class Node(PrivateEngine):
    """An engine in a namespace of its own.

    Args:
        version: As of `PrivateEngine`.
        registry: The port of the registry that it may reach; 0 for none.

    Attributes:
        namespace: Where it is.
    """

    def __init__(self, version: str = "", *, registry: int = 0) -> None:
        self.namespace = Namespace()
        # a bridge that dockerd makes itself: nobody else is there
        super().__init__(version, extra={"bridge": "", "fixed-cidr": "", "bip": "172.30.0.1/16"})
        self._door = Door(self.namespace, registry) if registry else None

    def shut_out(self) -> None:
        """Keep it from the registry."""
        if self._door:
            self._door.close()
            self._door = None

    def let_in(self, registry: int) -> None:
        """Have it reach a registry again."""
        self._door = Door(self.namespace, registry)

    def down(self) -> None:
        super().down()
        self.shut_out()
        self.namespace.close()

    def service(self, name: str) -> dict[str, Any]:
        """GET /services/NAME."""
        found: dict[str, Any] = self.api("GET", f"/services/{name}")[1]
        return found

    def tasks(self, name: str) -> list[dict[str, Any]]:
        """The tasks of a service, those that are over too."""
        found: list[dict[str, Any]] = self.api("GET", f'/tasks?filters={{"service":["{name}"]}}')[1] or []
        return found

    def images_running(self, name: str) -> list[str]:
        """What the tasks of a service run that do run and are to, one for each task."""
        return [
            task["Spec"]["ContainerSpec"]["Image"]
            for task in self.tasks(name)
            if task["Status"]["State"] == task["DesiredState"] == "running"
        ]

    def running(self, name: str, image: str = "") -> int:
        """How many tasks of a service run; with a part of an image's name, how many run that."""
        return sum(image in each for each in self.images_running(name))

    def _spawn(self, program: str, *arguments: object) -> Daemon:
        log = self.directory / ("log" if program == "dockerd" else f"{program}.log")
        command = [*self.namespace.enter, self._find(program), *map(str, arguments)]
        with log.open("ab") as out:
            return spawn(command, env=self._daemon_environ(), out=out, err=out)


class Hub:
    """A bridge between nodes: each has an address on it, and reaches the others."""

    def __init__(self) -> None:
        self._namespace = Namespace()
        self._namespace.run("ip", "link", "add", "hub", "type", "bridge")
        self._namespace.run("ip", "link", "set", "hub", "up")
        self._count = 0

    def join(self, node: Node) -> str:
        """Give a node an address, and return it."""
        self._count += 1
        inner, address = f"node{self._count}", f"10.77.0.{self._count}"
        peer = ("type", "veth", "peer", "name", "eth0", "netns", node.namespace.pid)
        self._namespace.run("ip", "link", "add", inner, *peer)
        self._namespace.run("ip", "link", "set", inner, "master", "hub", "up")
        node.namespace.run("ip", "addr", "add", f"{address}/24", "dev", "eth0")
        node.namespace.run("ip", "link", "set", "eth0", "up")
        return address

    def close(self) -> None:
        self._namespace.close()


def is_manager(node: Node) -> bool:
    """Whether a node answers as a manager of a swarm that has a leader."""
    try:
        return node.api("GET", "/services")[0] == 200
    except OSError:
        return False


def get(node: Node, port: int) -> str:
    """What a web server on a node's 127.0.0.1 says; empty where none answers."""
    try:
        with node.namespace.connect(port) as connection:
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            return _body(connection)
    except OSError:
        return ""


def _body(connection: socket.socket) -> str:
    content = b"".join(iter(lambda: connection.recv(4096), b""))
    return content.partition(b"\r\n\r\n")[2].decode(errors="replace").strip()


def _tried(port: int) -> socket.socket | OSError:
    try:
        return socket.create_connection(("127.0.0.1", port), timeout=10)
    except OSError as error:
        return error


def _link(process: object) -> str:
    try:
        return str(Path(f"/proc/{process}/ns/net").readlink())
    except OSError:
        return ""


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)

"""A real registry (distribution) of one's own."""

import hashlib
import http.client
import json
import os
import re
import shutil
from contextlib import closing
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

from tests.testbed.errors import BedError
from tests.testbed.packages import helpers
from tests.testbed.ports import free_port
from tests.testbed.processes import Daemon, run, spawn, stop, wait_until
from tests.testbed.workspace import mark, place

_LOG_LINE = re.compile(r'"(?P<method>[A-Z]+) (?P<target>\S+) HTTP/[\d.]+" (?P<status>\d{3}) ')


class Request(NamedTuple):
    """One line of the access log; `path` without the query."""

    method: str
    path: str
    status: int


class PrivateRegistry:
    """A registry on a port of 127.0.0.1; a context manager that starts it and takes it down.

    Args:
        user: With `password`: what basic authentication asks for; without: open to all.
        password: In clear text.
        hook: Where it tells of pushes.

    Attributes:
        address: "127.0.0.1:PORT", the first part of its references; engines speak HTTP to it unasked.
    """

    def __init__(self, *, user: str = "", password: str = "", hook: str = "") -> None:
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.directory = place("r")
        self._process: Daemon | None = None
        self._probes = 0
        self._write_settings(user, password, hook)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.down()

    def start(self) -> Self:
        """Start it, on the same port as ever, and return when it answers."""
        if self._process is None:
            program = str(helpers() / "usr/bin/docker-registry")
            # the access log goes to standard output, all else to standard error
            with (
                (self.directory / "access.log").open("ab") as out,
                (self.directory / "log").open("ab") as err,
            ):
                self._process = spawn(
                    [program, "serve", f"{self.directory}/config.yml"], env=_environ(), out=out, err=err
                )
            wait_until(self._is_up_or_dead, "the registry's first answer")
            if self._process.poll() is not None:
                raise BedError("the registry did not start: " + (self.directory / "log").read_text()[-1000:])
        return self

    def stop(self) -> None:
        """End it and keep what it holds: connections are refused until `start`."""
        if self._process:
            stop(self._process)
            self._process = None

    def down(self) -> None:
        self.stop()
        shutil.rmtree(self.directory)

    def requests(self) -> list[Request]:
        """Return every request so far, in the order of their ends.

        A line is written after the answer is sent; a request of the bed's own is seen through the log first,
        so that those before it are in it.
        """
        self._probes += 1
        probe = f"/v2/?probe={self._probes}"
        if self._process:
            self._get(probe)
            wait_until(lambda: f" {probe} " in self._log(), "the access log")
        found = [match for match in map(_LOG_LINE.search, self._log().splitlines()) if match]
        return [
            Request(match["method"], urlsplit(match["target"]).path, int(match["status"]))
            for match in found
            if "/v2/?probe=" not in match["target"]
        ]

    def _log(self) -> str:
        return (self.directory / "access.log").read_text()

    def _get(self, target: str) -> int:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request("GET", target)
            return connection.getresponse().status

    def _is_up_or_dead(self) -> bool:
        try:
            return self._get("/v2/?probe=0") in {200, 401}
        except OSError:
            return self._process is not None and self._process.poll() is not None

    def _write_settings(self, user: str, password: str, hook: str) -> None:
        settings: dict[str, Any] = {
            "version": 0.1,
            "log": {"level": "info", "accesslog": {"disabled": False}},
            "storage": {
                "filesystem": {"rootdirectory": f"{self.directory}/data"},
                "delete": {"enabled": True},
            },
            "http": {"addr": self.address, "secret": "test"},
        }
        if hook:
            endpoint = {"name": "hook", "url": hook, "timeout": "10s", "threshold": 5, "backoff": "100ms"}
            settings["notifications"] = {"endpoints": [endpoint]}
        if user:
            (self.directory / "htpasswd").write_text(f"{user}:{_bcrypt(password)}\n")
            settings["auth"] = {"htpasswd": {"realm": "test", "path": f"{self.directory}/htpasswd"}}
        (self.directory / "config.yml").write_text(json.dumps(settings))  # JSON is YAML


def _environ() -> dict[str, str]:
    return mark() | {"PATH": os.environ.get("PATH", os.defpath), "OTEL_TRACES_EXPORTER": "none"}


def _bcrypt(password: str) -> str:
    """The registry takes no other hash, and Python has none: perl's crypt() is libcrypt's."""
    salt = "$2y$05$" + hashlib.sha256(os.urandom(8)).hexdigest()[:22]
    return run("perl", "-e", "print crypt($ARGV[0], $ARGV[1])", password, salt)

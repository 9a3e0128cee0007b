"""What the lines need around them, each made when a line first names it."""

import json
import os
import shlex
from collections.abc import Callable
from pathlib import Path

from attrs import frozen

from tests.integration.container.fidelity.lines import Line
from tests.testbed.stack import Stack

# Engines of several runs share one network namespace, so each run has subnets of its own.
_RUN = os.getpid() % 200
_FILES = {
    "env": "FROM_FILE=1\nALSO=two words\n",
    "labels": "from.file=1\n",
    "seccomp.json": json.dumps({"defaultAction": "SCMP_ACT_ALLOW"}),
}


@frozen
class Ground:
    """The surroundings of one line.

    Attributes:
        stack: Of the test.
        directory: Empty.
        free_port: Returns another one at each call.
    """

    stack: Stack
    directory: Path
    free_port: Callable[[], int]

    def lay(self, line: Line) -> Line:
        """Make what the line names, and return it with names in the place of placeholders."""
        for name, content in _FILES.items():
            (self.directory / name).write_text(content)
        words, text = self._words(), str(line)
        for word in ("net", "net2", "net6", "vol", "sub", "peer", "pinned"):
            if f"{{{word}}}" in text:
                getattr(self, f"_make_{word}")(words[word])
        return line._replace(
            options=line.options.format_map(words),
            after=tuple(command.format_map(words) for command in line.after),
            keeps=tuple(path.format_map(words) for path in line.keeps),
        )

    def run(self, line: Line, image: str) -> str:
        """Run the laid line and return the container's name."""
        name = self.stack.name("c")
        (self.directory / "cid").unlink(missing_ok=True)
        start = self.stack.create if line.create else self.stack.run
        start(image, *shlex.split(line.options), name=name, command=tuple(shlex.split(line.command)))
        for command in line.after:
            self.stack.engine.docker(*shlex.split(command))
        return name

    def _words(self) -> dict[str, str]:
        port = self.free_port()
        names = ("net", "net2", "net6", "vol", "sub", "peer", "pinned")
        return {name: self.stack.name(name) for name in names} | {
            "name": self.stack.name("c"),
            "dir": str(self.directory),
            "port": str(port),
            "port2": str(self.free_port()),
            "port_after": str(port + 3),
            "ip": f"10.201.{_RUN}.77",
            "ip2": f"10.202.{_RUN}.77",
            "ip6": f"fd00:{_RUN}::77",
            "platform": _platform(self.stack),
        }

    def _make_net(self, name: str) -> None:
        self.stack.engine.docker("network", "create", "--subnet", f"10.201.{_RUN}.0/24", name)

    def _make_net2(self, name: str) -> None:
        self.stack.engine.docker("network", "create", "--subnet", f"10.202.{_RUN}.0/24", name)

    def _make_net6(self, name: str) -> None:
        self.stack.engine.docker("network", "create", "--ipv6", "--subnet", f"fd00:{_RUN}::/64", name)

    def _make_vol(self, name: str) -> None:
        self.stack.engine.docker("volume", "create", name)

    def _make_sub(self, name: str) -> None:
        """A volume with a directory in it."""
        self.stack.image("maker", cmd="mkdir -p /v/part")
        self.stack.engine.docker("run", "--rm", "-v", f"{name}:/v", "maker")

    def _make_peer(self, name: str) -> None:
        self.stack.image("peer")
        self.stack.run("peer", "-v", "/shared", "--ipc", "shareable", name=name)

    def _make_pinned(self, name: str) -> None:
        self.stack.image(name)


def _platform(stack: Stack) -> str:
    version = stack.engine.api("GET", "/version")[1]
    return f"{version['Os']}/{version['Arch']}"

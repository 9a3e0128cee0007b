"""What the benchmarks stand on: an engine, a proxy that counts, a daemon, and tables.

Each benchmark prints a table in Markdown. Times are only ever compared with others of the same run, for
machines differ.
"""

import argparse
import contextlib
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Unpack

from tests.integration.daemon.apps import LOCAL
from tests.integration.daemon.conftest import ENVIRON, ROOT, Running
from tests.testbed.cli import Commands
from tests.testbed.engine import PrivateEngine
from tests.testbed.images import Options
from tests.testbed.packages import default_engine
from tests.testbed.processes import run
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

# Process 1 of a container ignores SIGTERM by default: this one ends at once.
IDLE: Options = {"cmd": "trap 'exit 0' TERM; sleep 1000000 & wait"}


class Bench:
    """One engine with a proxy in front of it, a fleet, and daemons through the proxy."""

    def __init__(self, engine: PrivateEngine, proxy: Proxy, commands: Commands) -> None:
        self.engine, self.proxy, self.commands = engine, proxy, commands
        self.stack = Stack(engine)
        self.python = Path(sys.executable)

    def ship(self, directory: Path) -> None:
        """Run the daemon with the libraries of the image alone."""
        self.python = library_python(directory)

    def fleet(
        self,
        count: int,
        *,
        tags: int = 1,
        start: bool = True,
        opted_in: Sequence[str] = LOCAL,
        **image: Unpack[Options],
    ) -> list[str]:
        """Make labelled containers named `c0` and on, which follow `app0:1` and on in turn."""
        for number in range(tags):
            self.stack.image(f"app{number}:1", marker="old", **(image or IDLE))
        make = self.stack.run if start else self.stack.create
        names = [f"c{number}" for number in range(count)]
        with ThreadPoolExecutor(4) as pool:
            jobs = [
                pool.submit(make, f"app{number % tags}:1", *opted_in, name=name)
                for number, name in enumerate(names)
            ]
            for job in jobs:
                job.result()
        return names

    def daemon(self, *arguments: object, **env: str) -> Running:
        """Start the daemon, and return once it has had its first look."""
        environ = ENVIRON | {"DOCKER_HOST": self.proxy.host} | env
        process = self.commands.start(self.python, "-m", "watcher", "run", *arguments, env=environ, cwd=ROOT)
        return Running(process, self.commands.state).looked()

    def clear(self) -> None:
        """Remove all that was made."""
        self.stack.clean()


@contextlib.contextmanager
def bench(version: str) -> Iterator[Bench]:
    """Start all of it, and take it down again."""
    with (
        tempfile.TemporaryDirectory() as directory,
        PrivateEngine(version) as engine,
        Proxy(engine.socket) as proxy,
    ):
        commands = Commands(engine.host, Path(directory))
        try:
            yield Bench(engine, proxy, commands)
        finally:
            commands.close()


def library_python(directory: Path) -> Path:
    """A Python with the libraries of the image alone: structlog loads more where it finds more."""
    run(sys.executable, "-m", "venv", str(directory))
    locked = ("--require-hashes", "-r", str(ROOT / ".ci/runtime.txt"))
    run(f"{directory}/bin/pip", "install", "--quiet", *locked)
    return directory / "bin/python"


def resident(running: Running) -> float:
    """The resident memory of a daemon, in MB."""
    status = Path(f"/proc/{running.process.pid}/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1000


def options(about: str | None) -> argparse.ArgumentParser:
    """The options that all benchmarks have."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--engine", default=default_engine(), help="as the tests' option")
    return parser


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table."""
    for row in (head, ["---"] * len(head), *rows):
        sys.stdout.write(f"| {' | '.join(map(str, row))} |\n")
    sys.stdout.flush()

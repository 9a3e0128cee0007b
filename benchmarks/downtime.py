"""How long a container is down while it is updated: `python -m benchmarks.downtime`.

Downtime is from the engine's `die` event of the old container to the `start` event of the new one, by the
engine's own clock. The floor is a bare stop and start of one container through the API. All ways take turns
in one run, so that what else the machine does befalls them alike; read the ratios, not the milliseconds.
Prints a Markdown table.
"""

import argparse
import itertools
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.testbed.cli import Commands
from tests.testbed.engine import PrivateEngine
from tests.testbed.ports import free_port
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

_PROJECT = """
services:
  web:
    image: {image}
    ports: ["127.0.0.1:{port}:80"]
"""
_NANO = 1_000_000


class Tag:
    """A tag in the registry that means one image and another by turns; each container follows its own.

    Attributes:
        reference: The tag, with the registry's address.
    """

    def __init__(self, stack: Stack, registry: PrivateRegistry, name: str) -> None:
        self.reference = f"{registry.address}/{name}:1"
        self._stack = stack
        self._ages = (stack.name(f"{name}-a:1"), stack.name(f"{name}-b:1"))
        for age in self._ages:
            stack.image(age, marker="app", files={"age": age})
        stack.tag(self._ages[0], self.reference)

    def move(self) -> None:
        """Let it mean the other image in the registry, and the one that it meant before on the engine."""
        before, after = self._ages
        self._stack.tag(after, self.reference)
        self._stack.engine.docker("push", "-q", self.reference)
        self._stack.tag(before, self.reference)
        self._ages = after, before


class Bench:
    """The ways to replace, or only restart, a container with one published port."""

    def __init__(self, stack: Stack, registry: PrivateRegistry, folder: Path) -> None:
        self._stack = stack
        self._commands = Commands(stack.engine.host, folder)
        self._tags = {name: Tag(stack, registry, name) for name in ("floor", "ours", "compose")}
        for name in ("floor", "ours"):
            port = f"127.0.0.1:{free_port()}:80"
            stack.run(self._tags[name].reference, "-p", port, name=stack.name(name))
        self._file = folder / "compose.yaml"
        self._file.write_text(_PROJECT.format(image=self._tags["compose"].reference, port=free_port()))
        self._compose("up", "-d")

    def floor(self) -> None:
        """Stop and start, and nothing else."""
        for verb in ("stop", "start"):
            self._stack.engine.api("POST", f"/containers/{self._stack.name('floor')}/{verb}")

    def ours(self) -> None:
        """Update with the installed command, pull included."""
        env = {"CTR_UPDATER_STABLE_FOR": "100ms"}  # the proof is no downtime
        done = self._commands("watcher", "update", self._stack.name("ours"), env=env)
        if done.code:
            raise SystemExit(f"the update ended with {done.code}: {done.err}")

    def compose(self) -> None:
        """Update with Docker Compose."""
        self._compose("pull", "-q")
        self._compose("up", "-d")

    def downtime(self, name: str) -> float:
        """Let one way take its turn, and return for how many milliseconds the container was down."""
        if name != "floor":
            self._tags[name].move()
        begin = time.time()
        work: dict[str, Callable[[], None]] = {
            "floor": self.floor,
            "ours": self.ours,
            "compose": self.compose,
        }
        work[name]()
        died, started = self._at("die", begin), self._at("start", begin)
        if len(died) != 1 or len(started) != 1:
            raise SystemExit(
                f"{name}: {len(died)} deaths and {len(started)} starts: one of each is an update"
            )
        return (started[0] - died[0]) / _NANO

    def _at(self, action: str, begin: float) -> list[int]:
        """The times of an event, in nanoseconds."""
        filters = json.dumps({"type": ["container"], "event": [action]})
        query = f"since={begin:.9f}&until={time.time():.9f}&filters={filters}"
        answer = self._stack.engine.api("GET", f"/events?{query}".replace(" ", "").replace('"', "%22"))[1]
        lines = [answer] if isinstance(answer, dict) else map(json.loads, answer.splitlines())
        return [event["timeNano"] for event in lines]

    def _compose(self, *arguments: str) -> None:
        command = ["docker", "compose", "-p", self._stack.prefix, "-f", str(self._file), *arguments]
        subprocess.run(command, env=self._stack.engine.environ, check=True, capture_output=True)  # noqa: S603 - the bed's own CLI


_SHOWN = {
    "floor": "stop and start, through the API",
    "ours": "`watcher update`",
    "compose": "`docker compose pull`, `docker compose up -d`",
}


def measure(engine: PrivateEngine, repetitions: int) -> dict[str, list[float]]:
    """Let all ways take turns; returns the downtimes of each in milliseconds."""
    found: dict[str, list[float]] = {name: [] for name in _SHOWN}
    with PrivateRegistry() as registry, tempfile.TemporaryDirectory() as folder:
        stack = Stack(engine)
        try:
            bench = Bench(stack, registry, Path(folder))
            for _, name in itertools.product(range(repetitions), found):
                found[name].append(bench.downtime(name))
        finally:
            stack.clean()
    return found


def table(found: dict[str, list[float]]) -> list[str]:
    """The lines of the Markdown table."""
    floor = statistics.median(found["floor"])
    lines = ["| way | median, ms | min | max | times the floor |", "|---|---:|---:|---:|---:|"]
    for name, shown in _SHOWN.items():
        times = found[name]
        median = statistics.median(times)
        cells = (*(f"{value:.0f}" for value in (median, min(times), max(times))), f"{median / floor:.2f}")
        lines.append(f"| {shown} | {' | '.join(cells)} |")
    return lines


def main() -> None:
    """Read the options, measure, and print."""
    parser = argparse.ArgumentParser(description="Downtime of one update, against the floor and Compose.")
    parser.add_argument("--engine", default="28.5", help="as of the tests (28.5)")
    parser.add_argument("--repetitions", type=int, default=20, help="turns of each way (20)")
    options = parser.parse_args()
    with PrivateEngine(options.engine) as engine:
        found = measure(engine, options.repetitions)
    sys.stdout.write("\n".join(table(found)) + "\n")


if __name__ == "__main__":
    main()

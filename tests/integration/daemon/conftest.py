"""`watcher run` as a process; its lines are waited for, never time."""

import functools
import json
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.daemon.projects import Project
from tests.testbed.cli import Commands, Result
from tests.testbed.processes import wait_until
from tests.testbed.stack import Stack

ROOT = Path(__file__).parents[3]
SHORT_TIMEOUTS = "tests.integration.daemon.short_timeouts"
COUNTED = "tests.integration.daemon.counted"
Line = dict[str, Any]

STOPPING = pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])

ENVIRON = {"CTR_UPDATER_STABLE_FOR": "300ms", "CTR_UPDATER_LOG_FORMAT": "json"}


class Running:
    """A daemon under way.

    Args:
        process: Its standard error on a pipe.
        state: Its state directory.

    Attributes:
        lines: What it has logged so far; one that is no JSON is `{"raw": ...}`.
        state_dir: Its state directory.
    """

    def __init__(self, process: "subprocess.Popen[str]", state: Path) -> None:
        self.process = process
        self.lines: list[Line] = []
        self.state_dir = state
        self._returned: set[int] = set()
        self._ended = False
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait(self, event: str, *, timeout: float = 90, **keys: object) -> Line:
        """Return the first line of this event with these values that was not returned before.

        Raises:
            AssertionError: It ended without such a line, or `timeout` seconds have passed.
        """
        end = time.monotonic() + timeout
        with self._news:
            while True:
                for number, line in enumerate(self.lines):
                    if number not in self._returned and _fits(line, event, keys):
                        self._returned.add(number)
                        return line
                left = end - time.monotonic()
                assert not self._ended, f"ended without {event!r} {keys}: {self.lines}"
                assert left > 0, f"no {event!r} {keys} in {timeout} s: {self.lines}"
                self._news.wait(left)

    def said(self, event: str, **keys: object) -> list[Line]:
        """Return the lines so far of this event with these values."""
        return [line for line in self.lines if _fits(line, event, keys)]

    def about(self, name: str) -> list[Line]:
        """Return the lines so far about a container."""
        return [line for line in self.lines if line.get("container") == name]

    def looked(self) -> "Running":
        """Return once it follows the engine and has had its first look."""
        wait_until((self.state_dir / "health.json").exists, "the daemon's first look")
        return self

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal, and return the exit code once all lines are read."""
        self.send(number)
        return self.end()

    def end(self) -> int:
        """Return the exit code once it has ended by itself."""
        code = self.process.wait(timeout=120)
        self._reader.join()
        return code

    def _read(self) -> None:
        assert self.process.stderr
        for text in self.process.stderr:
            with self._news:
                self.lines.append(_parsed(text))
                self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()


def _parsed(text: str) -> Line:
    try:
        found = json.loads(text)
    except ValueError:
        return {"raw": text}
    return found if isinstance(found, dict) else {"raw": text}


def _is_surprise(line: Line) -> bool:
    return "Traceback" in line.get("raw", "") or "unexpected" in line.get("raw", "")


def _fits(line: Line, event: str, keys: dict[str, object]) -> bool:
    return line.get("event") == event and all(line.get(key) == value for key, value in keys.items())


Start = Callable[..., Running]


@pytest.fixture
def start(cli: Commands) -> Iterator[Start]:
    """A function that starts the daemon: `start("--interval", "1s", host=proxy.host, env={...})`.

    With `hurried`, the periods that no setting tells are short; with `counted` it tells at SIGUSR1 what it
    holds. Afterwards no daemon may have met an error
    of its own.
    """
    started: list[Running] = []

    def begin(
        *arguments: object,
        host: str = "",
        env: dict[str, str | None] | None = None,
        hurried: bool = False,
        counted: bool = False,
    ) -> Running:
        module = SHORT_TIMEOUTS if hurried else COUNTED if counted else ""
        program = ("python", "-m", module) if module else ("watcher",)
        environ = ENVIRON | ({"DOCKER_HOST": host} if host else {}) | (env or {})
        process = cli.start(*program, "run", *arguments, env=environ, cwd=ROOT)
        started.append(Running(process, Path((env or {}).get("CTR_UPDATER_STATE_DIR") or cli.state)))
        return started[-1]

    yield begin
    for running in started:
        running.process.kill()
        running.end()
    surprises = [line for one in started for line in one.lines if "exception" in line or _is_surprise(line)]
    assert surprises == []


@pytest.fixture
def daemon(start: Start) -> Running:
    """A daemon with the default settings, which has had its first look."""
    return start().looked()


@pytest.fixture
def clock(tmp_path: Path) -> Callable[[float], None]:
    """A function that sets the daemon's clock so many seconds ahead."""
    file = tmp_path / "clock"

    def set_clock(seconds: float) -> None:
        (tmp_path / "new").write_text(str(seconds))
        (tmp_path / "new").rename(file)

    return set_clock


@pytest.fixture
def follow(start: Start, tmp_path: Path, clock: Callable[[float], None]) -> Callable[..., Running]:
    """A function that starts a daemon that goes by that clock, and looks each second."""
    clock(0)
    env = {"TEST_CLOCK": str(tmp_path / "clock")}
    return lambda *arguments, host="": start(*arguments, host=host, hurried=True, env=env)


@pytest.fixture
def once(cli: Commands) -> Callable[..., Result]:
    """A function that runs `watcher run --once` to its end."""
    return functools.partial(_once, cli)


def _once(cli: Commands, *arguments: object, host: str = "", env: dict[str, str] | None = None) -> Result:
    environ = ENVIRON | ({"DOCKER_HOST": host} if host else {}) | (env or {})
    return cli("watcher", "run", "--once", *arguments, env=environ)


@pytest.fixture
def project(stack: Stack, tmp_path: Path) -> Iterator[Project]:
    """A Compose project, which has no file yet; taken down afterwards."""
    made = Project(stack, tmp_path / "compose.yaml")
    yield made
    made("down", "-v", "-t", "0")

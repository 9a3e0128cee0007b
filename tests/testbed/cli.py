"""The product's commands, run as a user would: installed scripts, a clean environment, their own home."""

import os
import pty
import signal
import subprocess
import sys
import termios
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tests.testbed.errors import BedError
from tests.testbed.sampling import draw
from tests.testbed.workspace import mark


class Result(NamedTuple):
    """How a command ended; on a terminal `out` holds both outputs."""

    code: int
    out: str
    err: str


class Commands:
    """Runs `ctr-updater` and `watcher` out of the environment that the tests run in.

    Args:
        host: DOCKER_HOST.
        directory: Empty; holds HOME and the state directory.

    Attributes:
        home: HOME; `.docker/config.json` below it is the one that is read.
        state: CTR_UPDATER_STATE_DIR.
        environ: What each command is given; `env=` of a call comes on top, and None there removes a variable.
    """

    def __init__(self, host: str, directory: Path) -> None:
        self.home = directory / "home"
        self.state = directory / "state"
        self.home.mkdir()
        self.environ = measuring(os.environ) | mark()
        self.environ |= {
            "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "HOME": str(self.home),
            "DOCKER_HOST": host,
            "CTR_UPDATER_STATE_DIR": str(self.state),
        }
        self._started: list[Any] = []

    def __call__(
        self, *command: object, env: Mapping[str, str | None] | None = None, timeout: float = 120
    ) -> Result:
        """Run to the end; `timeout` is a guard against hanging, in seconds."""
        done = subprocess.run(
            self._argv(command),
            env=self._with(env),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    def start(
        self, *command: object, env: Mapping[str, str | None] | None = None, **options: Any
    ) -> "subprocess.Popen[str]":
        """Start and return the process, its outputs on pipes; killed by `close` if it still runs then.

        Args:
            command: The script's name, its arguments.
            env: On top of `environ`.
            options: Further ones of Popen.
        """
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        process = subprocess.Popen(
            self._argv(command),
            env=self._with(env),
            text=True,
            preexec_fn=_heed_interrupts,  # noqa: PLW1509 - it takes no lock
            **(pipes | options),
        )
        self._started.append(process)
        return process

    def terminal(
        self, *command: object, env: Mapping[str, str | None] | None = None, columns: int = 80
    ) -> Result:
        """Run to the end with a terminal of so many columns as input, output and error."""
        leader, follower = pty.openpty()
        termios.tcsetwinsize(follower, (24, columns))
        environ = {"TERM": "xterm", **(env or {})}
        streams = {"stdin": follower, "stdout": follower, "stderr": follower}
        process = self.start(*command, env=environ, start_new_session=True, **streams)
        os.close(follower)
        with os.fdopen(leader, "rb", buffering=0) as terminal:
            out = _read_terminal(terminal.fileno())
        return Result(process.wait(), out.replace("\r\n", "\n"), "")

    def close(self) -> None:
        """Kill what was started and still runs."""
        for process in self._started:
            process.kill()
            process.communicate()

    def _argv(self, command: tuple[object, ...]) -> list[str]:
        script = Path(sys.executable).parent / str(command[0])
        if not script.exists():
            raise BedError(f"{script}: not installed; install the project into the environment of the tests")
        return [str(script), *map(str, command[1:])]

    def _with(self, env: Mapping[str, str | None] | None) -> dict[str, str]:
        merged = {**self.environ, **(env or {})}
        return {key: value for key, value in merged.items() if value is not None}


def measuring(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that have the coverage of a command measured: in one test of `MEASURED`, always the same.

    To measure takes as long as the command itself.
    """
    test, _, _ = environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")
    if draw(test) % int(environ.get("MEASURED", "1")):
        return {}
    return {key: value for key, value in environ.items() if key.startswith("COVERAGE")}


def _heed_interrupts() -> None:
    """A shell starts its background jobs deaf to SIGINT, `nohup` to SIGHUP, and so all that they start."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def _read_terminal(descriptor: int) -> str:
    chunks = []
    while True:
        try:
            chunk = os.read(descriptor, 65536)
        except OSError:  # EIO is how Linux says that the last process has closed the terminal
            break
        if not chunk:
            break
        chunks.append(chunk)
    return b"".join(chunks).decode(errors="replace")

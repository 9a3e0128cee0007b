"""The product's commands, each forked from a process that has imported the program already.

To import it takes a processor half a second, and tests/faults runs commands by the thousand. A command does
what the script does; only the interpreter's start and the imports are left out.
"""

import contextlib
import importlib
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from multiprocessing import connection, forkserver
from pathlib import Path

from tests.testbed.cli import Commands, Result

_MAINS = {"watcher": "watcher.cli.main", "ctr-updater": "watcher.cli.ctr_updater"}
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.testbed.forked_imports"])


class Forked:
    """A command that was started; as much of `subprocess.Popen` as the tests ask for, by any thread.

    Args:
        command: The script's name, its arguments.
        environ: All of its environment.
        folder: Where it writes its outputs, as `out` and `err`.
    """

    def __init__(self, command: tuple[str, ...], environ: Mapping[str, str], folder: Path) -> None:
        self._files = folder / "out", folder / "err"
        self._lock = threading.Lock()
        self._process = _CONTEXT.Process(
            target=_become, args=(command, dict(environ), *map(str, self._files))
        )
        with _without_coverage():
            forkserver.ensure_running()
        self._process.start()

    @property
    def returncode(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        with self._lock:  # whoever is first reads it from a pipe
            return self._process.exitcode

    def poll(self) -> int | None:
        """The same."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code once it has ended.

        Raises:
            subprocess.TimeoutExpired: It has not ended within so many seconds.
        """
        connection.wait([self._process.sentinel], timeout)
        if (code := self.returncode) is None:
            raise subprocess.TimeoutExpired(str(self._process), timeout or 0)
        return code

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Wait as above; returns both outputs."""
        self.wait(timeout)
        out, err = (file.read_text(errors="replace") if file.exists() else "" for file in self._files)
        return out, err

    def terminate(self) -> None:
        """SIGTERM."""
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL."""
        self._send(signal.SIGKILL)

    def _send(self, number: signal.Signals) -> None:
        if self.returncode is None and self._process.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.pid, number)


class ForkedCommands(Commands):
    """Commands without the scripts' start; one that is to be measured is started as its script."""

    def __init__(self, host: str, directory: Path) -> None:
        super().__init__(host, directory)
        self._folder = directory / "outputs"
        self._count = 0

    def __call__(
        self, *command: object, env: Mapping[str, str | None] | None = None, timeout: float = 120
    ) -> Result:
        """Run to the end; `timeout` is a guard against hanging, in seconds."""
        if self._is_measured:
            return super().__call__(*command, env=env, timeout=timeout)
        process = self.fork(*command, env=env)
        out, err = process.communicate(timeout=timeout)
        return Result(process.wait(), out, err)

    def fork(
        self, *command: object, env: Mapping[str, str | None] | None = None
    ) -> "subprocess.Popen[str] | Forked":
        """Start and return the process, as `start` does; killed by `close` if it still runs then."""
        if self._is_measured:
            return self.start(*command, env=env)
        self._count += 1
        folder = self._folder / str(self._count)
        folder.mkdir(parents=True)
        process = Forked(tuple(map(str, command)), self._with(env), folder)
        self._started.append(process)
        return process

    @property
    def _is_measured(self) -> bool:
        return any(name.startswith("COVERAGE") for name in self.environ)


def _become(command: tuple[str, ...], environ: dict[str, str], out: str, err: str) -> None:
    """Go on as the command, in a process that was forked for it."""
    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
    os.environ.clear()
    os.environ.update(environ)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    sys.argv = [*command]
    sys.exit(importlib.import_module(_MAINS[command[0]]).main())


@contextlib.contextmanager
def _without_coverage() -> Iterator[None]:
    """Whatever is started within is not measured, nor is what it forks."""
    taken = {name: os.environ.pop(name) for name in [*os.environ] if name.startswith("COVERAGE")}
    try:
        yield
    finally:
        os.environ.update(taken)

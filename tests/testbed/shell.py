"""A shell on a terminal: keys in, what it shows out; it is waited for, never time."""

import os
import pty
import select
import subprocess
import termios
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

_PATIENCE_S = 60


class Shell:
    """One that runs until the end of the block.

    Args:
        command: What starts it.
        environ: Its environment.
        folder: Where it begins.
    """

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], folder: Path) -> None:
        self._leader, follower = pty.openpty()
        termios.tcsetwinsize(follower, (50, 200))
        self._process = subprocess.Popen(
            ["setsid", "--ctty", *command],  # fish ends where the terminal does not control it
            env={**environ, "TERM": "dumb"},
            cwd=folder,
            stdin=follower,
            stdout=follower,
            stderr=follower,
        )
        os.close(follower)
        self._seen = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._leader)

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._leader, keys.encode())

    def until(self, text: str) -> str:
        """Read until it shows a text, and return what it showed before.

        Raises:
            AssertionError: It does not.
        """
        while text not in self._seen:
            ready, _, _ = select.select([self._leader], [], [], _PATIENCE_S)
            assert ready, f"no {text!r} in {self._seen!r}"
            self._seen += os.read(self._leader, 65536).decode(errors="replace")
        found, _, self._seen = self._seen.partition(text)
        return found

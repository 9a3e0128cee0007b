"""What a person sees of a pull: one moving line on a terminal, plain lines elsewhere."""

import shutil
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Self, TextIO

from watcher.terminal import moves

Progress = Callable[[dict[str, Any]], None]
Reporter = Callable[[str], AbstractContextManager[Progress]]

_REDRAW_S = 0.1
_MEGABYTE = 1_000_000
_DONE = {"Pull complete", "Already exists"}
_FETCHED = {"Download complete", "Verifying Checksum", "Extracting"} | _DONE


class PullProgress:
    """Feed it the lines of a pull; use it as a context manager around the pull.

    Args:
        what: The reference, as shown.
        out: Where to write; a terminal gets layers and bytes on one line that is drawn again.
    """

    def __init__(self, what: str, out: TextIO) -> None:
        self._what = what
        self._out = out
        self._moving = moves(out)
        self._layers: dict[str, tuple[str, int, int]] = {}
        self._drawn = 0.0

    def __enter__(self) -> Self:
        if not self._moving:
            print(f"pulling {self._what}", file=self._out, flush=True)
        return self

    def __exit__(self, *_: object) -> None:
        if self._moving:
            print(end="\r\x1b[K", file=self._out, flush=True)

    def __call__(self, line: dict[str, Any]) -> None:
        """Take one line of the engine's report (`id`, `status`, `progressDetail`)."""
        self._note(line)
        if self._moving and self._layers and time.monotonic() - self._drawn >= _REDRAW_S:
            self._drawn = time.monotonic()
            # A line that wraps could not be erased.
            width = shutil.get_terminal_size().columns - 1
            print(end=f"\r\x1b[K{str(self)[:width]}", file=self._out, flush=True)

    def _note(self, line: dict[str, Any]) -> None:
        layer, status = line.get("id"), line.get("status", "")
        if not layer or status.startswith(("Pulling from", "Digest")):
            return
        detail = line.get("progressDetail") or {}
        _, current, total = self._layers.get(layer, ("", 0, 0))
        if status == "Downloading":
            current, total = detail.get("current", current), detail.get("total", total)
        elif status in _FETCHED:
            current = total
        self._layers[layer] = (status, current, total)

    def __str__(self) -> str:
        done = sum(status in _DONE for status, _, _ in self._layers.values())
        current = sum(current for _, current, _ in self._layers.values())
        total = sum(total for _, _, total in self._layers.values())
        size = f", {current / _MEGABYTE:.1f} of {total / _MEGABYTE:.1f} MB" if total else ""
        return f"pulling {self._what}: {done} of {len(self._layers)} layers{size}"

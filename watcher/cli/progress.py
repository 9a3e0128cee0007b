"""What a person sees of what is waited for: one moving line on a terminal, plain lines elsewhere."""

import asyncio
import contextlib
import sys
import time
from typing import Any, Self, TextIO

from watcher.config.terminal import columns, draw, moves
from watcher.model.progress import Reporter
from watcher.update.stages import Stage

_REDRAW_S = 0.1
_TICK_S = 0.5
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
        self._unpacked: dict[str, tuple[int, int]] = {}
        self._drawn = 0.0

    def __enter__(self) -> Self:
        if not self._moving:
            print(f"pulling {self._what}", file=self._out, flush=True)
        return self

    def __exit__(self, *_: object) -> None:
        if self._moving:
            draw("", self._out)

    def __call__(self, line: dict[str, Any]) -> None:
        """Take one line of the engine's report (`id`, `status`, `progressDetail`), or what is waited for."""
        if waits := line.get("waits"):
            end = "" if self._moving else "\n"
            print(f"pulling {self._what}: waiting for {waits}", end=end, file=self._out, flush=True)
            return
        self._note(line)
        if self._moving and self._layers and time.monotonic() - self._drawn >= _REDRAW_S:
            self._drawn = time.monotonic()
            draw(self._line(columns()), self._out)

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
        if status == "Extracting":
            self._unpacked[layer] = detail.get("current", 0), detail.get("total", 0)
        self._layers[layer] = (status, current, total)

    def __str__(self) -> str:
        return f"pulling {self._what}: {self._numbers()}"

    def _line(self, width: int) -> str:
        """The same within a width: of a long name the end is shown, for the numbers are what moves."""
        room = width - len(f"pulling : {self._numbers()}")
        if len(self._what) <= room:
            return str(self)
        name = f"…{self._what[len(self._what) - room + 1 :]}" if room > 1 else ""
        return f"pulling {name}: {self._numbers()}"

    def _numbers(self) -> str:
        done = sum(status in _DONE for status, _, _ in self._layers.values())
        current = sum(current for _, current, _ in self._layers.values())
        total = sum(total for _, _, total in self._layers.values())
        size = f", {current / _MEGABYTE:.1f} of {total / _MEGABYTE:.1f} MB" if total else ""
        return f"{done} of {len(self._layers)} layers{size}{self._unpacking()}"

    def _unpacking(self) -> str:
        """What is being unpacked; the containerd store tells no sizes (28.5)."""
        under_way = [layer for layer, (status, _, _) in self._layers.items() if status == "Extracting"]
        if not under_way:
            return ""
        current, total = (sum(self._unpacked[layer][n] for layer in under_way) for n in (0, 1))
        return (
            f", unpacking {current / _MEGABYTE:.1f} of {total / _MEGABYTE:.1f} MB" if total else ", unpacking"
        )


class Waiting:
    """Tell it the stages of an update; an asynchronous context manager around updates.

    Args:
        out: Where to write; a terminal gets the stage and its seconds on one line, others get nothing.
    """

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._moving = moves(out)
        self._stage: Stage | None = None
        self._since = 0.0

    async def __aenter__(self) -> Self:
        self._ticking = asyncio.ensure_future(self._tick())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._ticking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._ticking
        self.clear()

    def __call__(self, stage: Stage | None) -> None:
        """Take the stage that begins now, or that there is none any more."""
        if stage is None:
            self.clear()
        self._stage, self._since = stage, time.monotonic()
        self._draw()

    def clear(self) -> None:
        """Erase the line: what comes next is another one's."""
        if self._moving and self._stage:
            draw("", self._out)
        self._stage = None

    def _draw(self) -> None:
        if self._moving and self._stage:
            draw(self._stage.after(time.monotonic() - self._since), self._out)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(_TICK_S)
            self._draw()


def reported() -> Reporter:
    """Report pulls on standard error."""
    return lambda what: PullProgress(what, sys.stderr)

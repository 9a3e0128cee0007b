"""What may be written to a stream beside plain text: colours, and lines that are drawn again."""

import io
import os
import select
import shutil
from collections.abc import Mapping
from typing import TextIO


def moves(out: TextIO, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether a line may be erased and drawn again: on a terminal that is not dumb."""
    return out.isatty() and environ.get("TERM") != "dumb"


def colours(out: TextIO, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether to write in colours: not where the person has said NO_COLOR (https://no-color.org)."""
    return moves(out, environ) and not environ.get("NO_COLOR")


def columns() -> int:
    """How long a line may be to be drawn again: of a line that wraps a part could not be erased."""
    return shutil.get_terminal_size().columns - 1


def draw(line: str, out: TextIO) -> None:
    """Draw a line over the last one; an empty one erases it.

    A terminal that is stopped (Ctrl-S) is not waited for: an update may be in its middle.
    """
    if _is_ready(out):
        print(end=f"\r\x1b[K{line[: columns()]}", file=out, flush=True)


def _is_ready(out: TextIO) -> bool:
    try:
        descriptor = out.fileno()
    except io.UnsupportedOperation:
        return True  # in memory
    poll = select.poll()
    poll.register(descriptor, select.POLLOUT)
    return bool(poll.poll(0))

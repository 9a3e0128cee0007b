"""What may be written to a stream beside plain text: colours, and lines that are drawn again."""

import os
from collections.abc import Mapping
from typing import TextIO


def moves(out: TextIO, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether a line may be erased and drawn again: on a terminal that is not a dumb one."""
    return out.isatty() and environ.get("TERM") != "dumb"


def colours(out: TextIO, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether to write in colours: not where the person has said NO_COLOR (https://no-color.org)."""
    return moves(out, environ) and not environ.get("NO_COLOR")

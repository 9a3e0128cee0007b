"""Which part of a long list of cases a commit runs, so that each is run by some commit."""

import subprocess
import zlib
from functools import cache
from pathlib import Path

# The tests that take long, but for what must hold at each commit: the exercise, and the update itself.
_LONG = ("tests/daemon/", "tests/engine/", "tests/registry/live/", "tests/updaters/")
_EACH_TIME = ("tests/engine/test_exercise.py", "tests/engine/test_update.py")


@cache
def commit() -> int:
    """The checked-out commit as a number; 0 outside of a repository."""
    done = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=Path(__file__).parent, capture_output=True, text=True, check=False
    )
    return int(done.stdout.strip() or "0", 16)


def draw(case: str) -> int:
    """A number that is the case's alone, the same in every run."""
    return zlib.crc32(case.encode())


def is_sampled(nodeid: str) -> bool:
    """Whether a test is left to some commits where not all are run."""
    return nodeid.startswith(_LONG) and not nodeid.startswith(_EACH_TIME)

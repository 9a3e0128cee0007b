"""Which part of a long list of cases a commit runs, so that each is run by some commit.

Commits that differ in neither the program nor the tests run the same part: what passed passes.
"""

import subprocess
import zlib
from functools import cache
from pathlib import Path

import pytest

# Of a long list of lines, marked `matrix`, a commit runs one part of so many.
PARTS = 6


@cache
def commit() -> int:
    """The program and the tests of the checked-out commit as a number; 0 outside of a repository."""
    trees = ("HEAD:watcher", "HEAD:tests")
    done = subprocess.run(
        ["git", "rev-parse", *trees], cwd=Path(__file__).parent, capture_output=True, text=True, check=False
    )
    return 0 if done.returncode else zlib.crc32(done.stdout.encode())


def draw(case: str) -> int:
    """A number that is the case's alone, the same in every run."""
    return zlib.crc32(case.encode())


def is_others(item: pytest.Item, count: int) -> bool:
    """Whether a test is left to other commits, where of those that need an engine one in `count` is run."""
    needs_engine = not {"engine", "engine_version"}.isdisjoint(getattr(item, "fixturenames", ()))
    if not needs_engine or item.get_closest_marker("every_commit"):
        return False
    return draw(item.nodeid) % count != commit() % count

"""SIGTERM while a command is about to begin: the first process of a container would not hear it by itself."""

import subprocess
import sys

import pytest

PROGRAM = """
import contextlib, os, signal, sys
from watcher.cli import imports
from watcher.cli.main import main

@contextlib.contextmanager
def lean():
    os.kill(os.getpid(), signal.SIGTERM)
    yield

imports.lean = lean
main(sys.argv[1:])
"""


def ended(*words: str) -> tuple[int, str, str]:
    """How a command ended that got a SIGTERM as it imported what it needs."""
    command = [sys.executable, "-c", PROGRAM, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    "words", [("check", "web"), ("update", "web"), ("history",), ("self-update", "up", "--target", "x")]
)
def test_a_command_that_has_not_begun_ends_at_once(words: tuple[str, ...]) -> None:
    assert ended(*words) == (143, "", "stopped by SIGTERM; nothing is half done\n")


def test_a_daemon_that_has_not_begun_ends_well_as_any_that_is_stopped() -> None:
    assert ended("run") == (0, "", "")
    assert ended("run", "--once") == (143, "", "stopped by SIGTERM; nothing is half done\n")

"""A log that cannot be written, or that nobody reads, ends nothing and holds up nothing."""

import fcntl
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.apps import BESIDE, outdated
from tests.integration.daemon.apps import LOCAL, is_replaced
from tests.integration.daemon.conftest import ENVIRON
from tests.testbed.cli import Commands
from tests.testbed.processes import wait_until
from tests.testbed.stack import Stack

_SET_SIZE = 1031  # F_SETPIPE_SZ, which Python 3.11 does not name on each system


def full_disk() -> int:
    return os.open("/dev/full", os.O_WRONLY)


def closed_pipe() -> int:
    reader, writer = os.pipe()
    os.close(reader)
    return writer


@pytest.fixture
def unread() -> Iterator[tuple[int, int]]:
    """A pipe that is full: its reading end, and the writing one."""
    reader, writer = os.pipe()
    fcntl.fcntl(writer, _SET_SIZE, 4096)
    os.write(writer, b"." * 4096)
    yield reader, writer
    os.close(reader)
    os.close(writer)


def ends_well(process: "subprocess.Popen[str]", state: Path) -> bool:
    """Whether a daemon lives, and ends with 0 when it is told to."""
    assert (process.poll(), (state / "health.json").exists()) == (None, True)
    process.terminate()
    return process.wait(timeout=60) == 0


@pytest.mark.parametrize("trouble", [full_disk, closed_pipe])
def test_the_daemon_goes_on_without_a_log_that_cannot_be_written(
    cli: Commands, stack: Stack, trouble: Callable[[], int]
) -> None:
    first, stderr = outdated(stack, *LOCAL, name="first"), trouble()
    process = cli.start("watcher", "run", env=ENVIRON, stderr=stderr)
    os.close(stderr)

    stack.wait(lambda: is_replaced(stack, first))
    second = outdated(stack, *LOCAL, name="second")
    stack.wait(lambda: is_replaced(stack, second))

    assert ends_well(process, cli.state)


def test_the_daemon_goes_on_without_standard_error(cli: Commands, stack: Stack) -> None:
    web = outdated(stack, *LOCAL)
    process = cli.start(
        "python", "-c", "import os; os.close(2); os.execlp('watcher', 'watcher', 'run')", env=ENVIRON
    )

    stack.wait(lambda: is_replaced(stack, web))

    assert ends_well(process, cli.state)


def test_a_log_that_nobody_reads_holds_up_nothing_and_what_is_lost_is_told(
    cli: Commands, stack: Stack, unread: tuple[int, int]
) -> None:
    web = outdated(stack, *LOCAL)
    reader, writer = unread
    process = cli.start("watcher", "run", env=ENVIRON, stderr=writer)

    stack.wait(lambda: is_replaced(stack, web))
    wait_until((cli.state / "health.json").exists, "its look")

    text = os.read(reader, 4096)
    while b"container updated" not in text:
        text += os.read(reader, 4096)
    assert b"engine followed" in text
    assert ends_well(process, cli.state)


@pytest.mark.parametrize("trouble", [full_disk, closed_pipe])
def test_a_command_for_several_goes_on_without_standard_error(
    cli: Commands, stack: Stack, trouble: Callable[[], int]
) -> None:
    odd, web = outdated(stack, name="odd", new={"cmd": "exit 3"}), outdated(stack)
    stderr = trouble()
    process = cli.start("watcher", "update", "--no-pull", odd.name, web.name, env=BESIDE, stderr=stderr)
    os.close(stderr)

    assert process.wait(timeout=120) == 6
    assert is_replaced(stack, web)

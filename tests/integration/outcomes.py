"""How a command ended: shared by the tests of what goes wrong."""

import signal
import subprocess

from tests.testbed.cli import Result


def line_of(done: Result, code: int) -> str:
    """The one line of an error with this code."""
    assert (done.code, done.out, done.err.count("\n")) == (code, "", 1), done
    return done.err.rstrip("\n")


def signalled(process: "subprocess.Popen[str]", number: signal.Signals) -> Result:
    process.send_signal(number)
    return ended(process)


def ended(process: "subprocess.Popen[str]") -> Result:
    out, err = process.communicate(timeout=120)
    return Result(process.returncode, out or "", err or "")


def without_progress(done: Result) -> str:
    """Standard error without the line that says what is pulled."""
    return "".join(line for line in done.err.splitlines(keepends=True) if not line.startswith("pulling "))

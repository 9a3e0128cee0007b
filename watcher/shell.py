"""How a command ends: every error as one line on standard error, and an exit code.

Imports neither aiodocker nor asyncio before a command runs, so that `--help` and usage errors are quick.
"""

import traceback
from typing import TYPE_CHECKING

import click

from watcher.errors import WatcherError

if TYPE_CHECKING:
    from watcher.session import Command

_SIGNALLED = 128
_BUG = 5

debug_option = click.option("--debug", is_flag=True, help="Show where an error came from.")


def run(command: "Command", *, debug: bool) -> int:
    """Run a command on the engine that the environment names, and return its exit code.

    An error of the program itself ends with 5 (unknown): Python's own 1 would say that there is an update.
    """
    from watcher import session

    try:
        return session.run(command)
    except WatcherError as error:
        code, line = error.exit_code, str(error)
    except session.Stopped as stopped:
        code, line = _SIGNALLED + stopped.signal, f"stopped by {stopped.signal.name}; nothing is half done"
    except Exception as error:  # noqa: BLE001 - the last line of defence, see above
        code, line = (
            _BUG,
            f"unexpected {type(error).__name__}: {error} - run it with --debug and report it",
        )
    complain(line)
    if debug:
        traceback.print_exc()
    return code


def complain(line: str) -> None:
    """Write a line to standard error."""
    click.echo(line, err=True)

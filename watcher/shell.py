"""How a command ends: every error as one line on standard error, and an exit code.

Imports neither aiodocker nor asyncio before a command runs, so that `--help` and usage errors are quick.
"""

import traceback
from collections.abc import Callable
from typing import Any

import click

from watcher.errors import WatcherError
from watcher.quoting import escaped

_INTERRUPTED = 130
_BUG = 5

HELP = {"help_option_names": ["-h", "--help"], "show_default": True}
SETTINGS = "Settings are read from variables CTR_UPDATER_..., which `watcher run --help` lists."

debug_option = click.option("--debug", is_flag=True, help="Show where an error came from.")


def run(make: Callable[[Any], Any], *, debug: bool, waits: bool = False) -> int:
    """Run a command on the engine that the environment names, and return its exit code.

    An error of the program itself ends with 5 (unknown): Python's own 1 would say that there is an update.

    Args:
        make: Makes the command, given the module `commands`.
        debug: Whether to show tracebacks.
        waits: As `session.run`.
    """
    try:
        from watcher import commands, session

        return session.run(make(commands), waits=waits)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the last line of defence, see above
        code, line = _ended(error)
        click.echo(line, err=True)
        if debug:
            traceback.print_exc()
        return code


def _ended(error: BaseException) -> tuple[int, str]:
    if isinstance(error, WatcherError):
        return error.exit_code, str(error)
    if isinstance(error, KeyboardInterrupt):
        return _INTERRUPTED, "stopped by SIGINT; nothing was begun"
    return _BUG, escaped(f"unexpected {type(error).__name__}: {error} - run it with --debug and report it")

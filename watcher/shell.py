"""How a command ends: every error as one line on standard error, and an exit code.

Imports neither aiodocker nor asyncio before a command runs, so that `--help` and usage errors are quick.
"""

import json
import traceback
from collections.abc import Callable
from typing import Any

import click

from watcher import outlet
from watcher.errors import WatcherError

HELP = {"help_option_names": ["-h", "--help"], "show_default": True}
SETTINGS = "Settings are read from variables CTR_UPDATER_..., which `watcher run --help` lists."

debug_option = click.option("--debug", is_flag=True, help="Show where an error came from.")


def run(make: Callable[[Any], Any], *, debug: bool, waits: bool = False, as_json: bool = False) -> int:
    """Run a command on the engine that the environment names, and return its exit code.

    An error of the program itself ends with 5 (unknown): Python's own 1 would say that there is an update.

    Args:
        make: Makes the command, given the module `commands`.
        debug: Whether to show tracebacks.
        waits: As `session.run`.
        as_json: Whether an error is also an object on standard output.
    """
    outlet.install()
    try:
        from watcher import commands, session

        return session.run(make(commands), waits=waits)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the last line of defence, see above
        ended = _ended(error)
        click.echo(str(ended), err=True)
        if as_json:
            click.echo(json.dumps(ended.record))
        if debug:
            traceback.print_exc()
        return ended.exit_code


def _ended(error: BaseException) -> WatcherError:
    if isinstance(error, WatcherError):
        return error
    if isinstance(error, KeyboardInterrupt):
        return _Interrupted("stopped by SIGINT; nothing was begun")
    return _Bug(f"unexpected {type(error).__name__}: {error}", advice="run it with --debug and report it")


class _Interrupted(WatcherError):
    exit_code = 130


class _Bug(WatcherError):
    exit_code = 5

"""How a command ends: every error as one line on standard error, and an exit code.

Imports neither aiodocker nor asyncio before a command runs, so that `--help` and usage errors are quick.
"""

import gc
import json
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import click

from watcher.cli import standard_error
from watcher.model.errors import Stopped, WatcherError

HELP = {"help_option_names": ["-h", "--help"], "show_default": True}
SETTINGS = "Settings are read from variables CTR_UPDATER_..., which `watcher run --help` lists."

_JSON = "--json"


def containers(context: click.Context, parameter: click.Parameter, incomplete: str) -> Any:
    """What a shell completes NAME to."""
    from watcher.cli import completion

    return completion.containers(context, parameter, incomplete)


debug_option = click.option("--debug", is_flag=True, help="Show where an error came from.")


def run(  # noqa: PLR0913 - one value per kind of command
    make: Callable[[Any], Any],
    *,
    debug: bool,
    waits: bool = False,
    negotiates: bool = True,
    as_json: bool = False,
    looks: bool = False,
) -> int:
    """Run a command on the engine that the environment names, and return its exit code.

    An error of the program itself ends with 5 (unknown): Python's own 1 would say that there is an update.

    Args:
        make: Makes the command, given the module `commands`, or `looking` for a command that only looks.
        debug: Whether to show tracebacks.
        waits: As `session.run`.
        negotiates: As `session.run`.
        as_json: Whether an error is also an object on standard output.
        looks: Whether the command only looks: then nothing that updates is imported.
    """

    def work() -> int:
        try:
            return _run(make, waits=waits, negotiates=negotiates, looks=looks)
        except _Terminated:
            if waits and not looks:
                return 0  # as every daemon that is stopped
            raise

    return _guarded(work, debug=debug, as_json=as_json)


def run_without_engine(make: Callable[[], Any], *, debug: bool) -> int:
    """The same of a command that needs no engine; `make` imports what it needs, and makes a coroutine."""
    return _guarded(lambda: _run_without_engine(make), debug=debug)


def _guarded(work: Callable[[], int], *, debug: bool, as_json: bool = False) -> int:
    standard_error.install()
    try:
        return work()
    except (Exception, KeyboardInterrupt, _Terminated) as error:  # noqa: BLE001 - the last line of defence
        ended = _ended(error)
        _say(ended, as_json=as_json)
        if debug:
            traceback.print_exc()
        return ended.exit_code


class Commands(click.Group):
    """A group of commands of which each says with `--json` also what is wrong with its own words in JSON."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Parse the words that are the group's own."""
        as_json = _JSON in args
        with _told(as_json=as_json):
            context = super().make_context(info_name, args, parent, **extra)
        context.meta[_JSON] = as_json
        return context

    def invoke(self, ctx: click.Context) -> Any:
        """Parse the words of a command, and run it."""
        with _told(as_json=ctx.meta[_JSON]):
            return super().invoke(ctx)


@contextmanager
def _told(*, as_json: bool) -> Iterator[None]:
    try:
        yield
    except click.UsageError as error:
        if not as_json:
            raise
        path = error.ctx.command_path if error.ctx else "watcher"
        _say(_Misuse(error.format_message().rstrip("."), advice=f"see `{path} --help`"), as_json=True)
        raise click.exceptions.Exit(_Misuse.exit_code) from error


def _say(ended: WatcherError, *, as_json: bool) -> None:
    click.echo(str(ended), err=True)
    if as_json:
        click.echo(json.dumps(ended.record))


def _run(make: Callable[[Any], Any], *, waits: bool, negotiates: bool, looks: bool) -> int:
    from watcher.cli import imports

    signal.signal(signal.SIGTERM, _terminate)
    if waits and not looks:  # a daemon that has yet to begin is about to look at everything anyway
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    if not waits:  # a daemon wants back what imports leave behind; to look for it takes others longer
        gc.disable()
    with imports.lean():
        from watcher.cli import session

        module: Any
        if looks:
            from watcher.cli import looking as module
        else:
            from watcher.cli import commands as module
    if waits:
        gc.collect()
    gc.freeze()  # what is imported stays to the end: it is not looked through for garbage again and again
    gc.enable()
    return session.run(make(module), waits=waits, negotiates=negotiates)


def _run_without_engine(make: Callable[[], Any]) -> int:
    import asyncio

    from watcher.cli import imports
    from watcher.config.variables import refuse_unknown_variables

    refuse_unknown_variables()
    with imports.lean():
        work = make()
    return asyncio.run(work)


def _ended(error: BaseException) -> WatcherError:
    if isinstance(error, WatcherError):
        return error
    if isinstance(error, _Terminated):
        return Stopped(signal.SIGTERM, signal.SIGTERM.name)
    if isinstance(error, KeyboardInterrupt):
        return _Interrupted("stopped by SIGINT; nothing was begun")
    return _Bug(f"unexpected {type(error).__name__}: {error}", advice="run it with --debug and report it")


class _Terminated(BaseException):
    """SIGTERM came before anything was begun."""


def _terminate(*_: object) -> NoReturn:
    """End at SIGTERM until asyncio hears it, for the first process of a container does not by itself."""
    raise _Terminated


class _Misuse(WatcherError):
    exit_code = 2


class _Interrupted(WatcherError):
    exit_code = 130


class _Bug(WatcherError):
    exit_code = 5

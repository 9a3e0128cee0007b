"""One command on its engines, one as a rule: opened, signals obeyed, closed."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterable

from watcher.cli.opening import opened
from watcher.config.time_zone import refuse_unknown_zone
from watcher.config.variables import refuse_unknown_variables
from watcher.host.fleet import Fleet
from watcher.model.errors import Stopped

Command = Callable[[Fleet], Awaitable[int]]

_STOPPING = (signal.SIGINT, signal.SIGTERM)


def run(command: Command, *, waits: bool = False, negotiates: bool = True) -> int:
    """Run a command on the engines that the environment names, and return its exit code.

    Args:
        command: What to run.
        waits: Whether it goes on for ever, and waits for engines that are not there.
        negotiates: Whether each engine is asked for its version first, which else the command does itself.

    Raises:
        WatcherError: The command's error.
        Stopped: SIGINT, SIGTERM or the end of its terminal came, and all has come to its safe end.
    """
    work = _opened(command, negotiates=negotiates and not waits)
    return asyncio.run(_until_stopped(work, _stopping(hangs_up=not waits)))


async def _opened(command: Command, *, negotiates: bool) -> int:
    refuse_unknown_variables()
    refuse_unknown_zone()
    async with opened(negotiates=negotiates) as fleet:
        return await command(fleet)


def _stopping(*, hangs_up: bool) -> tuple[signal.Signals, ...]:
    """The signals that end a command: for a command that does not go on for ever, its terminal's end too.

    `nohup` has this end ignored, and so it stays.
    """
    is_heard = hangs_up and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN
    return (*_STOPPING, signal.SIGHUP) if is_heard else _STOPPING


async def _until_stopped(work: Awaitable[int], stopping: Iterable[signal.Signals]) -> int:
    """Cancel the work at a signal, and wait until it has come to its safe end.

    asyncio's own way with SIGINT would cut that end short at the second Ctrl-C.
    """
    task, loop = asyncio.ensure_future(work), asyncio.get_running_loop()
    received: list[signal.Signals] = []

    def stop(number: signal.Signals) -> None:
        received.append(number)
        task.cancel()

    for number in stopping:
        loop.add_signal_handler(number, stop, number)
    try:
        return await task
    except asyncio.CancelledError as error:
        if received:
            first = received[0]
            number = signal.SIGTERM if first is signal.SIGHUP else first
            raise Stopped(number, first.name) from error
        raise

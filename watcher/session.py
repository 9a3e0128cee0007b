"""One command on one engine: opened, signals obeyed, closed."""

import asyncio
import signal
from collections.abc import Awaitable, Callable

from watcher.context import Context
from watcher.credentials import Credentials
from watcher.endpoint import find
from watcher.errors import Stopped
from watcher.memory import Memory
from watcher.own_labels import OwnLabels
from watcher.registries import Registries
from watcher.settings import DaemonSettings, Policy, refuse_unknown_variables, state_folder
from watcher.zone import refuse_unknown_zone

Command = Callable[[Context], Awaitable[int]]

_STOPPING = (signal.SIGINT, signal.SIGTERM)


def run(command: Command, *, waits: bool = False) -> int:
    """Run a command on the engine that the environment names, and return its exit code.

    Args:
        command: What to run.
        waits: Whether it waits for an engine that is not there, and asks for its version itself.

    Raises:
        WatcherError: The command's error.
        Stopped: SIGINT or SIGTERM came, and what was under way has come to its safe end.
    """
    return asyncio.run(_until_stopped(_opened(command, waits=waits)))


async def _opened(command: Command, *, waits: bool) -> int:
    refuse_unknown_variables()
    refuse_unknown_zone()
    defaults, state = Policy.of_environment(), state_folder()
    counts = DaemonSettings.of_environment().image_labels
    opened = OwnLabels(find(), counts=counts)
    memory = Memory(state, opened.identity)
    opened.recall = memory.image
    async with opened as engine, Registries(engine, Credentials()) as registries:
        if not waits:
            await engine.negotiate()
        return await command(Context(engine, registries, memory, defaults))


async def _until_stopped(work: Awaitable[int]) -> int:
    """Cancel the work at a signal, and wait until it has come to its safe end.

    asyncio's own way with SIGINT would cut that end short at the second Ctrl-C.
    """
    task, loop = asyncio.ensure_future(work), asyncio.get_running_loop()
    received: list[signal.Signals] = []

    def stop(number: signal.Signals) -> None:
        received.append(number)
        task.cancel()

    for number in _STOPPING:
        loop.add_signal_handler(number, stop, number)
    try:
        return await task
    except asyncio.CancelledError as error:
        if received:
            raise Stopped(received[0], received[0].name) from error
        raise

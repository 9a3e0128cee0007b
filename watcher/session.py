"""One command on one engine: opened, signals obeyed, closed."""

import asyncio
import signal
from collections.abc import Awaitable, Callable

from watcher.endpoint import find
from watcher.engine import Engine
from watcher.settings import Policy

Command = Callable[[Engine, Policy], Awaitable[int]]


class Terminated(Exception):
    """SIGTERM came, and what was under way has come to its safe end."""


def run(command: Command) -> int:
    """Run a command on the engine that the environment names, and return its exit code.

    Raises:
        WatcherError: The command's error.
        KeyboardInterrupt: SIGINT came, and what was under way has come to its safe end.
        Terminated: SIGTERM came, likewise.
    """
    return asyncio.run(_opened(command))


async def _opened(command: Command) -> int:
    defaults = Policy.of_environment()
    async with Engine(find()) as engine:
        return await _until_terminated(command(engine, defaults))


async def _until_terminated(work: Awaitable[int]) -> int:
    """Cancel the work on SIGTERM, as asyncio does on SIGINT, and wait for its end."""
    task, loop = asyncio.ensure_future(work), asyncio.get_running_loop()
    terminated = asyncio.Event()

    def terminate() -> None:
        terminated.set()
        task.cancel()

    loop.add_signal_handler(signal.SIGTERM, terminate)
    try:
        return await task
    except asyncio.CancelledError as error:
        if terminated.is_set():
            raise Terminated from error
        raise
    finally:
        loop.remove_signal_handler(signal.SIGTERM)

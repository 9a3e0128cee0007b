"""Gives an engine that went away the time to come back, for what must be done whatever signals come."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from watcher.errors import EngineError, Occupied, TaskLeft
from watcher.starting import to_its_end
from watcher.undoing import NameTaken

_PATIENCE_S = 60.0
_RETRY_S = 1.0


async def patiently(work: Callable[[], Awaitable[None]]) -> None:
    """Do what must be done, whatever signals come, and give an engine that went away time to come back."""
    await to_its_end(_again_and_again(work))


async def _again_and_again(work: Callable[[], Awaitable[None]]) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        try:
            return await work()
        except (NameTaken, TaskLeft, Occupied):
            raise
        except EngineError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(_RETRY_S)

"""Repeats what must be done, whatever signals come, for as long as waiting may help.

An engine that is away comes back, and an address or a port that is in use becomes free. What the engine
refuses several times in the same words, it will go on refusing. A log server that is away, a device or a
host's address that is gone are said at once: the container is down, and only a person brings them back.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable

from watcher.container.startup import to_its_end
from watcher.model.errors import EngineError, EngineUnavailable, Occupied, TaskLeft, is_forbidden
from watcher.recovery.undo import NameTaken

_PATIENCE_S = 60.0
_RETRY_S = 1.0
_REFUSALS = 3
_PASSES = re.compile("address already in use|port is already allocated", re.IGNORECASE)
# In these words 20.10 to 28.5 refuse to start a container.
_GONE = re.compile(
    "initialize logging driver|gathering device information|cannot assign requested address", re.IGNORECASE
)
_ID = re.compile("[0-9a-f]{12,}")  # that of an endpoint is another one each time

Work = Callable[[], Awaitable[None]]


async def patiently(work: Work) -> int:
    """Do some work, again where the engine was away or changes what it says; return the number of tries."""
    tries = 0

    async def counted() -> None:
        nonlocal tries
        tries += 1
        await work()

    await to_its_end(_again_and_again(counted))
    return tries


async def _again_and_again(work: Work) -> None:
    clock = asyncio.get_running_loop().time
    deadline, last, times = clock() + _PATIENCE_S, "", 0
    while True:
        try:
            return await work()
        except (NameTaken, TaskLeft, Occupied):
            raise
        except EngineError as error:
            words = _refusal(error)
            times = times + 1 if words and words == last else 1
            last = words
            if times >= _REFUSALS or _is_final(error) or clock() > deadline:
                raise
        await asyncio.sleep(_RETRY_S)


def _refusal(error: EngineError) -> str:
    """The words of a refusal that may be for good; empty where it may be another one the next time."""
    is_answer = error.status > 0 and not isinstance(error, EngineUnavailable)
    return _ID.sub("", error.message) if is_answer and not _PASSES.search(error.message) else ""


def _is_final(error: EngineError) -> bool:
    return is_forbidden(error) or bool(_GONE.search(error.message))

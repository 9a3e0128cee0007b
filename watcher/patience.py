"""Does what must be done, whatever signals come, and for as long as waiting may help.

An engine that is away comes back. What it refuses several times in the same words, it will go on refusing: a
log server that is away, a device or a host's address that is gone.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable

from watcher.errors import EngineError, EngineUnavailable, Occupied, TaskLeft
from watcher.starting import to_its_end
from watcher.undoing import NameTaken

_PATIENCE_S = 60.0
_RETRY_S = 1.0
_REFUSALS = 3
_ID = re.compile("[0-9a-f]{12,}")  # that of an endpoint is another one each time

Work = Callable[[], Awaitable[None]]


async def patiently(work: Work) -> int:
    """Do some work, again where the engine was away or changes what it says; the tries that it took."""
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
            is_answer = error.status > 0 and not isinstance(error, EngineUnavailable)
            words = _ID.sub("", error.message) if is_answer else ""
            times = times + 1 if words and words == last else 1
            last = words
            if times >= _REFUSALS or clock() > deadline:
                raise
        await asyncio.sleep(_RETRY_S)


def not_as_it_was(name: str, tried: str, trouble: EngineError, by_hand: str) -> EngineError:
    """What is said where an update failed and could not be undone: the cause, what is now, what helps.

    Args:
        name: The container's.
        tried: The cause.
        trouble: What kept it from being undone.
        by_hand: The commands that would undo it, or nothing.
    """
    way = "once the engine is well" + (f", or by hand: {by_hand}" if by_hand else "")
    if isinstance(trouble, NameTaken):
        way = "once what has the name now is renamed or removed"
    elif isinstance(trouble, Occupied):
        way = "once that is done"
    elif isinstance(trouble, TaskLeft):
        way = way.replace("once the engine is well", "once more, which tries the new container instead")
    return EngineError(
        f"{name} could not be updated ({tried}) and IS NOT YET AS IT WAS ({trouble})",
        advice=f"nothing is lost: run `watcher update {name}` {way}",
    )


def still_there(name: str, tried: str) -> EngineError:
    """What is said where a new container has proved itself, and its old one could not be removed.

    Args:
        name: The container's.
        tried: The cause.
    """
    return EngineError(
        f"{name} is updated and works, but what it was before is still there ({tried})",
        advice=f"run `watcher update {name}` once more to remove it",
    )

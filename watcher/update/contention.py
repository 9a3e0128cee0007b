"""How updaters that begin at the same container at once give way to each other.

All of them give way, for none can tell that it is first. By chance one of them is the next time.
"""

import asyncio
import random
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager, aclosing

_TRIES = 20
_APART_S = (0.1, 2.0)


def tries() -> AbstractAsyncContextManager[AsyncIterator[int]]:
    """Give the numbers of the tries, from 0; a moment that chance chooses is before each but the first."""
    return aclosing(_tries())


async def _tries() -> AsyncGenerator[int, None]:
    yield 0
    for number in range(1, _TRIES):
        await asyncio.sleep(random.uniform(*_APART_S))  # noqa: S311 - keeps no secret
        yield number

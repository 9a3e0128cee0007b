"""How updaters that begin at the same container at once give way to each other.

All of them give way, for none can tell that it is first. By chance one of them is the next time.
"""

import asyncio
import random
from collections.abc import AsyncIterator

_TRIES = 20
_APART_S = (0.1, 2.0)


async def tries() -> AsyncIterator[int]:
    """Yield the number of each try, from 0; a moment that chance chooses is before each but the first."""
    yield 0
    for number in range(1, _TRIES):
        await asyncio.sleep(random.uniform(*_APART_S))  # noqa: S311 - keeps no secret
        yield number

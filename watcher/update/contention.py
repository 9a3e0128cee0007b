"""How updaters that begin at the same container at once give way to each other.

All of them give way, for none can tell that it is first. By chance one of them is the next time.
"""

import asyncio
import random

TRIES = range(20)
_APART_S = (0.1, 2.0)


async def apart(number: int) -> None:
    """Wait for a moment that chance chooses before each try of `TRIES` but the first."""
    if number:
        await asyncio.sleep(random.uniform(*_APART_S))  # noqa: S311 - keeps no secret

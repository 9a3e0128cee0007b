"""How many gates run at once, and that none is asked the same question twice at the same time. No I/O."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

_AT_ONCE = 2  # a scanner may take half a gigabyte and a whole core


class GateSlots:
    """The questions that one process asks gates."""

    def __init__(self) -> None:
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._questions = WeakValueDictionary[str, asyncio.Lock]()

    @asynccontextmanager
    async def asking(self, question: str) -> AsyncIterator[None]:
        """Have a question alone: others with the same question wait, and may find its answer afterwards."""
        mine = self._questions.setdefault(question, asyncio.Lock())
        async with mine:
            yield

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Have a slot, in which a gate may run."""
        async with self._slots:
            yield

"""When all tags are asked for: one clock for all engines, so that one answer of a registry is enough."""

import asyncio
import contextlib
import random
import time
from collections.abc import Callable

_JITTER = 0.1


class Rhythm:
    """Strikes at each interval, more or less, and whenever somebody rings.

    Args:
        interval_s: Seconds between two strikes, more or less.
        strikes: Called at each strike, before the tasks that wait go on.

    Attributes:
        count: How often it has struck.
        due: When it strikes next, in seconds since the epoch; 0 before it runs.
    """

    def __init__(self, interval_s: float, strikes: Callable[[], None] = lambda: None) -> None:
        self._interval_s = interval_s
        self._strikes = strikes
        self._struck = asyncio.Condition()
        self._now = asyncio.Event()
        self.count = 0
        self.due = 0.0

    def ring(self) -> None:
        """Strike now."""
        self._now.set()

    async def run(self) -> None:
        """Strike for ever."""
        while True:
            wait_s = self._interval_s * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 - spreads load
            self.due = time.time() + wait_s
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._now.wait()
            self._now.clear()
            self._strikes()
            async with self._struck:
                self.count += 1
                self._struck.notify_all()

    async def following(self, count: int) -> int:
        """Wait until it has struck more often than `count`; how often it has."""
        async with self._struck:
            await self._struck.wait_for(lambda: self.count > count)
        return self.count

"""A queue of keys: de-duplicated, one worker per key, with delays and a back-off per key.

After client-go's `util/workqueue`: a key that is added while it is worked on is handed out again once that
work is done, and however often it is added it is handed out once. Keys only, never events: the worker that
takes a key looks at the world again. For one event loop; nothing here is thread-safe.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Hashable
from typing import Generic, TypeVar

BACKOFF_FIRST_S = 1.0
BACKOFF_LAST_S = 300.0
_DOUBLINGS = 16

K = TypeVar("K", bound=Hashable)


class WorkQueue(Generic[K]):
    """Hands out keys; the taker calls `done` with each.

    Args:
        longest_s: Seconds that a back-off grows to.
    """

    def __init__(self, longest_s: float = BACKOFF_LAST_S) -> None:
        self._longest_s = longest_s
        self._waiting: dict[K, None] = {}
        self._working: set[K] = set()
        self._again: set[K] = set()
        self._timers: dict[K, asyncio.TimerHandle] = {}
        self._failures: dict[K, int] = {}
        self._resting: set[K] = set()
        self._codes: dict[K, int] = {}
        self._changed = asyncio.Event()
        self._closed = False

    def add(self, key: K) -> None:
        """Have a key worked on as soon as nobody is at work on it, and its back-off is over."""
        if self._closed or key in self._resting:
            return
        if key in self._working:
            self._again.add(key)
            return
        self._waiting[key] = None
        self._changed.set()

    def add_later(self, key: K, delay: float) -> None:
        """Add a key in `delay` seconds; a later call for the same key takes the place of an earlier one."""
        if timer := self._timers.pop(key, None):
            timer.cancel()
        if not self._closed:
            self._timers[key] = asyncio.get_running_loop().call_later(delay, self._ring, key)

    def retry(self, key: K, code: int) -> float:
        """Add a key after its back-off, which doubles with each call until `forget`; returns the seconds.

        Args:
            key: The key.
            code: The exit code of what failed, which counts until another try of the key has ended.
        """
        failures = self._failures.get(key, 0)
        self._failures[key] = failures + 1
        longest = min(BACKOFF_FIRST_S * 2 ** min(failures, _DOUBLINGS), self._longest_s)
        delay = longest * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, keeps no secret
        self.add_later(key, delay)
        self._resting.add(key)
        self._codes[key] = code
        self._again.discard(key)
        return delay

    def forget(self, key: K) -> None:
        """End the back-off of a key; the next one begins anew."""
        self._failures.pop(key, None)
        self._codes.pop(key, None)
        self._resting.discard(key)

    def drop(self, key: K) -> None:
        """Forget a key altogether: it is not handed out any more unless it is added anew."""
        self.forget(key)
        self._waiting.pop(key, None)
        self._again.discard(key)
        if timer := self._timers.pop(key, None):
            timer.cancel()

    def forget_all(self) -> None:
        """End every back-off."""
        self._failures.clear()
        self._codes.clear()
        self._resting.clear()

    def done(self, key: K) -> None:
        """Give a key back that `keys` handed out."""
        self._working.discard(key)
        if key not in self._resting:
            self._codes.pop(key, None)
        if key in self._again:
            self._again.discard(key)
            self.add(key)

    @property
    def resting(self) -> dict[K, int]:
        """The keys whose back-off is not over, each with the exit code of its last try."""
        return {key: self._codes[key] for key in self._resting}

    @property
    def failing(self) -> dict[K, int]:
        """The keys that are, or will be, tried again, each with the exit code of its last try."""
        return {**self._codes}

    def is_busy(self, key: K) -> bool:
        """Whether a key waits to be worked on, or is; a key whose time has not come does neither."""
        return key in self._waiting or key in self._working

    def is_working(self, key: K) -> bool:
        """Whether a key is worked on."""
        return key in self._working

    def is_idle(self) -> bool:
        """Whether nothing waits, and nothing is worked on."""
        return not self._waiting and not self._working

    def close_when_idle(self) -> None:
        """Close it unless something waits or is worked on."""
        if self.is_idle():
            self.close()

    def close(self) -> None:
        """Hand out nothing any more; `keys` ends."""
        self._closed = True
        self._waiting.clear()
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._changed.set()

    async def keys(self) -> AsyncIterator[K]:
        """Hand out keys, the longest waiting first, until the queue is closed."""
        while True:
            while self._waiting:
                key = next(iter(self._waiting))
                del self._waiting[key]
                self._working.add(key)
                yield key
            if self._closed:
                return
            self._changed.clear()
            await self._changed.wait()

    def _ring(self, key: K) -> None:
        self._timers.pop(key, None)
        self._resting.discard(key)
        self.add(key)

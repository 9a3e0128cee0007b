"""When services are to be looked at by the clock on the wall, which is set, and goes on in a sleep.

A timer of the event loop does neither. Containers need none of this: each look finds the stale ones anew.
"""

import asyncio
import time
from collections.abc import Container

from watcher.daemon.workqueue import WorkQueue

_SET_S = 30.0  # less is a clock that is kept right


class Moments:
    """The moments for which services wait in a queue.

    Args:
        queue: Where a service is added when its moment has come.
    """

    def __init__(self, queue: WorkQueue[str]) -> None:
        self._queue = queue
        self._until = dict[str, tuple[float, float]]()  # by the clock on the wall, and by the loop's

    def wait(self, name: str, until: float) -> None:
        """Have a service looked at in a moment, in seconds since the epoch; 0 is not by a clock."""
        self._until.pop(name, None)
        if until:
            wait_s = max(until - time.time(), 0.0)
            self._until[name] = until, asyncio.get_running_loop().time() + wait_s
            self._queue.add_later(name, wait_s)

    def look(self, names: Container[str]) -> None:
        """Have services looked at now whose timer does not fit their moment any more.

        Args:
            names: The names of all services; the moments of others are forgotten.
        """
        wall, loop = time.time(), asyncio.get_running_loop().time()
        self._until = {name: moment for name, moment in self._until.items() if name in names}
        for name, (until, at) in [*self._until.items()]:
            if abs((until - wall) - (at - loop)) > _SET_S:
                del self._until[name]
                self._queue.add(name)

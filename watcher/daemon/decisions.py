"""What people hold, release and approve as the daemon runs: another process writes it, this one notices."""

import asyncio
from collections.abc import Callable

from watcher.host.context import Context

_EVERY_S = 1.0


class DecisionPoll:
    """Notices what people decide about the containers of one engine.

    The file that they are kept in is looked at, not read, each second: that costs next to nothing, and needs
    no watch of the file system, which not every one has.

    Args:
        context: Where the decisions are kept.
        changed: Told once the decisions are others than before.
    """

    def __init__(self, context: Context, changed: Callable[[], None]) -> None:
        self._memory = context.memory
        self._changed = changed

    async def follow(self) -> None:
        """Notice each change, until cancelled."""
        seen, last = self._memory.database.stamp(), await self._memory.decisions.read()
        while True:
            await asyncio.sleep(_EVERY_S)
            if (now := self._memory.database.stamp()) == seen:
                continue
            seen, found = now, await self._memory.decisions.read()
            if found != last:
                last = found
                self._changed()

"""What people hold, release and approve as the daemon runs: another process writes it, this one notices."""

from collections.abc import Callable

from watcher.host.context import Context
from watcher.model.events import Decided

# Each look wakes an idle process, whose memory is in no cache any more: some milliseconds of CPU.
_EVERY_S = 5.0


class DecisionPoll:
    """Notices what people decide about the containers of one engine.

    What this process writes, for a client of its API, is noticed at once. For what another one writes, the
    file that decisions are kept in is looked at every few seconds, and read only where it has changed: that
    needs no watch of the file system, which not every one has.

    Args:
        context: Where the decisions are kept, and where it is told that they are others.
        changed: Told once the decisions are others than before.
    """

    def __init__(self, context: Context, changed: Callable[[], None]) -> None:
        self._memory = context.memory
        self._publish = context.events.publish
        self._changed = changed

    async def follow(self) -> None:
        """Notice each change, until cancelled."""
        seen, last = self._memory.database.stamp(), await self._memory.decisions.read()
        while True:
            is_ours = await self._memory.decisions.written(_EVERY_S)
            # Of two writes within one tick of the clock the second leaves the stamp of the first.
            if (now := self._memory.database.stamp()) == seen and not is_ours:
                continue
            seen, found = now, await self._memory.decisions.read()
            if found != last:
                names = {name for name, _ in found.of.items() ^ last.of.items()}
                last = found
                self._publish(Decided(tuple(sorted(names))))
                self._changed()

"""What the daemon's events told of it last: whether its engine is there, and when it pulled."""

import time
from collections.abc import Callable

from watcher.model.events import EngineFollowed, EngineGone, Event, PassBegan
from watcher.store.heartbeat import Pulse


class Seen:
    """It.

    Args:
        pulse: Where the daemon tells its health.
        due: Tells when all tags are asked for next.
    """

    def __init__(self, pulse: Pulse, due: Callable[[], float] = lambda: 0.0) -> None:
        self._pulse = pulse
        self._due = due
        self.is_engine_up = False
        self.last_pull = 0.0

    @property
    def last_look(self) -> float:
        """When the daemon last looked at all containers, in seconds since the epoch; 0 is never."""
        return self._pulse.last

    @property
    def next_pull(self) -> float:
        """When all tags are asked for next, in seconds since the epoch; 0 is not known."""
        return self._due()

    def take(self, event: Event) -> None:
        """Take an event."""
        if isinstance(event, EngineFollowed | EngineGone):
            self.is_engine_up = isinstance(event, EngineFollowed)
        elif isinstance(event, PassBegan):
            self.last_pull = time.time()

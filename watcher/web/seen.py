"""What the daemon's events told of it last: whether its engine is there, and when it pulled."""

import time

from watcher.model.events import EngineFollowed, EngineGone, Event, PassBegan
from watcher.store.heartbeat import Pulse


class Seen:
    """It.

    Args:
        pulse: Where the daemon tells its health.
        interval_s: Seconds between two pulls, more or less.
    """

    def __init__(self, pulse: Pulse, interval_s: float) -> None:
        self._pulse = pulse
        self._interval_s = interval_s
        self.is_engine_up = False
        self.last_pull = 0.0

    @property
    def last_look(self) -> float:
        """When the daemon last looked at all containers, in seconds since the epoch; 0 is never."""
        return self._pulse.last

    @property
    def next_pull(self) -> float:
        """When it pulls next, more or less."""
        return self.last_pull + self._interval_s if self.last_pull else 0.0

    def take(self, event: Event) -> None:
        """Take an event."""
        if isinstance(event, EngineFollowed | EngineGone):
            self.is_engine_up = isinstance(event, EngineFollowed)
        elif isinstance(event, PassBegan):
            self.last_pull = time.time()

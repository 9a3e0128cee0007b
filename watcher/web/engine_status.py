"""What the daemon's events told of one engine last: whether it is there, and when it was looked at."""

import time

from watcher.model.events import EngineFollowed, EngineGivenUp, EngineGone, Event, Looked, PassBegan


class EngineStatus:
    """The state of one engine, as its events told it.

    Attributes:
        is_engine_up: Whether the engine is followed.
        why_down: Why the engine is not followed, as far as events told.
        last_look: When everything followed was looked at last, in seconds since the epoch; 0 is never.
        last_pull: When all tags were asked for last, likewise.
    """

    def __init__(self) -> None:
        self.is_engine_up = False
        self.why_down = ""
        self.last_look = self.last_pull = 0.0

    def take(self, event: Event) -> None:
        """Take an event."""
        if isinstance(event, EngineFollowed):
            self.is_engine_up, self.why_down = True, ""
        elif isinstance(event, EngineGone | EngineGivenUp):
            self.is_engine_up, self.why_down = False, event.why.splitlines()[-1]
        elif isinstance(event, Looked):
            self.last_look = time.time()
        elif isinstance(event, PassBegan):
            self.last_pull = time.time()

"""Tells of a pull as it begins, goes on and ends."""

import asyncio
import contextlib
import time
from collections.abc import Iterator
from typing import Any

from watcher.host.publisher import Publisher
from watcher.model.errors import WatcherError
from watcher.model.progress import Layers, Progress
from watcher.model.registry_events import PullBegan, PullEnded, PullProgressed

_PAUSE_S = 0.1


@contextlib.contextmanager
def told(events: Publisher, image: str) -> Iterator[Progress]:
    """Tell of the pull that is made within the block.

    Args:
        events: Where it is told; how far it is, ten times a second at most.
        image: The tag, as people write it.

    Yields:
        What takes the lines of the engine's report.
    """
    began, why = time.monotonic(), ""
    events.publish(PullBegan(image))
    lines = _Lines(events, image)
    try:
        yield lines
    except WatcherError as error:
        why = str(error)
        raise
    finally:
        lines.end()
        events.publish(PullEnded(image, time.monotonic() - began, why))


class _Lines:
    """Takes a line of the report, or (`waits`) what is waited for before there is one."""

    def __init__(self, events: Publisher, image: str) -> None:
        self._events = events
        self._image = image
        self._layers = Layers()
        self._told = -_PAUSE_S
        self._later: asyncio.TimerHandle | None = None

    def __call__(self, line: dict[str, Any]) -> None:
        if waits := line.get("waits"):
            self._events.publish(PullProgressed(self._image, waits=waits))
            return
        self._layers.note(line)
        now = time.monotonic()
        if self._layers and now - self._told >= _PAUSE_S:
            self._tell(now)
        elif self._layers and self._later is None:  # what comes last before a silence is told too
            self._later = asyncio.get_running_loop().call_later(_PAUSE_S, self._tell, now + _PAUSE_S)

    def end(self) -> None:
        """Tell no more."""
        if self._later:
            self._later.cancel()
            self._later = None

    def _tell(self, now: float) -> None:
        self.end()
        self._told = now
        self._events.publish(self._layers.told(self._image))

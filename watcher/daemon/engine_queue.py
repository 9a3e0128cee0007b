"""The queue as one engine's: its containers go in by their names and come out as keys.

Another engine may listen at the same address one day, or be followed beside this one: what was to be done for
a container of one is never done to a container of the same name on another.
"""

from collections.abc import Collection

from watcher.daemon.workqueue import WorkQueue
from watcher.store.keys import Key


class EngineQueue:
    """One engine's containers in a queue of keys.

    Args:
        queue: That of all.

    Attributes:
        engine: The engine's id, as it was told last.
    """

    def __init__(self, queue: WorkQueue[Key]) -> None:
        self._queue = queue
        self.engine = ""

    def add(self, name: str) -> None:
        """Have a container looked at soon."""
        self._queue.add(self._key(name))

    def add_later(self, name: str, delay: float) -> None:
        """Have a container looked at in `delay` seconds."""
        self._queue.add_later(self._key(name), delay)

    def retry(self, name: str, code: int) -> float:
        """Have a container looked at after its back-off, for which `code` counts; returns the seconds."""
        return self._queue.retry(self._key(name), code)

    def forget(self, name: str) -> None:
        """End the back-off of a container."""
        self._queue.forget(self._key(name))

    def is_busy(self, name: str) -> bool:
        """Whether a container waits to be looked at, or is looked at."""
        return self._queue.is_busy(self._key(name))

    def is_working(self, name: str) -> bool:
        """Whether a container is looked at."""
        return self._queue.is_working(self._key(name))

    def failing_code(self, names: Collection[str]) -> int:
        """The highest exit code of those of these containers that failed and are tried again; 0 for none."""
        failing = self._queue.failing
        return max((code for key, code in failing.items() if self.has(key) and key.name in names), default=0)

    def has(self, key: Key) -> bool:
        """Whether a key is one of this engine's."""
        return key.engine == self.engine

    def _key(self, name: str) -> Key:
        return Key(self.engine, name)

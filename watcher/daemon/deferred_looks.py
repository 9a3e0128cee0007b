"""A container in its own update is looked at when the update is over, and not at each of its steps.

Nearly all that befalls it is the update's own doing: a creation, a stop, two new names, a start, a removal.
"""

import contextlib
from collections.abc import Callable, Iterator
from enum import Enum, auto

from watcher.model.inspection import attributes_of
from watcher.model.json_object import Json
from watcher.model.names import Marker


class LookDue(Enum):
    """What is due when the work on a container is over.

    Attributes:
        LOOK: A look at all containers: something befell this one.
        CONTAINER: A look at this one: it was found to want that, and nothing has befallen it since.
        NOTHING: Neither.
    """

    LOOK = auto()
    CONTAINER = auto()
    NOTHING = auto()


class DeferredLooks:
    """What was left to the ends of updates.

    Args:
        is_under_way: Whether a container is updated, or waits for nothing but a slot to be.
    """

    def __init__(self, is_under_way: Callable[[str], bool]) -> None:
        self._is_under_way = is_under_way
        self._befallen = set[str]()
        self._found = set[str]()
        self._owed = 0

    @property
    def is_owed(self) -> bool:
        """Whether a look that was due at the end of an update has yet to come to its own end."""
        return self._owed > 0

    def defer_event(self, event: Json) -> bool:
        """Leave an event to the end of the update that it is about; False where none is: look now."""
        names = whose(event)
        if not names or not all(map(self._is_under_way, names)):
            return False
        self._befallen |= names
        return True

    def defer_find(self, name: str) -> bool:
        """Leave what a look found of a container to the end of its update; False where none is: look now."""
        if not self._is_under_way(name):
            return False
        self._found.add(name)
        return True

    def over(self, name: str) -> LookDue:
        """What is due after the work on a container.

        A look finds others, too, and these are then looked at; so it is only due where something has befallen
        this one. Updates that are refused each time would else never let the daemon rest.
        """
        is_found = name in self._found
        self._found.discard(name)
        if name in self._befallen:
            self._befallen.discard(name)
            self._owed += 1
            return LookDue.LOOK
        return LookDue.CONTAINER if is_found else LookDue.NOTHING

    @contextlib.contextmanager
    def look(self) -> Iterator[None]:
        """The time of a look, which pays what was owed when it began, unless it fails."""
        owed = self._owed
        yield
        self._owed -= owed


def whose(event: Json) -> frozenset[str]:
    """The own names of the container that an event is about: two where it was given another; else none."""
    if event.get("Type") != "container":
        return frozenset()
    said = attributes_of(event)
    names = {str(said[key]).removeprefix("/") for key in ("name", "oldName") if said.get(key)}
    return frozenset(marker.name if (marker := Marker.parse(name)) else name for name in names)

"""Of which containers an update is open, and whose a temporary name is: the one answer for all who only look.

What was set aside for a person to decide on is no open update any more. Pure: no I/O.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Self

from watcher.model.json_object import Json
from watcher.model.names import Marker, name_of
from watcher.model.values import frozen
from watcher.recovery.state import Scene, scenes, strays


@frozen
class OpenNames:
    """What the names of all containers say, read once.

    Attributes:
        scenes: The open updates, by the names of their containers.
        aside: The old containers that a person has to decide on, each with the name that it had.
        strays: The containers that only have a temporary name, each with the name in it.
    """

    scenes: Mapping[str, Scene]
    aside: Mapping[str, str]
    strays: Mapping[str, str]

    @classmethod
    def of(cls, rows: Sequence[Json]) -> Self:
        """Read the rows of GET /containers/json?all=1."""
        found = scenes(rows)
        is_open = {name: scene for name, scene in found.items() if not scene.aside}
        return cls(is_open, {scene.aside: name for name, scene in found.items() if scene.aside}, strays(rows))

    def own_name(self, name: str, cid: str) -> str:
        """The name of the container whose open update a container is part of; else that container's own.

        Args:
            name: What the container is called.
            cid: Its id.
        """
        marker = Marker.parse(name)
        scene = self.scenes.get(marker.name) if marker else None
        if marker is None or scene is None or name in self.strays:
            return name
        # A container that was set aside stays what it is while the container with its name now is updated.
        return name if marker.kind == "old" and cid not in scene.ids else marker.name


def own_name(rows: Sequence[Json], name: str, cid: str) -> str:
    """The container that a container belongs to, by rows read after its inspect.

    By then the inspected container may have another name, or be gone.

    Args:
        rows: GET /containers/json?all=1.
        name: What the container was called.
        cid: Its id.
    """
    now = next((name_of(row) for row in rows if row["Id"] == cid), "")
    if now:
        return OpenNames.of(rows).own_name(now, cid)
    marker = Marker.parse(name)
    return marker.name if marker else name


def open_names(rows: Iterable[Json], whose: Callable[[str], bool] = lambda _: True) -> set[str]:
    """The containers of which an update is open.

    Args:
        rows: GET /containers/json?all=1.
        whose: Whether the updates of an owner count.
    """
    return {name for name, scene in scenes(rows, whose).items() if not scene.aside}


def contended(rows: Iterable[Json], owner: str, names: Iterable[str]) -> str:
    """The first of the names of which another updater has an open update; empty where there is none.

    Args:
        rows: GET /containers/json?all=1.
        owner: The owner that asks.
        names: The names of the containers.
    """
    theirs = open_names(rows, lambda other: other != owner)
    return next((each for each in names if each in theirs), "")

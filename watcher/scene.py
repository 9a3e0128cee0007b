"""What the engine's names say of an update that somebody left open, and what must follow.

`Scene.recovery` is the table of recovery: every row of it ends in exactly one container of the name.
It is decided by ids, never by a name alone. Pure: no I/O.
"""

from collections.abc import Iterable
from typing import Any

from attrs import frozen

from watcher.lookup import name_of
from watcher.names import Marker

Json = dict[str, Any]


@frozen
class Undo:
    """The old container is the truth: give it back what was taken from it, drop the successor last."""

    old: str
    successor: str
    marker: Marker


@frozen
class Finish:
    """The successor has the name: prove it and remove the old container; if it fails, undo."""

    old: str
    successor: str
    marker: Marker


@frozen
class Restore:
    """Only one container is left: give it its name and its state.

    It is the old one where the successor was removed, and the successor where the old one removed
    itself as it stopped (`--rm`).
    """

    only: str
    marker: Marker


@frozen
class Discard:
    """Somebody else decided what has the name, or that nothing has: drop the successor."""

    successor: str


@frozen
class Leave:
    """Somebody else decided what has the name: the old container stays aside, for a person to see."""

    old: str


Recovery = Undo | Finish | Restore | Discard | Leave


@frozen
class Scene:
    """The containers of one open update, as rows of GET /containers/json.

    Attributes:
        name: The container's own name, X.
        holder: The id of the container that has the name now, or empty.
        successor: The id of one called `X.ctr-updater-new-...`, or empty, and its marker.
        retired: The id of one called `X.ctr-updater-old-...`, or empty, and its marker.
    """

    name: str
    holder: str
    successor: tuple[str, Marker] | None
    retired: tuple[str, Marker] | None

    @property
    def recovery(self) -> Recovery:
        """The row of the table that this is."""
        if self.successor:
            return self._with_successor(*self.successor)
        assert self.retired  # noqa: S101 - a scene is made of markers, so it has one
        old, marker = self.retired
        if self.holder.startswith(marker.other):
            return Finish(old, self.holder, marker)
        return Leave(old) if self.holder else Restore(old, marker)

    def _with_successor(self, successor: str, marker: Marker) -> Recovery:
        old = self.holder or (self.retired[0] if self.retired else "")
        if old.startswith(marker.other):
            return Undo(old, successor, marker)
        return Discard(successor) if old or not marker.removes_itself else Restore(successor, marker)


def scenes(rows: Iterable[Json]) -> dict[str, Scene]:
    """Find every open update among the rows of GET /containers/json?all=1, by the container's name."""
    by_name = {name_of(row): str(row["Id"]) for row in rows}
    marked = [(cid, marker) for name, cid in by_name.items() if (marker := Marker.parse(name))]
    return {
        name: Scene(name, by_name.get(name, ""), _first(marked, name, "new"), _first(marked, name, "old"))
        for name in dict.fromkeys(marker.name for _, marker in marked)
    }


def _first(marked: list[tuple[str, Marker]], name: str, kind: str) -> tuple[str, Marker] | None:
    return next((each for each in marked if (each[1].name, each[1].kind) == (name, kind)), None)

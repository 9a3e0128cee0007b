"""What the engine's names say of an update that somebody left open, and what must follow.

`Scene.recovery` is the table of recovery: every row of it ends in exactly one container of the name.
It is decided by ids, never by a name alone. Pure: no I/O.
"""

from collections.abc import Iterable
from typing import Any

from attrs import frozen

from watcher.names import Marker, name_of, short

Json = dict[str, Any]

SPARE_OF = "ctr-updater.spare-of"


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
    """The successor is gone: give the old container its name and its state."""

    old: str
    marker: Marker


@frozen
class Depart:
    """The stop of an old container that removes itself was asked for: see it through."""

    old: str


@frozen
class Adopt:
    """The old container removed itself: its successor takes the name."""

    successor: str
    marker: Marker


@frozen
class Respawn:
    """The old container removed itself and so did its successor: make it anew from its spare."""

    spare: str
    again: str
    marker: Marker


@frozen
class Discard:
    """Somebody else decided what has the name, or it is not needed: drop what never held anything."""

    cid: str


@frozen
class Leave:
    """Somebody else decided what has the name: the old container stays aside, for a person to see."""

    old: str


Recovery = Undo | Finish | Restore | Depart | Adopt | Respawn | Discard | Leave


@frozen
class Marked:
    """A container that bears a temporary name.

    Attributes:
        cid: Its id.
        marker: The name, taken apart.
        spare_of: The id of the container that it is a spare of, or empty.
    """

    cid: str
    marker: Marker
    spare_of: str = ""


@frozen
class Scene:
    """The containers of one open update.

    Attributes:
        name: The container's own name, X.
        holder: The id of the container that has the name now, or empty.
        successor: One called `X.ctr-updater-new-...`, if any.
        retired: One called `X.ctr-updater-old-...`, if any.
    """

    name: str
    holder: str
    successor: Marked | None
    retired: Marked | None

    @property
    def pair(self) -> tuple[str, str]:
        """The ids of the old container, or of its spare, and of its successor; empty where there is none."""
        old = self.retired.cid if self.retired else self.holder
        new = self.successor.cid if self.successor else self.holder
        return old, "" if new == old else new

    @property
    def recovery(self) -> Recovery:
        """The row of the table that this is."""
        if self.retired and self.retired.marker.removes_itself:
            return self._with_spare(self.retired)
        if self.successor:
            return self._with_successor(self.successor)
        assert self.retired  # noqa: S101 - a scene is made of markers, so it has one
        old, marker = self.retired.cid, self.retired.marker
        if self.holder.startswith(marker.other):
            return Finish(old, self.holder, marker)
        return Leave(old) if self.holder else Restore(old, marker)

    def _with_successor(self, successor: Marked) -> Recovery:
        old = self.holder or (self.retired.cid if self.retired else "")
        if old.startswith(successor.marker.other):
            return Undo(old, successor.cid, successor.marker)
        if old or not successor.marker.removes_itself:
            return Discard(successor.cid)
        return Adopt(successor.cid, successor.marker)

    def _with_spare(self, spare: Marked) -> Recovery:
        if not self.holder:
            return self._without_holder(spare)
        if self.holder.startswith(spare.marker.other):
            return Finish(spare.cid, self.holder, spare.marker)
        if self.holder == spare.spare_of and spare.marker.going:
            return Depart(self.holder)
        if self.holder == spare.spare_of and self.successor:
            return Undo(self.holder, self.successor.cid, self.successor.marker)
        return Discard(self.successor.cid if self.successor else spare.cid)

    def _without_holder(self, spare: Marked) -> Recovery:
        again = ""
        if self.successor:
            if self.successor.marker.other != short(spare.cid):
                return Adopt(self.successor.cid, self.successor.marker)
            again = self.successor.cid
        return Respawn(spare.cid, again, spare.marker)


def scenes(rows: Iterable[Json]) -> dict[str, Scene]:
    """Find every open update among the rows of GET /containers/json?all=1, by the container's name."""
    by_name = {name_of(row): row for row in rows}
    ids = [row["Id"] for row in by_name.values()]
    marked = [
        Marked(row["Id"], marker, (row.get("Labels") or {}).get(SPARE_OF, ""))
        for name, row in by_name.items()
        if (marker := Marker.parse(name)) and not _is_somebodys(row, marker, ids)
    ]
    return {
        name: Scene(
            name,
            by_name.get(name, {}).get("Id", ""),
            _likeliest(marked, name, "new", ids),
            _likeliest(marked, name, "old", ids),
        )
        for name in dict.fromkeys(each.marker.name for each in marked)
    }


def _is_somebodys(row: Json, marker: Marker, ids: list[str]) -> bool:
    """Whether it is only called like a successor: ours never ran while its old one was gone."""
    return marker.kind == "new" and row.get("State", "created") != "created" and not _is_paired(marker, ids)


def _is_paired(marker: Marker, ids: list[str]) -> bool:
    return any(cid.startswith(marker.other) for cid in ids)


def _likeliest(marked: list[Marked], name: str, kind: str, ids: list[str]) -> Marked | None:
    """Of several, one whose other half exists: people may call theirs what they like."""
    found = [each for each in marked if (each.marker.name, each.marker.kind) == (name, kind)]
    return next(iter([each for each in found if _is_paired(each.marker, ids)] + found), None)

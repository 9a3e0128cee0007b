"""What the engine's names say of an update that somebody left open, and what must follow.

`Scene.recovery` is the table of recovery: every row of it ends in exactly one container of the name.
It is decided by ids, never by a name alone. Pure: no I/O.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from attrs import frozen

from watcher.model.labels import COMPOSE_NUMBER, COMPOSE_PROJECT, COMPOSE_SERVICE, SPARE_OF
from watcher.model.names import Marker, name_of, short

Json = dict[str, Any]

_REPLICA = (COMPOSE_PROJECT, COMPOSE_SERVICE, COMPOSE_NUMBER)


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
class Inherit:
    """The old container is gone, and nobody has the name: what is left gets it, and its state."""

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
    """Somebody decided what has the name, or that nothing has: drop what never held anything."""

    cid: str


@frozen
class Leave:
    """Somebody else decided what has the name: the old container stays aside, for a person to see."""

    old: str


Recovery = Undo | Finish | Restore | Depart | Adopt | Inherit | Respawn | Discard | Leave


@frozen
class Marked:
    """A container that bears a temporary name.

    Attributes:
        cid: Its id.
        marker: The name, taken apart.
        spare_of: The id of the container that it is a spare of, or empty.
        has_run: Whether it was ever started.
    """

    cid: str
    marker: Marker
    spare_of: str = ""
    has_run: bool = False


@frozen
class Scene:
    """The containers of one open update.

    Attributes:
        name: The container's own name, X.
        holder: The id of the container that has the name now, or empty.
        successor: One called `X.ctr-updater-new-...`, if any.
        retired: One called `X.ctr-updater-old-...`, if any.
        renamed: The id of the old container, where a person gave it another name, or empty.
        moved: The id of the successor, where a person gave that another name, or empty.
        gone_as: The name that the old container had when somebody removed it by name or id; empty where that
            is not known.
    """

    name: str
    holder: str
    successor: Marked | None
    retired: Marked | None
    renamed: str = ""
    moved: str = ""
    gone_as: str = ""

    @property
    def pair(self) -> tuple[str, str]:
        """The ids of the old container, or of its spare, and of its successor; empty where there is none."""
        old = self.retired.cid if self.retired else self.renamed or self.holder
        new = self.successor.cid if self.successor else self.holder or self.moved
        return old, "" if new == old else new

    @property
    def is_bereft(self) -> bool:
        """Whether a successor alone is left, and nobody has the name: then `gone_as` counts."""
        return not (self.holder or self.retired or self.renamed)

    @property
    def recovery(self) -> Recovery:
        """The row of the table that this is."""
        if self.retired and self.retired.marker.removes_itself:
            return self._with_spare(self.retired)
        if self.successor:
            return self._with_successor(self.successor)
        assert self.retired  # noqa: S101 - a scene is made of markers, so it has one
        old, marker = self.retired.cid, self.retired.marker
        if self.holder.startswith(marker.other) or (self.moved and not self.holder):
            return Finish(old, self.holder or self.moved, marker)
        return Leave(old) if self.holder else Restore(old, marker)

    def _with_successor(self, successor: Marked) -> Recovery:
        aside = self.retired.cid if self.retired else ""
        for old in (self.holder or aside, self.renamed):
            if old.startswith(successor.marker.other):
                return Undo(old, successor.cid, successor.marker)
        is_unwanted = self.gone_as == self.name and not (successor.has_run or successor.marker.removes_itself)
        if is_unwanted or not self.is_bereft:
            return Discard(successor.cid)
        return Inherit(successor.cid, successor.marker)

    def _with_spare(self, spare: Marked) -> Recovery:
        old = spare.spare_of if spare.spare_of in {self.holder, self.renamed} else ""
        if not (self.holder or old):
            return self._without_holder(spare)
        if self.holder.startswith(spare.marker.other):
            return Finish(spare.cid, self.holder, spare.marker)
        if old and spare.marker.going:
            return Depart(old)
        if old and self.successor:
            return Undo(old, self.successor.cid, self.successor.marker)
        if spare.marker.going and not self.successor:
            # The old container was made to leave for an update, and nobody asked for that but us.
            return Leave(spare.cid)
        return Discard(self.successor.cid if self.successor else spare.cid)

    def _without_holder(self, spare: Marked) -> Recovery:
        again = ""
        if self.moved:
            return Finish(spare.cid, self.moved, spare.marker)
        if self.successor:
            if self.successor.marker.other != short(spare.cid):
                return Adopt(self.successor.cid, self.successor.marker)
            again = self.successor.cid
        return Respawn(spare.cid, again, spare.marker)


def scenes(rows: Iterable[Json], whose: Callable[[str], bool] = lambda _: True) -> dict[str, Scene]:
    """Find every open update among the rows of GET /containers/json?all=1, by the container's name.

    Args:
        rows: Those.
        whose: Tells of an owner whether its updates count.
    """
    by_name = {name_of(row): row for row in rows}
    marked = [
        Marked(row["Id"], marker, (row.get("Labels") or {}).get(SPARE_OF, ""), _has_run(row))
        for name, row in by_name.items()
        if (marker := Marker.parse(name)) and whose(marker.owner) and not _is_somebodys(row, marker, by_name)
    ]
    return {
        name: _scene(name, marked, by_name) for name in dict.fromkeys(each.marker.name for each in marked)
    }


def strays(rows: Iterable[Json]) -> dict[str, str]:
    """Containers with a temporary name that are no part of an update; what has the name that is in it."""
    by_name = {name_of(row): row for row in rows}
    marked = ((name, row, Marker.parse(name)) for name, row in by_name.items())
    return {
        name: marker.name for name, row, marker in marked if marker and _is_somebodys(row, marker, by_name)
    }


def set_aside(rows: Iterable[Json]) -> dict[str, str]:
    """Old containers that a person has to decide on; what has the name that they had."""
    left = ((name, scene) for name, scene in scenes(rows).items() if isinstance(scene.recovery, Leave))
    return {str(scene.retired.marker): name for name, scene in left if scene.retired}


def is_same_replica(row: Json, other: Json) -> bool:
    """Whether Compose made both, or their predecessors, for the same service under the same number."""
    ours, theirs = row.get("Labels") or {}, other.get("Labels") or {}
    return all(ours.get(key) and ours[key] == theirs.get(key) for key in _REPLICA)


def contended(rows: Iterable[Json], owner: str, names: Iterable[str]) -> str:
    """Of some containers the first that somebody else has an open update of; empty where there is none.

    What was set aside for a person to see is no update any more.

    Args:
        rows: GET /containers/json?all=1.
        owner: Who asks.
        names: Those of the containers.
    """
    theirs = scenes(rows, lambda other: other != owner)
    return next(
        (each for each in names if each in theirs and not isinstance(theirs[each].recovery, Leave)), ""
    )


def _scene(name: str, marked: list[Marked], by_name: dict[str, Json]) -> Scene:
    ids = [row["Id"] for row in by_name.values()]
    holder = by_name.get(name, {}).get("Id", "")
    successor, retired = (_likeliest(marked, name, kind, ids) for kind in ("new", "old"))
    unnamed = [row["Id"] for each, row in by_name.items() if each != name and not Marker.parse(each)]
    old = (successor.marker.other if successor else "", retired.spare_of if retired else "")
    new = (retired.marker.other,) if retired and not successor else ()
    return Scene(name, holder, successor, retired, _first(unnamed, old), _first(unnamed, new))


def _first(ids: list[str], beginnings: tuple[str, ...]) -> str:
    """The first of the ids that begins like one of these, or empty."""
    return next((cid for cid in ids if cid.startswith(tuple(filter(None, beginnings)))), "")


def _has_run(row: Json) -> bool:
    return bool(row.get("State", "created") != "created")


def _is_somebodys(row: Json, marker: Marker, by_name: Mapping[str, Json]) -> bool:
    """Whether it only is called like a successor: where somebody else has the name, ours never ran alone."""
    is_paired, holder = (
        _is_paired(marker, [each["Id"] for each in by_name.values()]),
        by_name.get(marker.name),
    )
    is_beside = marker.kind == "new" and _has_run(row) and not is_paired and holder is not None
    # Compose, asked for two of a service, takes ours for the second one, and starts it.
    return is_beside and not (holder and marker.owner and is_same_replica(row, holder))


def _is_paired(marker: Marker, ids: list[str]) -> bool:
    return any(cid.startswith(marker.other) for cid in ids)


def _likeliest(marked: list[Marked], name: str, kind: str, ids: list[str]) -> Marked | None:
    """Of several, one whose other half exists: people may call theirs what they like."""
    found = [each for each in marked if (each.marker.name, each.marker.kind) == (name, kind)]
    return next(iter([each for each in found if _is_paired(each.marker, ids)] + found), None)

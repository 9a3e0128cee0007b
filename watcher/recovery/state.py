"""What the engine's names say of an open update.

`Scene.sight` says it in the words of the table of recovery, by ids and never by a name alone. Pure: no I/O.
"""

from collections.abc import Callable, Iterable, Mapping

from watcher.model.json_object import Json
from watcher.model.labels import COMPOSE_NUMBER, COMPOSE_PROJECT, COMPOSE_SERVICE, SPARE_OF
from watcher.model.listing import Row
from watcher.model.names import Marker, name_of, short
from watcher.model.values import frozen
from watcher.recovery.table import (
    Adopt,
    Depart,
    Discard,
    Due,
    Finish,
    Inherit,
    Leave,
    Name,
    New,
    Old,
    Recovery,
    Respawn,
    Restore,
    Sight,
    Spare,
    Undo,
    due,
)

_REPLICA = (COMPOSE_PROJECT, COMPOSE_SERVICE, COMPOSE_NUMBER)


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
        successor: The container called `X.ctr-updater-new-...`, if any.
        retired: The container called `X.ctr-updater-old-...`, if any.
        renamed: The id of the old container, where a person gave it another name, or empty.
        moved: The id of the successor, where a person gave it another name, or empty.
        gone_as: The name that the old container had when somebody removed it by name or id; empty where the
            name is not known.
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
    def ids(self) -> frozenset[str]:
        """The ids of all containers of the open update."""
        marked = [each for each in (self.successor, self.retired) if each]
        found = {self.holder, self.renamed, self.moved, *(each.cid for each in marked)}
        return frozenset((found | {each.spare_of for each in marked}) - {""})

    @property
    def is_bereft(self) -> bool:
        """Whether a successor alone is left, and nobody has the name: then `gone_as` counts."""
        return not (self.holder or self.retired or self.renamed)

    @property
    def recovery(self) -> Recovery:
        """What is due, by the table of recovery."""
        what = due(self.sight)
        if self.successor and what in _OF_SUCCESSOR:
            return _OF_SUCCESSOR[what](self._old, self.successor)
        assert self.retired  # noqa: S101 - every other row has one
        return _OF_RETIRED[what](self, self.retired)

    @property
    def aside(self) -> str:
        """The temporary name of an old container that only a person can decide on, or empty."""
        return str(self.retired.marker) if self.retired and isinstance(self.recovery, Leave) else ""

    @property
    def is_taken_by_compose(self) -> bool:
        """Whether Compose started a successor beside the container that has the name."""
        new = self.successor
        return new is not None and new.has_run and self.recovery == Discard(new.cid)

    @property
    def sight(self) -> Sight:
        """The row's cells: what the names say, decided by ids."""
        return Sight(self._name_is, self._new_is, self._old_is, self._spare_is)

    @property
    def _spare(self) -> Marked | None:
        return self.retired if self.retired and self.retired.marker.removes_itself else None

    @property
    def _old(self) -> str:
        """The id of the old container itself; empty where it is gone, or not to be told."""
        if self._spare:
            return self._spare.spare_of if self._spare.spare_of in {self.holder, self.renamed} else ""
        aside = self.retired.cid if self.retired else ""
        if not self.successor:
            return aside
        places = (self.holder or aside, self.renamed)
        return next((cid for cid in places if cid.startswith(self.successor.marker.other)), "")

    @property
    def _name_is(self) -> Name:
        if not self.holder:
            return Name.NOBODY
        decides = self._spare or (None if self.successor else self.retired)
        if decides and self.holder.startswith(decides.marker.other):
            return Name.NEW
        return Name.OLD if self.holder == self._old else Name.OTHER

    @property
    def _new_is(self) -> New:
        if not self.successor:
            return New.RENAMED if self.moved else New.NONE
        is_again = self._spare and self.successor.marker.other == short(self._spare.cid)
        return New.AGAIN if is_again else New.THERE

    @property
    def _old_is(self) -> Old:
        if self._old:
            places = {self.holder: Old.NAMED, self.renamed: Old.RENAMED}
            return places.get(self._old, Old.ASIDE)
        if self.retired and not self._spare:
            return Old.STRANGE
        new = self.successor
        is_unwanted = self.gone_as == self.name and new and not (new.has_run or new.marker.removes_itself)
        return Old.REMOVED if is_unwanted and self.is_bereft else Old.GONE

    @property
    def _spare_is(self) -> Spare:
        if not self._spare:
            return Spare.NONE
        return Spare.GOING if self._spare.marker.going else Spare.READY


_OF_SUCCESSOR: Mapping[Due, Callable[[str, Marked], Recovery]] = {
    Due.UNDO: lambda old, new: Undo(old, new.cid, new.marker),
    Due.ADOPT: lambda _, new: Adopt(new.cid, new.marker),
    Due.INHERIT: lambda _, new: Inherit(new.cid, new.marker),
    Due.DISCARD_NEW: lambda _, new: Discard(new.cid),
}
_OF_RETIRED: Mapping[Due, Callable[[Scene, Marked], Recovery]] = {
    Due.FINISH: lambda scene, kept: Finish(kept.cid, scene.holder or scene.moved, kept.marker),
    Due.RESTORE: lambda _, kept: Restore(kept.cid, kept.marker),
    Due.DEPART: lambda _, kept: Depart(kept.spare_of),
    Due.RESPAWN: lambda scene, kept: Respawn(
        kept.cid, scene.successor.cid if scene.successor else "", kept.marker
    ),
    Due.DISCARD_SPARE: lambda _, kept: Discard(kept.cid),
    Due.LEAVE: lambda _, kept: Leave(kept.cid),
}


def scenes(rows: Iterable[Json], whose: Callable[[str], bool] = lambda _: True) -> dict[str, Scene]:
    """Find every open update among the rows of GET /containers/json?all=1, by the container's name.

    Args:
        rows: The rows.
        whose: Whether the updates of an owner count.
    """
    by_name = {name_of(row): row for row in rows}
    marked = [
        Marked(row["Id"], marker, Row(row).labels.get(SPARE_OF, ""), _has_run(row))
        for name, row in by_name.items()
        if (marker := Marker.parse(name)) and whose(marker.owner) and not _is_somebodys(row, marker, by_name)
    ]
    return {
        name: _scene(name, marked, by_name) for name in dict.fromkeys(each.marker.name for each in marked)
    }


def strays(rows: Iterable[Json]) -> dict[str, str]:
    """The containers with a temporary name that are no part of an update, each with the name in it."""
    by_name = {name_of(row): row for row in rows}
    marked = ((name, row, Marker.parse(name)) for name, row in by_name.items())
    return {
        name: marker.name for name, row, marker in marked if marker and _is_somebodys(row, marker, by_name)
    }


def is_same_replica(row: Json, other: Json) -> bool:
    """Whether Compose made both, or what they replaced, for the same service under the same number."""
    ours, theirs = Row(row).labels, Row(other).labels
    return all(ours.get(key) and ours[key] == theirs.get(key) for key in _REPLICA)


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
    return Row(row).has_run


def _is_somebodys(row: Json, marker: Marker, by_name: Mapping[str, Json]) -> bool:
    """Whether a person's container is only called like a successor: it runs, beside the one of the name."""
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
    """Of the containers with such a marker, one whose other half exists: people may use such names, too."""
    found = [each for each in marked if (each.marker.name, each.marker.kind) == (name, kind)]
    return next(iter([each for each in found if _is_paired(each.marker, ids)] + found), None)

"""The containers that opted in, seen in one call: which of them want a closer look, which tags to pull.

GET /containers/json shows the reference that a container was created with for as long as that still
means the container's image, and the bare id from the moment it does not (20.10 to 28.5, both image
stores). So one call, filtered by label in the engine, finds every stale container.
"""

from collections.abc import Callable, Iterable

from watcher.config.policy import Policy
from watcher.model.helper import Helper
from watcher.model.json_object import Json
from watcher.model.kept import is_pinned
from watcher.model.labels import ENABLE, is_one_off, is_orchestrated
from watcher.model.listing import Row
from watcher.model.names import Marker, name_of
from watcher.model.values import frozen
from watcher.model.watchtower import SCOPE, scope_of


@frozen
class Follower:
    """A container that follows a tag, and its settings."""

    name: str
    policy: Policy


def opted_in(rows: Iterable[Json], own: str | None, *, every: bool = False) -> list[Json]:
    """The rows whose label says true, or cannot be read: no helper, no other updater, and no one-off job.

    Two updaters that stop one another at once would both be down: each is updated by itself, or from outside.
    A job of `docker compose run` bears the labels of its service, and ends by itself.

    Args:
        rows: GET /containers/json.
        own: The id of the own container, which is in only where its label says so.
        every: Whether also those are in whose label says nothing (`--watch all`), but for the containers
            of an orchestrator, which would start others.
    """
    ours = [row for row in rows if not (Helper.of(row) or _is_another_updater(row, own) or _is_one_off(row))]
    return [row for row in ours if _is_in(row, every=every and row["Id"] != own)]


def in_scope(found: Iterable[Json], rows: Iterable[Json], own: str | None) -> list[Json]:
    """The rows in the scope that Watchtower's label of the own container names; all rows where it names none.

    Args:
        found: The rows to choose from.
        rows: All of them.
        own: The id of the own container.
    """
    scopes = {scope_of(Row(row).labels) for row in rows if row["Id"] == own and SCOPE in Row(row).labels}
    return [row for row in found if not scopes or scope_of(Row(row).labels) in scopes]


def cut_short(rows: Iterable[Json]) -> set[str]:
    """The names in temporary names: of updates that are under way, were cut short, or left something."""
    return {marker.name for row in rows if (marker := Marker.parse(name_of(row)))}


def wanting(rows: Iterable[Json], readable: Callable[[Json], Policy | None]) -> set[str]:
    """The names of the containers that are stale, or whose labels cannot be read.

    Args:
        rows: The rows of the followed containers.
        readable: Gives the settings of one; None where they cannot be read.
    """
    return {
        name_of(row)
        for row in rows
        if not Marker.parse(name_of(row)) and (_is_stale(row) or readable(row) is None)
    }


def followed_tag(row: Json, reference: str) -> str | None:
    """The tag that a row's container follows, given its reference; None where it is pinned."""
    return None if is_pinned(reference, row["ImageID"]) else reference


def _is_in(row: Json, *, every: bool) -> bool:
    said = _enable(row)
    return said != "false" if said else every and not is_orchestrated(Row(row).labels)


def _enable(row: Json) -> str:
    return Row(row).labels.get(ENABLE, "").strip()


def _is_stale(row: Json) -> bool:
    return bool(row["Image"].startswith("sha256:"))


def _is_one_off(row: Json) -> bool:
    return is_one_off(Row(row).labels)


def _is_another_updater(row: Json, own: str | None) -> bool:
    """Whether a row's container runs `watcher run`, as the own container does, which is another one."""
    return own not in {None, row["Id"]} and Row(row).is_ours and "run" in str(row.get("Command", "")).split()

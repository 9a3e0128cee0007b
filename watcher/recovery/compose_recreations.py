"""Containers that Compose made to replace others, and that kept the name `ID_NAME`.

Compose creates such a container, named with the first digits of the id of the container that it replaces,
stops and removes the replaced one, renames its own and starts it. Where something else has the name just
then, as in the middle of an update, or where Compose was killed, the recreation stays as it is: Compose
itself does nothing about it (2.40).

The settling run starts the recreation first, and gives it its name last: the name `ID_NAME` is the log. The
recreation is asked for by the name that it was found by, so that a request which comes late, for another
updater was quicker, does nothing.
"""

import re
from collections.abc import Collection, Iterable, Mapping

from watcher.engine.client import Engine
from watcher.model.errors import NotFound
from watcher.model.inspection import Container
from watcher.model.json_object import Json
from watcher.model.labels import COMPOSE_REPLACES
from watcher.model.listing import Row
from watcher.model.names import name_of, short
from watcher.model.values import frozen
from watcher.recovery.pruned import departure
from watcher.recovery.state import is_same_replica
from watcher.recovery.steps import drop

# A recreation that was started and ended is somebody's to judge.
_SERVES = ("created", "running", "restarting")
_NAME = re.compile(r"(?P<replaced>[0-9a-f]{12})_(?P<name>.+)")


@frozen
class Recreation:
    """A container that Compose made to take another one's place.

    Attributes:
        cid: Its id.
        shown: What it is called.
        name: What it was to be called.
        has_run: Whether it was started already.
        replaced: The first digits of the id of the container that it was to replace.
        is_due: Whether the replaced container is gone, so that this one can be brought to its end.
        holder: The id of the container that has the name, or empty.
        is_superfluous: Whether the holder of the name is of the same service, so that this one can go.
    """

    cid: str
    shown: str
    name: str
    has_run: bool
    replaced: str
    is_due: bool
    holder: str
    is_superfluous: bool


def recreations(rows: Iterable[Json]) -> list[Recreation]:
    """The unfinished recreations among the rows of GET /containers/json?all=1."""
    by_name = {name_of(row): row for row in rows}
    matches = [(match, row) for name, row in by_name.items() if (match := _NAME.fullmatch(name))]
    found = [
        _read(match["replaced"], match["name"], row, by_name)
        for match, row in matches
        if Row(row).state in _SERVES and COMPOSE_REPLACES in Row(row).labels
    ]
    return [each for each in found if not each.has_run or (each.is_due and not each.holder)]


def _read(replaced: str, name: str, row: Json, by_name: Mapping[str, Json]) -> Recreation:
    holder = by_name.get(name)
    return Recreation(
        row["Id"],
        name_of(row),
        name,
        Row(row).has_run,
        replaced,
        not any(each["Id"].startswith(replaced) for each in by_name.values()),
        holder["Id"] if holder else "",
        holder is not None and is_same_replica(row, holder),
    )


def unnamed(rows: Iterable[Json], ours: Iterable[Json]) -> set[str]:
    """The names of the unfinished recreations among our rows that can be brought to their end."""
    wanted = {row["Id"] for row in ours}
    return {each.name for each in recreations(rows) if each.cid in wanted and _is_open(each)}


async def open_recreations(engine: Engine, name: str) -> list[Recreation]:
    """The unfinished recreations of a container that can be brought to their end."""
    return open_among(await engine.containers(stopped=True), name)


def open_among(rows: Iterable[Json], name: str) -> list[Recreation]:
    """A container's unfinished recreations among these rows, as far as they can be brought to their end."""
    return [each for each in recreations(rows) if each.name == name and _is_open(each)]


def _is_open(each: Recreation) -> bool:
    return each.is_due and (each.is_superfluous or not each.holder)


async def settle_recreations(engine: Engine, name: str) -> bool:
    """Give a recreation its name, or remove it where another container of its service has the name.

    Returns:
        Whether there was something to do.
    """
    found = await open_recreations(engine, name)
    for each in found:
        # Compose may be about to do it: not any more, once it is known how the other one went.
        await departure(engine, "container", each.replaced)
    for each in await open_recreations(engine, name) if found else ():
        try:
            await _settle(engine, each)
        except NotFound:
            if each in await open_recreations(engine, name):
                raise
    return bool(found)


async def _settle(engine: Engine, each: Recreation) -> None:
    if not each.holder:
        if not each.has_run:
            await engine.act(each.shown, "start")
        await engine.rename(each.shown, each.name)
        return
    if Container(await engine.container(each.holder)).status == "created":
        await engine.act(each.holder, "start")
    await drop(engine, each.shown)


async def finish_recreation(engine: Engine, name: str, replaced: Collection[str]) -> None:
    """Start the recreation of one of an update's two containers, and give it the name.

    Compose could not, for one of the two had the name just then.

    Args:
        engine: Where they are.
        name: The name.
        replaced: The ids of the two.
    """
    rows = {name_of(row): row["Id"] for row in await engine.containers(stopped=True)}
    for cid in (rows.get(f"{short(each)}_{name}") for each in replaced):
        if cid and name not in rows:
            await engine.act(cid, "start")
            await engine.rename(cid, name)


def left_behind(rows: Iterable[Json], name: str) -> list[str]:
    """A line for each recreation of a container that only a person can decide about."""
    return [
        f"{each.shown} is left of a `docker compose up`: "
        f"where none is under way, `docker rm {short(each.cid)}`"
        for each in recreations(rows)
        if each.name == name and not _is_open(each)
    ]

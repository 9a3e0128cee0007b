"""Which digests a service ran before: by the swarm, which knows the last one, and by the history."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from watcher.host.context import Context
from watcher.model.json_object import Json
from watcher.model.kept import Kept
from watcher.swarm.spec import Service

_MOST = 200  # rows of the history


async def earlier(context: Context, service: Service) -> tuple[Kept, ...]:
    """The digests that a service ran before the present one, the last one first."""
    engine = (await context.memory.key("")).engine
    return ran_before(service, await context.memory.history.last(_MOST, service.name, engine))


def ran_before(service: Service, rows: Iterable[Json]) -> tuple[Kept, ...]:
    """The same by rows of its history; none where it follows no tag, or no digest of it is known."""
    if service.tag is None or not service.digest:
        return ()
    known: dict[str, float] = {}
    for digest, left in [*_by_swarm(service), *_by_history(rows)]:
        known[digest] = known.get(digest) or left
    known.pop(service.digest, None)
    return tuple(Kept(digest, left) for digest, left in known.items())


def _by_swarm(service: Service) -> Iterator[tuple[str, float]]:
    """The digest that it ran before its last update, and when it left that; none where it went back."""
    before = service.before
    if before and before.digest and before.tag == service.tag and not service.is_going_back:
        yield before.digest, service.began


def _by_history(rows: Iterable[Json]) -> Iterator[tuple[str, float]]:
    """The digests of updates that worked, and when it left them, or 0; what failed never ran."""
    for row in rows:
        if row.get("outcome") == "updated":
            yield from _side(row.get("old"), datetime.fromisoformat(row["at"]).timestamp())
            yield from _side(row.get("new"), 0.0)


def _side(side: object, left: float) -> Iterator[tuple[str, float]]:
    if isinstance(side, dict) and side.get("id"):
        yield str(side["id"]), left

"""Whose turn it is: a container's update begins when those of all its predecessors have ended.

Nor does it begin while the update of a container that comes after is under way: a tag that moves again in the
middle of the updates of dependents, or of replicas, is no reason to take the container from under them.

The order is that of the last look; a container that waits has it asked anew each time that an update has
ended. It has no circles, so that it is always some container's turn.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator

from watcher.dependencies.engine_access import doors, given_the_socket
from watcher.dependencies.order import Order
from watcher.host.context import Context
from watcher.model.errors import EngineError, Refused, UpdateFailed, WatcherError
from watcher.model.json_object import Json
from watcher.model.labels import COMPOSE_NUMBER
from watcher.model.names import name_of
from watcher.model.quoting import cut, escaped


class Turns:
    """The turns of the containers.

    Args:
        is_busy: Whether a container is queued, or being looked at.

    Attributes:
        order: The order of all containers, as of the last look.
    """

    def __init__(self, is_busy: Callable[[str], bool]) -> None:
        self.order = Order.of(())
        self._is_busy = is_busy
        self._failed: dict[str, str] = {}
        self._under_way = list[str]()
        self._by_hand = list[str]()
        self._news = asyncio.Event()

    async def come(self, name: str) -> None:
        """Return once it is a container's turn."""
        while not self.has_come(name):
            await self._news.wait()

    def has_come(self, name: str) -> bool:
        """Whether no predecessor of a container is queued or under way, and no dependent is under way.

        The answer is valid until the next `await`; so is that of `blocked_by` then.
        """
        if any(name in self.order.before(other) for other in self._under_way):
            return False
        before = self.order.before(name)
        return not any(other in self._by_hand or self._is_busy(other) for other in before)

    @contextlib.asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """Wait for a container's turn, and keep it: it is updated for a person, which no queue tells of."""
        await self.come(name)
        self._by_hand.append(name)
        try:
            with self.taken(name):
                yield
        finally:
            self._by_hand.remove(name)
            self.ring()

    @contextlib.contextmanager
    def taken(self, name: str) -> Iterator[None]:
        """Keep a container's predecessors from beginning; the caller rings once it has left."""
        self._under_way.append(name)
        try:
            yield
        finally:
            self._under_way.remove(name)

    def is_taken(self, name: str) -> bool:
        """Whether a container is being updated."""
        return name in self._under_way

    def ring(self) -> None:
        """Wake all who wait for a turn: an update has come to its end."""
        self._news.set()
        self._news = asyncio.Event()

    def failed(self, name: str, how: str = "failed") -> None:
        """Note that the update of a container failed, or is held back: its dependents are blocked."""
        self._failed[name] = how

    def failed_with(self, name: str, error: WatcherError, *, is_asked_for: bool) -> None:
        """Note that an update ended with an error, where the error blocks its dependents.

        A container that waits, or was refused, blocks no other. A container that could not be judged blocks
        the others only where a person named them all at once, and may know why; the daemon leaves it out.

        Args:
            name: The container's.
            error: How it ended.
            is_asked_for: Whether a person asked for the update.
        """
        if isinstance(error, EngineError | UpdateFailed) or (is_asked_for and not isinstance(error, Refused)):
            self.failed(name)

    def held_back(self, name: str) -> None:
        """Note that a container is held back, which blocks its own dependents."""
        self.failed(name, "is held back")

    def over(self, name: str) -> None:
        """Forget the failure of a container: it is looked at anew, and blocks its dependents no longer."""
        self._failed.pop(name, None)

    def noted(self) -> frozenset[str]:
        """The names of the containers whose failure is noted."""
        return frozenset(self._failed)

    def keep(self, stale: Collection[str], noted: Collection[str]) -> None:
        """Forget the failures of containers that have no update any more, by whatever means.

        Args:
            stale: The names of the containers that have an update.
            noted: The names whose failures were noted before `stale` was read; newer failures stay.
        """
        for name in {*noted} - {*stale}:
            self.over(name)

    def blocked_by(self, name: str) -> str:
        """Which dependency blocks a container, and how its update ended, in words; empty where none does."""
        found = self._failed.keys() & self.order.needs(name)
        how, other = min(((self._failed[other], other) for other in found), default=("", ""))
        return f"{other} {how}".strip()


async def order_of(context: Context, rows: Iterable[Json]) -> Order:
    """The order of all containers, told by GET /containers/json?all=1."""
    rows = list(rows)
    own = await context.own.find(context.engine)
    name = next((name_of(row) for row in rows if row["Id"] == own), "")
    endpoint = context.engine.endpoint
    last = given_the_socket(rows, endpoint.socket)
    return Order.of(rows, own=name, doors=doors(rows, endpoint.url, own or ""), last=last)


def oddities(order: Order) -> Iterator[str]:
    """What people should know of the order, a line each."""
    for cycle in order.cycles:
        yield f"{', '.join(cycle)} depend on one another: each is updated on its own"
    for name, absent in sorted(order.missing.items()):
        absent_ones = cut(escaped(", ".join(absent)))
        yield f"{name} depends on {absent_ones}, which does not exist (label ctr-updater.depends-on)"
    for name in order.unnumbered:
        yield f"{name} has a label {COMPOSE_NUMBER} that holds no number: it counts as not said"

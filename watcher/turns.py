"""Whose turn it is: a container begins when all that goes before it has come to an end.

The order is that of the last look; whoever waits asks it anew each time that something has ended. It has
no circles, so that there is always somebody whose turn it is.
"""

import asyncio
from collections.abc import Callable, Iterable

from watcher.context import Context
from watcher.doors import doors, given_the_socket
from watcher.engine import Json
from watcher.names import name_of
from watcher.order import Order


class Turns:
    """Who waits for whom.

    Args:
        is_busy: Whether something is about to be done about a container, or is being done.

    Attributes:
        order: Of the last look.
    """

    def __init__(self, is_busy: Callable[[str], bool]) -> None:
        self.order = Order.of(())
        self._is_busy = is_busy
        self._failed: dict[str, str] = {}
        self._news = asyncio.Event()

    async def come(self, name: str) -> None:
        """Return once nothing is about to be done about any that goes before this one."""
        while any(self._is_busy(other) for other in self.order.before(name)):
            await self._news.wait()

    def ring(self) -> None:
        """Tell all who wait that something has come to an end."""
        self._news.set()
        self._news = asyncio.Event()

    def failed(self, name: str, how: str = "failed") -> None:
        """Note that a container has an update that it was not given, and that its dependents wait for."""
        self._failed[name] = how

    def over(self, name: str) -> None:
        """Forget what was noted of a container; it is looked at anew."""
        self._failed.pop(name, None)

    def keep(self, stale: Iterable[str]) -> None:
        """Forget what was noted of all that are not stale any more, by whatever means."""
        for name in self._failed.keys() - set(stale):
            del self._failed[name]

    def held_by(self, name: str) -> str:
        """What holds a container back, in words; empty where nothing does."""
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
    return Order.of(rows, own=name, doors=doors(rows, endpoint.url), last=last)


def oddities(order: Order) -> list[str]:
    """What people should know of the order, a line each."""
    return [
        f"{', '.join(cycle)} depend on one another: each is updated on its own" for cycle in order.cycles
    ] + [
        f"{name} depends on {', '.join(absent)}, which does not exist (label ctr-updater.depends-on)"
        for name, absent in sorted(order.missing.items())
    ]

"""Which containers may be down at once: as many as is chosen, and none that could take another's address.

An update holds its addresses here until the last of its containers is started, and its slot for a moment
more (`FIRST_MOMENT_S`), in which a started container needs the machine most: with fewer at work each is down
for less long. The update does not hold the slot while it waits for a longer proof. A container that is down
waits for no other, but for the way back, and then no longer than `WAY_BACK_S`: the other one may be down for
long, as where a stop takes its time or the engine hangs.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from typing import TYPE_CHECKING

from watcher.model.json_object import Json
from watcher.model.values import frozen

if TYPE_CHECKING:
    from watcher.dependencies.addresses import Needs

WAY_BACK_S = 60.0
FIRST_MOMENT_S = 1.0
OVERTAKEN = (
    "others are down that could lose an address or a port to it; it did not wait for them any longer, for it "
    "was down itself"
)


class Downtimes:
    """The downtimes of all updates of one process.

    Args:
        slots: How many updates may hold a slot at once; None is any number.
    """

    def __init__(self, slots: int | None = None) -> None:
        self._slots = asyncio.Semaphore(slots) if slots else None
        self._down = list["Needs"]()
        self._waiting: list[_Turn] = []
        self._news = asyncio.Event()

    @contextlib.asynccontextmanager
    async def of(self, containers: Iterable[Json]) -> AsyncIterator["Downtime"]:
        """Give the update of inspected containers a slot, as soon as there is one.

        Args:
            containers: The containers that run, and will be down.
        """
        needs = _needs(containers)
        if self._slots:
            await self._slots.acquire()
        downtime = Downtime(self, needs)
        try:
            yield downtime
        finally:
            downtime.end()

    @contextlib.asynccontextmanager
    async def around(self, containers: Iterable[Json], *, is_back: bool = False) -> AsyncIterator[bool]:
        """Let inspected containers be started, outside an update, as soon as nobody's address is at stake.

        Args:
            containers: The containers that are down.
            is_back: They go back: after `WAY_BACK_S` they are started all the same, and it gives False.
        """
        wanted = _needs(containers)
        is_alone = await self.enter(wanted, is_back=is_back)
        try:
            yield is_alone
        finally:
            self.leave(wanted)

    async def enter(self, wanted: "Needs", *, is_back: bool = False) -> bool:
        """Wait until no containers that may take the same addresses are down, or have waited for longer.

        Args:
            wanted: What the containers that wait take.
            is_back: They go back: after `WAY_BACK_S` they are down all the same.

        Returns:
            False where `WAY_BACK_S` was over.
        """
        turn, is_alone = _Turn(wanted), True
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(WAY_BACK_S if is_back else None):
                await self._alone(turn)
        except TimeoutError:
            is_alone = False
        finally:
            self._waiting.remove(turn)
            self._ring()
        self._down.append(wanted)
        return is_alone

    async def _alone(self, turn: "_Turn") -> None:
        while any(turn.wanted.excludes(other) for other in [*self._down, *self._before(turn)]):
            await self._news.wait()

    def leave(self, wanted: "Needs") -> None:
        """Note that these containers are up: others that waited for their addresses may be down now."""
        self._down.remove(wanted)
        self._ring()

    def leave_slot(self) -> None:
        """Give back the slot of an update, so that another update can begin."""
        if self._slots:
            self._slots.release()

    def _before(self, turn: "_Turn") -> "list[Needs]":
        return [each.wanted for each in self._waiting[: self._waiting.index(turn)]]

    def _ring(self) -> None:
        self._news.set()
        self._news = asyncio.Event()


@frozen(eq=False)
class _Turn:
    """A place in the queue; two places may want the same addresses."""

    wanted: "Needs"


class Downtime:
    """The downtime of one update, with its slot.

    Args:
        others: The downtimes of the same process.
        wanted: What its containers take when they start.
    """

    def __init__(self, others: Downtimes, wanted: "Needs") -> None:
        self.others = others
        self._wanted = wanted
        self._is_down = False
        self._has_slot = True
        self._timer: asyncio.TimerHandle | None = None

    async def begin(self, *, is_back: bool = False) -> bool:
        """Wait until the containers may be down; return at once where they are down already.

        Args:
            is_back: They go back: after `WAY_BACK_S` they are down all the same.

        Returns:
            False where `WAY_BACK_S` was over.
        """
        if self._is_down:
            return True
        is_alone = await self.others.enter(self._wanted, is_back=is_back)
        self._is_down = True
        return is_alone

    def started(self) -> None:
        """Give back the addresses, for all containers are started; and a moment later the slot."""
        self._up()
        if not self._timer:
            self._timer = asyncio.get_running_loop().call_later(FIRST_MOMENT_S, self._leave_slot)

    def end(self) -> None:
        """Give back addresses and slot, for all containers are up, or left as they are."""
        if self._timer:
            self._timer.cancel()
        self._up()
        self._leave_slot()

    def _up(self) -> None:
        if self._is_down:
            self.others.leave(self._wanted)
            self._is_down = False

    def _leave_slot(self) -> None:
        if self._has_slot:
            self.others.leave_slot()
            self._has_slot = False


def _needs(containers: Iterable[Json]) -> "Needs":
    """What containers take when they start."""
    from watcher.dependencies.addresses import needs

    return needs(containers)

"""The right to change the containers of an update, held on the engine itself.

The containers whose temporary names end in an owner's digits are its title. The owner shows that it lives by
asking, every `BEAT_S`, for an update of one of them with nothing in it: such a request changes nothing, and
the engine reports it to everybody (20.10 to 28.5). The owner asks by the temporary name, so that the answer
says whether the title is its own still: an updater that takes over renames the container (`takeover`).

Before each request that changes something the last good answer must be younger than `LEASE_S`, else a new one
is asked for first. So an owner that was suspended, or cut off, finds out before it does any harm.
"""

import asyncio
import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Self

from attrs import evolve

from watcher.engine.client import Engine
from watcher.model.errors import Conflict, EngineError, EngineUnavailable, NotFound, TakenOver
from watcher.model.json_object import Json
from watcher.model.listing import Row
from watcher.model.names import Marker, name_of
from watcher.model.signs_of_life import BEAT_S, LEASE_S, SILENCE_S
from watcher.recovery.state import Scene
from watcher.store.state import elapsed

_MARKED = r"\.ctr-updater-(new|old)-"
_TRIES = 5


class Lease:
    """An updater's exclusive right to change the containers of its open updates.

    It is an asynchronous context manager, and shows signs of life while it is entered.

    Args:
        engine: Where the containers are.
        owner: Whose updates they are, as the temporary names end.

    Attributes:
        engine: The engine for the owner's own requests: each that changes something needs the lease.
        owner: As given.
    """

    def __init__(self, engine: Engine, owner: str) -> None:
        self.engine = engine.owned(owner, self._fence)
        self.owner = owner
        self._plain = engine
        self._held: set[str] = set()
        self._names: set[str] = set()
        self._last = 0.0
        self._is_lost = False
        self._beating: asyncio.Task[None] | None = None
        self._one_at_a_time = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.rest()

    async def rest(self) -> None:
        """Show no sign of life, and hold nothing, until an update is taken anew.

        Two owners that had each got a part of an update would else wait for one another without end.
        """
        if self._beating:
            self._beating.cancel()
            await asyncio.wait([self._beating])
        self._beating, self._is_lost, self._last = None, False, 0.0
        self._held, self._names = set(), set()

    async def take(self, scenes: Iterable[Scene]) -> bool:
        """Become the owner of open updates, by renaming from what their names were when they were read.

        The updater that renames the first container has the update; all rename in the same order.

        Returns:
            False where somebody else was quicker.
        """
        for scene in scenes:
            for each in filter(None, (scene.retired, scene.successor)):
                mine = evolve(each.marker, owner=self.owner)
                if mine == each.marker:
                    continue
                try:
                    await self._plain.rename(str(each.marker), str(mine))
                except NotFound:
                    return False
                self._begin()
        return True

    def _begin(self) -> None:
        if self._beating is None:
            self._beating = asyncio.create_task(self._beat_on())

    async def _fence(self) -> None:
        """Let a changing request pass while the owner has its title; the first of them begins the lease."""
        if self._beating is None:
            self._begin()
        elif self._is_lost or elapsed() - self._last > LEASE_S:
            await self._beat()

    async def _beat_on(self) -> None:
        while not self._is_lost:
            await asyncio.sleep(BEAT_S)
            with contextlib.suppress(EngineError, TakenOver):
                await self._beat()

    async def _beat(self) -> None:
        async with self._one_at_a_time:
            for _ in range(_TRIES):
                sent = elapsed()
                if await self._is_shown():
                    self._last = sent if self._held else 0.0
                    return
            raise EngineError("cannot show that this updater lives: the names change each time")

    async def _is_shown(self) -> bool:
        """Give a sign of life; False where a container was renamed or removed meanwhile, by ourselves too.

        Raises:
            TakenOver: Another owner has the title.
        """
        is_late = elapsed() - self._last > SILENCE_S
        wanted = "|".join([_MARKED, *(rf"^/?{re.escape(name)}$" for name in self._names)])
        owners = owners_of(rows := await self._plain.containers(stopped=True, name=wanted))
        self._is_lost |= is_lost(self._held, owners, self.owner, is_late=is_late)
        if self._is_lost:
            raise _loss()
        self._held |= {cid for cid, owner in owners.items() if owner == self.owner}
        self._names |= names_of(rows, self.owner)
        try:
            for name in shown_by(rows, self.owner):
                await self._plain.sign_of_life(name)
            for name in run_alone(rows, self.owner):
                await self._looked_at(name)
        except (NotFound, Conflict):
            return False
        return True

    async def _looked_at(self, name: str) -> None:
        """Ask for the processes of a container that runs, which the engine reports as well (20.10 to 28.5).

        Where the engine cannot tell, or may not, there is no sign of life: as before the container ran.
        """
        try:
            await self._plain.processes(name, "-o pid")
        except (NotFound, EngineUnavailable):
            raise
        except EngineError:
            return


def _loss() -> TakenOver:
    return TakenOver(
        "another updater has taken this update over, for this one gave no sign of life",
        advice="it brings that to its end; see `docker ps -a`",
    )


def owners_of(rows: Iterable[Json]) -> dict[str, str]:
    """The owners of the containers with temporary names, by the ids of the containers."""
    return {row["Id"]: marker.owner for row in rows if (marker := Marker.parse(name_of(row)))}


def is_lost(held: set[str], owners: Mapping[str, str], owner: str, *, is_late: bool) -> bool:
    """Whether one of the containers that an owner had is another owner's now, or may have been.

    Where no such container is left, a person removed or renamed them, unless there was time enough for
    another updater to do the whole work.

    Args:
        held: The ids of the containers that the owner had.
        owners: The owners of the containers with temporary names that there are now, by their ids.
        owner: The owner that asks.
        is_late: Whether the owner was silent for so long that another one could take over.
    """
    is_another_s = any(owners.get(cid, owner) != owner for cid in held)
    return is_another_s or bool(held and is_late and owner not in owners.values())


def names_of(rows: Iterable[Json], owner: str) -> set[str]:
    """The names of the containers whose open updates are an owner's."""
    return {marker.name for _, marker in _owned(rows, owner)}


def shown_by(rows: Sequence[Json], owner: str) -> list[str]:
    """The temporary names for an owner's signs of life: of each update, a container that does not run.

    Where all of its containers run, it is the successor, about to be stopped, for the old container has its
    name again. A request to change the successor may cost it its devices, which it needs no more.

    Args:
        rows: The containers with temporary names, and those that have the names themselves, if known.
        owner: The owner.
    """
    holders = {name_of(row): str(row["Id"]) for row in rows}
    found, leaving = dict[str, str](), dict[str, str]()
    for row, marker in _owned(rows, owner):
        # Of a running container runc would set the device rules anew, and those of a GPU runtime were gone.
        if not (Row(row).is_up or Row(row).is_going):
            found[marker.name] = str(marker)
        elif Row(row).is_up and holders.get(marker.name, "").startswith(marker.other):
            leaving[marker.name] = str(marker)
    return [*(leaving | found).values()]


def run_alone(rows: Sequence[Json], owner: str) -> list[str]:
    """The temporary names of an owner's containers that run, in updates that nothing else shows.

    Such is an old container, or what is left of one, that is restored and gets its name last.
    """
    shown = {marker.name for name in shown_by(rows, owner) if (marker := Marker.parse(name))}
    owned = _owned(rows, owner)
    return [str(each) for row, each in owned if Row(row).is_up and each.name not in shown]


def _owned(rows: Iterable[Json], owner: str) -> Iterator[tuple[Json, Marker]]:
    marked = ((row, Marker.parse(name_of(row))) for row in rows)
    return ((row, marker) for row, marker in marked if marker and marker.owner == owner)

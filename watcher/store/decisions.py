"""What people decide of containers, to hold them or to let an image go ahead; it outlives restarts.

A decision is kept by the container's name: a container that is made anew under its name is held as before.
Decisions that cannot be read any more are as they were read last, for a hold that nobody sees is broken; so
all containers are held while the decisions never could be read.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Literal, TypeVar

from attrs import asdict, evolve, field

from watcher.model.errors import NotKept
from watcher.model.values import frozen
from watcher.store.database import Database
from watcher.store.keys import Key

if TYPE_CHECKING:
    import sqlite3

# `released`: the image that a rollback went away from may be taken again.
# `veto`: its own hook holds it back for a while, or the updater's own update that others undid.
DecisionKind = Literal["hold", "released", "approve", "veto"]

T = TypeVar("T")

_COLUMNS = "name, kind, at, until, image, by, why"


@frozen
class Decision:
    """One decision of a person.

    Attributes:
        name: The container's name.
        kind: What was decided; `hold` and `veto` keep the container as it is, the others let it go ahead.
        at: When, in seconds since the epoch.
        until: When it is over, likewise; 0 where no clock ends it.
        image: The id of the only image that it concerns; empty where it concerns each.
        by: Who decided.
        why: In that person's words, or empty.
    """

    name: str
    kind: DecisionKind
    at: float
    until: float = 0.0
    image: str = ""
    by: str = "cli"
    why: str = ""


@frozen
class Decisions:
    """The holds and approvals of one engine's containers, as they were read. Pure.

    Attributes:
        of: The decisions on each container, by its name.
        unread: Why nobody knows the decisions, as a clause; empty where they are known.
    """

    of: Mapping[str, tuple[Decision, ...]] = field(factory=dict)
    unread: str = ""

    def held(self, name: str, image: str | None, now: float) -> Decision | None:
        """What holds a container back.

        Args:
            name: The container's.
            image: The id of the image that its tag means; empty where the tag means another image, whose id
                is not known yet; None where nobody knows whether it does: then no hold ends by it.
            now: Seconds since the epoch.
        """
        found = [each for each in self.of.get(name, ()) if each.kind == "hold" and _counts(each, image, now)]
        return max(found, key=lambda each: (not each.image, each.until or float("inf")), default=None)

    def vetoed(self, name: str, image: str, now: float) -> Decision | None:
        """What a container's own hook said of an image, for as long as it is not asked again."""
        found = (each for each in self.of.get(name, ()) if each.kind == "veto" and _counts(each, image, now))
        return next(found, None)

    def is_held_until_released(self, name: str) -> bool:
        """Whether a container is held back from every image, and no clock ends that."""
        held = (each for each in self.of.get(name, ()) if each.kind == "hold")
        return any(not (each.until or each.image) for each in held)

    def is_released(self, name: str, image: str) -> bool:
        """Whether somebody has released a container from the hold on an image that a rollback left."""
        return any(each.kind == "released" and each.image == image for each in self.of.get(name, ()))

    def is_approved(self, name: str, image: str) -> bool:
        """Whether somebody has let a container go ahead to this very image, which must be known."""
        approved = {each.image for each in self.of.get(name, ()) if each.kind == "approve"}
        return image in approved - {""}

    def with_others(self, others: Mapping[str, Decision]) -> "Decisions":
        """These, and one more of each of some containers."""
        more = {name: (*self.of.get(name, ()), each) for name, each in others.items()}
        return evolve(self, of={**self.of, **more}) if more else self


NO_DECISIONS = Decisions()


class DecisionStore:
    """What is held and approved of one engine's containers, in a database that others may share.

    Args:
        database: That of the state directory.
        key: Gives the key of a container by its name.
    """

    def __init__(self, database: Database, key: Callable[[str], Awaitable[Key]]) -> None:
        self._database = database
        self._key = key
        self._last: Decisions | None = None
        self._unkept = dict[str, Decision]()
        self._written = asyncio.Event()

    async def written(self, within_s: float) -> bool:
        """Wait until this process has written a decision, and at most so many seconds; whether it has."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._written.wait()
        is_written = self._written.is_set()
        self._written.clear()
        return is_written

    async def read(self) -> Decisions:
        """All of it, as it is now; where that cannot be read, as it was read last."""
        engine = (await self._key("")).engine

        def work(connection: "sqlite3.Connection") -> Decisions | None:
            query = f"SELECT {_COLUMNS} FROM holds WHERE engine = ?"  # noqa: S608
            return _by_name(Decision(*row) for row in connection.execute(query, [engine]))

        try:
            self._last = await self._database.read_there(work, self._last)
        except NotKept as error:
            return (self._last or Decisions(unread=error.message)).with_others(self._unkept)
        return (self._last or NO_DECISIONS).with_others(self._unkept)

    async def keep(self, decision: Decision) -> None:
        """Keep a decision in the place of the last one of its kind, and write it into the history.

        Raises:
            NotKept: It could not be written.
        """
        from watcher.store import history

        key = await self._key(decision.name)
        row = history.decision(decision.kind, key, decision.by, decision.why)

        def work(connection: "sqlite3.Connection") -> None:
            _insert(connection, key.engine, decision)
            history.add(connection, row)

        await self._write(work)

    async def keep_again(self, decision: Decision) -> None:
        """Keep what was forgotten; the history has had it.

        Raises:
            NotKept: It could not be written.
        """
        engine = (await self._key(decision.name)).engine
        await self._write(lambda connection: _insert(connection, engine, decision))

    async def note(self, decision: Decision) -> None:
        """Note what a hook said, which is none for the history; where that fails, for this process."""
        try:
            await self.keep_again(decision)
        except NotKept:
            self._unkept[decision.name] = decision

    async def release(self, name: str, by: str, left: str = "") -> bool:
        """Hold a container back no longer; whether it was held.

        Args:
            name: The container's.
            by: Who releases it.
            left: The id of the image that a rollback left and that is held for it; empty where none is.

        Raises:
            NotKept: It could not be written.
        """
        from watcher.store import history

        key, released = await self._key(name), Decision(name, "released", time.time(), image=left, by=by)
        row = history.decision("release", key, by, "")

        def work(connection: "sqlite3.Connection") -> bool:
            where = "engine = ? AND name = ? AND kind = 'hold' AND (until = 0 OR until > ?)"
            values = [key.engine, name, released.at]
            is_held = connection.execute(f"DELETE FROM holds WHERE {where}", values).rowcount > 0  # noqa: S608
            if left:
                _insert(connection, key.engine, released)
            if is_held or left:
                history.add(connection, row)
            return is_held or bool(left)

        return await self._write(work)

    async def forget(self, name: str, kinds: Collection[DecisionKind]) -> None:
        """Drop decisions that are over, of which nothing need be said: an approval that was used.

        Raises:
            NotKept: It could not be written.
        """
        engine = (await self._key(name)).engine

        def work(connection: "sqlite3.Connection") -> None:
            for kind in kinds:
                where = "engine = ? AND name = ? AND kind = ?"
                connection.execute(f"DELETE FROM holds WHERE {where}", [engine, name, kind])  # noqa: S608

        await self._write(work)

    async def _write(self, work: "Callable[[sqlite3.Connection], T]") -> T:
        result = await self._database.write(work)
        self._written.set()
        return result


def _insert(connection: "sqlite3.Connection", engine: str, decision: Decision) -> None:
    named = f"(engine, {_COLUMNS}) VALUES (:engine, :name, :kind, :at, :until, :image, :by, :why)"
    connection.execute(f"INSERT OR REPLACE INTO holds {named}", asdict(decision) | {"engine": engine})


def _counts(decision: Decision, image: str | None, now: float) -> bool:
    return (not decision.until or now < decision.until) and (image is None or decision.image in ("", image))


def _by_name(found: Iterable[Decision]) -> Decisions:
    names = dict[str, tuple[Decision, ...]]()
    for each in found:
        names[each.name] = (*names.get(each.name, ()), each)
    return Decisions(names)

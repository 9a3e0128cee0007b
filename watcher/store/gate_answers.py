"""What gates said of images, so that no gate is asked again for the same digest; the history has it, too.

An answer is of one definition of a gate: a gate that was changed is asked anew.
"""

import contextlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Literal

from attrs import asdict, evolve

from watcher.model.errors import NotKept
from watcher.model.json_object import Json
from watcher.model.values import frozen
from watcher.store.database import Database
from watcher.store.keys import Key
from watcher.store.records import Records, is_moment

if TYPE_CHECKING:
    import sqlite3

KIND = "gates"
_RESULTS = ("passed", "refused", "unknown")

GateResult = Literal["passed", "refused", "unknown"]


@frozen
class GateAnswer:
    """What a gate said of an image.

    Attributes:
        result: Whether it lets the image pass; `unknown` where it could not say.
        why: Its reason, as a clause of one line; escaped, cut and masked.
        at: When it said so, in seconds since the epoch.
        tries: How often in a row it could not say.
        until: When it is to be asked again, likewise; 0 where it has answered.
    """

    result: GateResult
    why: str
    at: float
    tries: int = 0
    until: float = 0.0


@frozen
class GateQuestion:
    """What was asked.

    Attributes:
        container: The name of the container that is to have the image.
        gate: The gate's name.
        definition: What tells this definition of it from every other one.
        image: Repository and digest of the image.
        by: Who has the gate asked.
    """

    container: str
    gate: str
    definition: str
    image: str
    by: str = "cli"


class GateAnswers:
    """The answers on one engine's images.

    Args:
        records: The records of the state directory.
        database: The database of the history.
        key: Gives the engine's key of a name.
    """

    def __init__(self, records: Records, database: Database, key: Callable[[str], Awaitable[Key]]) -> None:
        self._records = records
        self._database = database
        self._key = key

    async def of(self, definition: str, image: str) -> GateAnswer | None:
        """The last answer; None where this gate was not asked for this image yet."""
        path = self._records.path(KIND, await self._key(f"{definition} {image}"))
        if found := _answer(self._records.read(path)):
            self._records.touch(path)
        return found

    async def keep(self, asked: GateQuestion, answer: GateAnswer, took_s: float) -> None:
        """Keep an answer, and write it into the history; of several that could not say the first one."""
        path = self._records.path(KIND, await self._key(f"{asked.definition} {asked.image}"))
        said = {"gate": asked.gate, "image": asked.image}
        self._records.write(path, asdict(answer) | said)
        if answer.tries > 1:
            return
        from watcher.store import history

        key = await self._key(asked.container)
        more = said | {"outcome": answer.result, "took_s": round(took_s, 3)}
        row = history.decision("gate", key, asked.by, answer.why, **more)
        row = evolve(row, at=float(int(row.at)))  # to the second, as attempts: what came first stands first

        def work(connection: "sqlite3.Connection") -> None:
            history.add(connection, row)

        with contextlib.suppress(NotKept):
            await self._database.write(work)


def _answer(found: Json | None) -> GateAnswer | None:
    """An answer, as its record says; None where that cannot be read, for anybody may have written it."""
    said = found or {}
    try:
        times = float(said["at"]), float(said["until"])
        answer = GateAnswer(said["result"], str(said["why"]), times[0], int(said["tries"]), times[1])
    except (LookupError, TypeError, ValueError, OverflowError):
        return None
    return answer if answer.result in _RESULTS and all(map(is_moment, times)) else None

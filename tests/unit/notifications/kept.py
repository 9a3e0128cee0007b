"""An outbox in memory, for tests in virtual time: no thread and no file takes time of its own."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from watcher.model.errors import NotKept
from watcher.store.database import Database
from watcher.store.outbox import Outbox

if TYPE_CHECKING:
    import sqlite3

T = TypeVar("T")


class _Unwritable(Database):
    async def read(self, work: "Callable[[sqlite3.Connection], T]", otherwise: T) -> T:
        del work
        return otherwise

    async def write(self, work: "Callable[[sqlite3.Connection], T]") -> T:
        del work
        raise NotKept("no disk")


def outbox() -> Outbox:
    return Outbox(_Unwritable(Path("/nonexistent")))

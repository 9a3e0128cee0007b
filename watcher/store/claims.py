"""Claims of one process on the containers of an engine, and whose the updates are that it begins."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

from watcher.store import file_lock
from watcher.store.keys import Key, folder_name
from watcher.store.owner import home_of, passing_home

_FOLDER = "locks"


class Claims:
    """They are locks on files of the state directory, and go with the process.

    Where no lock can be made, a container is claimed within this process, and what others do is known from
    the engine alone.

    Args:
        folder: The state directory.
        identify: Asks for the engine's id.

    Attributes:
        fault: Why a lock could not be made; empty again once one can, and nothing is claimed without one.
    """

    def __init__(self, folder: Path, identify: Callable[[], Awaitable[str]]) -> None:
        self._folder = folder
        self._identify = identify
        self._within = set[Key]()
        self._homes = {True: passing_home(), False: ""}
        self.fault = ""

    @property
    def home(self) -> str:
        """Whose the updates are that are begun here; the process's own where no lock can be made."""
        if not self.fault and not self._homes[False]:
            self._homes[False] = home_of(self._folder)
        return self._homes[bool(self.fault)]

    @contextlib.asynccontextmanager
    async def take(self, name: str) -> AsyncIterator[bool]:
        """Claim a container for this process; False where another process of this machine has it."""
        key = await self._key(name)
        with contextlib.ExitStack() as held:
            try:
                is_ours = held.enter_context(file_lock.locked(self._file(key))) and key not in self._within
            except OSError as error:
                self.fault, is_ours = str(error), held.enter_context(self._alone(key))
            if not self._within:  # what is claimed within the process, others of the directory do not see
                self.fault = ""
            yield is_ours

    async def lock(self, name: str) -> Path:
        """The file that is locked for a container."""
        return self._file(await self._key(name))

    def clear(self, engine: str) -> None:
        """Remove an engine's files that nobody has locked, and those of a version that knew of one engine."""
        for folder in (self._folder / _FOLDER, self._folder / _FOLDER / folder_name(engine)):
            file_lock.clear(folder)

    async def _key(self, name: str) -> Key:
        return Key(await self._identify(), name)

    def _file(self, key: Key) -> Path:
        return self._folder / _FOLDER / key.file

    @contextlib.contextmanager
    def _alone(self, key: Key) -> Iterator[bool]:
        is_ours = key not in self._within
        self._within.add(key)
        try:
            yield is_ours
        finally:
            if is_ours:
                self._within.remove(key)

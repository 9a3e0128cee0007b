"""One look at an engine: what of it is read once, however many judge by it."""

import asyncio
from collections.abc import Awaitable, Callable

from watcher.model.errors import NotFound
from watcher.model.json_object import Json


class Look:
    """The images that one look has inspected, under each name that they were asked for by, and their ids."""

    def __init__(self) -> None:
        self._found: dict[str, Json | NotFound] = {}
        self._turns: dict[str, asyncio.Lock] = {}

    async def image(self, reference: str, inspect: Callable[[str], Awaitable[Json]]) -> Json:
        """Inspect an image, unless it was inspected already; callers that ask at once wait for the first.

        Raises:
            NotFound: There is no such image, or was none when it was asked for.
        """
        async with self._turns.setdefault(reference, asyncio.Lock()):
            if reference not in self._found:
                await self._inspect(reference, inspect)
        found = self._found[reference]
        if isinstance(found, NotFound):
            raise found
        return found

    async def _inspect(self, reference: str, inspect: Callable[[str], Awaitable[Json]]) -> None:
        try:
            found = self._found[reference] = await inspect(reference)
            self._found.setdefault(found["Id"], found)
        except NotFound as error:
            self._found[reference] = error

"""Claims on containers: no two updaters of one machine are at work on the same one."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from typing import TypeVar

from watcher.memory import Memory

_LOOK_AGAIN_S = 0.5

T = TypeVar("T")


class Wider(Exception):
    """More containers are concerned than were claimed.

    Args:
        names: Those.
    """

    def __init__(self, names: Collection[str]) -> None:
        super().__init__(", ".join(sorted(names)))
        self.names = frozenset(names)


async def with_claims(memory: Memory, name: str, work: Callable[[frozenset[str]], Awaitable[T]]) -> T:
    """Do work on a container, and on whichever others turn out to be concerned.

    Args:
        memory: Where claims are made.
        name: The container's.
        work: Is told all names that are claimed; where it raises `Wider`, it begins anew with more.
    """
    names = frozenset({name})
    while True:
        try:
            async with _claimed(memory, names):
                return await work(names)
        except Wider as wider:
            names |= wider.names


@contextlib.asynccontextmanager
async def _claimed(memory: Memory, names: frozenset[str]) -> AsyncIterator[None]:
    """Wait until no other updater of this machine is at work on any of them; always in the same order."""
    async with contextlib.AsyncExitStack() as held:
        for name in sorted(names):
            await held.enter_async_context(await _claim(memory, name))
        yield


async def _claim(memory: Memory, name: str) -> contextlib.AsyncExitStack:
    while True:
        async with contextlib.AsyncExitStack() as ours:
            if await ours.enter_async_context(memory.claim(name)):
                return ours.pop_all()
        await asyncio.sleep(_LOOK_AGAIN_S)

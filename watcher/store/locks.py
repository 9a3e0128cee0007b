"""Claims are waited for: no two updaters of one machine are at work on the same container."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from pathlib import Path
from typing import TypeVar

from watcher.model.errors import Busy
from watcher.store import file_lock
from watcher.store.claims import Claims

_LOOK_AGAIN_S = 0.5
_SIGN_S = 1.5
# A suspended process keeps its locks.
_SILENT_LOOKS = 30

T = TypeVar("T")


class Wider(Exception):
    """The work concerns more containers than are claimed: `with_claims` begins it anew with these as well.

    It is an exception, for on its way it ends what the work holds: a lease, a stage, a note of a release.

    Args:
        names: The names of all containers that the work concerns.
    """

    def __init__(self, names: Collection[str]) -> None:
        super().__init__(", ".join(sorted(names)))
        self.names = frozenset(names)


async def with_claims(claims: Claims, name: str, work: Callable[[frozenset[str]], Awaitable[T]]) -> T:
    """Do work on a container, and on the others that turn out to belong to it, while all are claimed.

    Args:
        claims: Where they are made.
        name: The container's.
        work: Given all names that are claimed; where it raises `Wider`, it begins anew with more.

    Raises:
        Busy: Another updater has claimed one of them, and gives no sign of life.
    """
    names = frozenset({name})
    while True:
        try:
            async with _claimed(claims, names):
                return await work(names)
        except Wider as wider:
            names |= wider.names


@contextlib.asynccontextmanager
async def _claimed(claims: Claims, names: frozenset[str]) -> AsyncIterator[None]:
    """Wait until no other updater of this machine is at work on any of them; always in the same order."""
    async with contextlib.AsyncExitStack() as held:
        for name in sorted(names):
            await held.enter_async_context(await _claim(claims, name))
            held.push_async_callback(_ended, asyncio.create_task(_show(await claims.lock(name))))
        yield


async def _claim(claims: Claims, name: str) -> contextlib.AsyncExitStack:
    lock, last, silent = await claims.lock(name), 0, 0
    while True:
        async with contextlib.AsyncExitStack() as ours:
            if await ours.enter_async_context(claims.take(name)):
                return ours.pop_all()
        sign = file_lock.last_sign(lock)
        last, silent = sign, silent + 1 if sign == last else 0
        if silent == _SILENT_LOOKS:
            raise _busy(name, lock)
        await asyncio.sleep(_LOOK_AGAIN_S)


def _busy(name: str, lock: Path) -> Busy:
    seconds = _SILENT_LOOKS * _LOOK_AGAIN_S
    return Busy(
        f"another updater has claimed {name}, and has given no sign of life for {seconds:.0f} s",
        advice=f"end it, or let it go on; `fuser {lock}` tells which process it is",
    )


async def _show(lock: Path) -> None:
    """Give signs of life, for as long as the claim is ours."""
    while True:
        file_lock.sign(lock)
        await asyncio.sleep(_SIGN_S)


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])

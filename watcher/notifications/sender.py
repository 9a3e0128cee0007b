"""Delivers what is in the outbox: one task for each address, so that none waits for another's receiver.

A message is tried five times within an hour, and then given up. A receiver that asks to be left alone is.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from watcher.notifications.addresses import Address
from watcher.notifications.answer import Answer, refused
from watcher.notifications.apprise_child import LIMIT_S
from watcher.notifications.apprise_process import send
from watcher.notifications.http_post import post
from watcher.notifications.message import Message
from watcher.registry.http_client import REQUEST_LIMIT_S
from watcher.store.outbox import Letter, Outbox

PAUSES_S = (60.0, 300.0, 900.0, 2340.0)  # after each try but the last
# Longer than any try takes: a process that is killed in one leaves it to the next.
CLAIM_S = {True: REQUEST_LIMIT_S + 15.0, False: LIMIT_S + 15.0}  # by whether it is our own JSON
_LONGEST_REST_S = 86400.0

Deliver = Callable[[Address, Message], Awaitable[Answer]]


class Says(Protocol):
    """Told what came of messages."""

    def not_taken(self, address: Address, why: str) -> None:
        """An address did not take a message; it is tried again."""

    def taken(self, address: Address) -> None:
        """An address took a message."""

    def given_up(self, address: Address, why: str, count: int) -> None:
        """A message is not tried again; so many have been given up by now."""


async def deliver(address: Address, message: Message) -> Answer:
    """Deliver a message by the way that its address names."""
    return await (post if address.is_ours else send)(address, message)


class Sender:
    """Sends.

    Args:
        outbox: What there is to send.
        addresses: The addresses to send to.
        says: Told what came of it.
        by: Delivers one message.
        clock: Seconds since the epoch.
    """

    def __init__(
        self,
        outbox: Outbox,
        addresses: Sequence[Address],
        says: Says,
        by: Deliver = deliver,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._outbox = outbox
        self._rung = {address: asyncio.Event() for address in addresses}
        self._says = says
        self._deliver = by
        self._clock = clock
        self._given_up = 0

    def ring(self) -> None:
        """Have it looked what there is to send."""
        for event in self._rung.values():
            event.set()

    async def run(self) -> None:
        """Send whatever is due, for ever."""
        await self._outbox.drop_but([address.key for address in self._rung], self._clock())
        async with asyncio.TaskGroup() as tasks:
            for address in self._rung:
                tasks.create_task(self._serve(address))

    async def once(self) -> None:
        """Send what is due now, each message once; what is not taken is left to the next run."""
        async with asyncio.TaskGroup() as tasks:
            for address in self._rung:
                tasks.create_task(self._emptied(address))

    async def _serve(self, address: Address) -> None:
        while True:
            self._rung[address].clear()
            await self._emptied(address)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(await self._patience(address)):
                    await self._rung[address].wait()

    async def _patience(self, address: Address) -> float | None:
        """Seconds until there may be something to send; None is not before something happens."""
        due, again_s = await self._outbox.letter_due(address.key), self._outbox.again_s
        waits = [] if due is None else [max(due - self._clock(), 0)]
        return min(waits if again_s is None else [*waits, again_s], default=None)

    async def _emptied(self, address: Address) -> None:
        while letter := await self._outbox.take(address.key, self._clock(), CLAIM_S[address.is_ours]):
            await self._send(address, letter)

    async def _send(self, address: Address, letter: Letter) -> None:
        answer = await self._answer(address, letter)
        if not answer.why:
            await self._outbox.done(letter)
            self._says.taken(address)
        elif letter.tries < len(PAUSES_S):
            await self._put_off(address, letter, answer)
        else:
            await self._outbox.done(letter)
            self._given_up += 1
            self._says.given_up(address, answer.why, self._given_up)

    async def _answer(self, address: Address, letter: Letter) -> Answer:
        try:
            return await self._deliver(address, Message(**json.loads(letter.message)))
        except Exception as error:  # noqa: BLE001 - an error of ours must not stop the others; it may hold secrets
            return refused(f"unexpected {type(error).__name__}")

    async def _put_off(self, address: Address, letter: Letter, answer: Answer) -> None:
        now = self._clock()
        await self._outbox.put_off(letter, now + PAUSES_S[letter.tries])
        if answer.wait_s:
            await self._outbox.rest(address.key, now + min(answer.wait_s, _LONGEST_REST_S))
        self._says.not_taken(address, answer.why)

"""The latest events as server-sent events, bounded: a client that reads too slowly is told to come again."""

import asyncio
import json
import secrets
from collections import deque
from typing import Any

_ROOM = 1000


class Behind(Exception):
    """What a listener has yet to read is not here any more."""


class EventBuffer:
    """The latest events, for all clients; the oldest go where there is no room.

    Args:
        room: How many events it keeps.

    Attributes:
        is_wanted: Whether anybody has listened yet: before the first, what costs a look is not told.
        last: The number of the newest event.
    """

    def __init__(self, room: int = _ROOM) -> None:
        self._mark = secrets.token_hex(4)  # of this process: the numbers begin anew with each
        self._events = deque[bytes](maxlen=room)
        self._news = asyncio.Event()
        self.is_wanted = False
        self.last = 0

    def add(self, kind: str, data: dict[str, Any]) -> None:
        """Add an event, and wake the clients that wait for one."""
        self.last += 1
        text = f"id: {self._mark}-{self.last}\nevent: {kind}\ndata: {json.dumps(data)}\n\n"
        self._events.append(text.encode())
        self._news.set()
        self._news = asyncio.Event()

    def after(self, identifier: str) -> int:
        """The number of the event that a listener had last; the newest where that event is gone."""
        mark, _, number = identifier.partition("-")
        is_ours = mark == self._mark and number.isascii() and number.isdecimal() and len(number) < 19  # noqa: PLR2004
        return int(number) if is_ours and self._first - 1 <= int(number) <= self.last else self.last

    async def following(self, number: int) -> tuple[bytes, int]:
        """Wait for the event after this number.

        Raises:
            Behind: It is not here any more.
        """
        while number == self.last:
            await self._news.wait()
        if number < self._first - 1:
            raise Behind
        return self._events[number - self._first + 1], number + 1

    @property
    def _first(self) -> int:
        return self.last - len(self._events) + 1

"""A collector in virtual time, and what it tells."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from tests.unit import virtual_time
from tests.unit.notifications.kept import outbox
from watcher.config.telling import NEWS
from watcher.notifications.addresses import Address
from watcher.notifications.collector import Collector
from watcher.notifications.news import News
from watcher.notifications.reading import Told
from watcher.store.outbox import Outbox

ADDRESS = Address("https://a.example/x", "https://a.example")


class Telling:
    """A collector, and the messages that it has made."""

    def __init__(self, kept: Outbox, chosen: Sequence[str] = NEWS, prefix: str = "") -> None:
        self.outbox = kept
        self.at: list[float] = []
        self.collector = Collector(
            kept,
            [ADDRESS],
            chosen=chosen,
            name=self._name,
            identify=self._identify,
            describe=self._describe,
            ring=lambda: self.at.append(virtual_time.now()),
            prefix=prefix,
            clock=lambda: asyncio.get_running_loop().time(),
        )

    async def _name(self) -> str:
        return "nas"

    async def _identify(self) -> str:
        return "engine"

    async def _describe(self, news: News) -> dict[str, Any]:
        return {"name": news.container, "reason": "as it is judged", "subject": news.subject}

    async def tell(self, name: str, kind: str = "failed", state: str = "x", after_s: float = 0) -> None:
        await self.collector.take(Told(News(kind, name, state), after_s))

    async def events(self) -> list[tuple[str, str]]:
        """What the messages so far tell."""
        found: list[tuple[str, str]] = []
        while letter := await self.outbox.take(ADDRESS.key, virtual_time.now(), 60):
            message: dict[str, Any] = json.loads(letter.message)
            found += [(event["container"], event["event"]) for event in message["events"]]
            await self.outbox.done(letter)
        return found


def run(work: Callable[[Telling], Awaitable[None]], *, chosen: Sequence[str] = NEWS) -> None:
    """Run a test beside a collector that makes messages in time."""

    async def both() -> None:
        told = Telling(outbox(), chosen)
        task = asyncio.create_task(told.collector.run())
        await asyncio.sleep(0)
        await work(told)
        task.cancel()

    virtual_time.run(both())

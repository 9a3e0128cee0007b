"""Pings a monitor after each pass with how it went: where no ping comes for long, the daemon is down."""

import asyncio
from functools import partial

from watcher.daemon.passes import PassOfAll
from watcher.host.context import Context
from watcher.host.fleet import Fleet
from watcher.model.events import EngineFollowed, EngineGone, Event, PassBegan, PassEnded
from watcher.model.message_events import PingFailed
from watcher.notifications import addresses
from watcher.notifications.ping import ping


class Pings:
    """Subscribes to all engines; a pass is over when it is over on each of those on which it began.

    Args:
        fleet: The engines.
        url: What is asked for.
    """

    def __init__(self, fleet: Fleet, url: str) -> None:
        self._url = url
        self._publish = fleet.first.events.publish
        self._is_alone = fleet.is_alone
        self._pass, self._away = PassOfAll(), set[str]()
        self._code = 0
        self._task: asyncio.Task[None] | None = None
        for context in fleet.contexts:
            context.events.subscribe("ping", partial(self._take, context))

    async def told(self) -> None:
        """Wait until the last ping has been answered, or given up."""
        if self._task:
            await self._task

    async def stop(self) -> None:
        """Give up the ping that is under way."""
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])

    def _take(self, context: Context, event: Event) -> None:
        name = context.engine_name
        if isinstance(event, EngineGone) and not self._is_alone:
            self._away.add(name)
            self._ended(name, 0)  # the others' pass does not wait for its return
        elif isinstance(event, EngineFollowed):
            self._away.discard(name)
        elif isinstance(event, PassBegan):
            self._pass.began(name)
        elif isinstance(event, PassEnded):
            self._ended(name, event.code)

    def _ended(self, name: str, code: int) -> None:
        """Note how a pass ended on one engine; where the engine went away, the pass did not go well."""
        self._code = max(self._code, code)
        if self._pass.is_open(name) and self._pass.ended(name):
            self._begin()

    def _begin(self) -> None:
        """Begin the ping of a pass; a ping that is still under way is given up."""
        went_well, self._code = self._code == 0 and not self._away, 0
        if self._task:
            self._task.cancel()
        self._task = asyncio.create_task(self._tell(went_well=went_well))

    async def _tell(self, *, went_well: bool) -> None:
        answer = await ping(self._url, went_well=went_well)
        if answer.why:
            self._publish(PingFailed(addresses.shown(self._url), answer.why))

"""When to look again: the engine's events, a slow timer, and people.

An event never says what to do; it only says that something may be different now. So the reader of the
stream does little but ring: a reader that stalls slows the engine down for everybody (20.10 to 28.5).
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable

from watcher.daemon.look_budget import LookBudget
from watcher.engine.client import Engine
from watcher.model.errors import EngineError
from watcher.model.inspection import attributes_of
from watcher.model.json_object import Json
from watcher.model.kept import is_kept_tag
from watcher.model.names import Marker

FULL_LOOK_S = 60.0
_KINDS = ["image", "container", "service", "node"]
# `exec_*` is left out: every health check makes three of them.
_ACTIONS = [
    *("tag", "pull", "load", "import", "untag", "delete"),
    *("create", "start", "rename", "destroy", "die", "update", "extract-to-dir"),
    "remove",
]
_RECONNECT_FIRST_S = 0.25
_RECONNECT_LAST_S = 30.0


class Watch:
    """Calls `look` when something may have changed, for as long as it runs, whatever the engine does.

    Args:
        engine: The engine to follow; its version is asked for at each connection.
        look: Looks at everything; only ever called once at a time.
        lost: Told once when the engine is gone, with the reason.
        found: Told once when it is there, the first time too.
        happened: Told each event; returns whether the event is a reason to look, and must not take long.
    """

    def __init__(
        self,
        engine: Engine,
        look: Callable[[], Awaitable[None]],
        *,
        lost: Callable[[EngineError], None],
        found: Callable[[], None],
        happened: Callable[[Json], bool] = lambda _: True,
    ) -> None:
        self._engine = engine
        self._look = look
        self._lost = lost
        self._found = found
        self._happened = happened
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Have a look soon."""
        self._rung.set()

    async def run(self) -> None:
        """Watch for ever."""
        delay = _RECONNECT_FIRST_S
        while True:
            began = time.monotonic()
            try:
                await self._session()
            except* EngineError as group:
                self._lost(_first(group))
            if time.monotonic() - began > _RECONNECT_LAST_S:
                delay = _RECONNECT_FIRST_S
            await asyncio.sleep(delay * random.uniform(0.5, 1.0))  # noqa: S311 - spreads load
            delay = min(delay * 2, _RECONNECT_LAST_S)

    async def _session(self) -> None:
        """Follow one connection to its end; any error of it is the session's."""
        await self._engine.negotiate()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._read())
            tasks.create_task(self._look_when_rung())

    async def _read(self) -> None:
        first = True
        async for event in self._engine.events(type=_KINDS, event=_ACTIONS):
            if first:
                # Subscribed: from here on nothing is missed, so this is the moment of the full look.
                self._found()
                self._rung.set()
                first = False
            elif self._happened(event) and not (is_sign_of_life(event) or is_kept(event)):
                self._rung.set()

    async def _look_when_rung(self) -> None:
        budget = LookBudget()
        while True:
            timer = asyncio.get_running_loop().call_later(FULL_LOOK_S, self._rung.set)
            await self._rung.wait()
            timer.cancel()
            self._rung.clear()
            began = time.monotonic()
            await self._look()
            budget.spend(time.monotonic() - began)
            await asyncio.sleep(budget.rest_s())


def is_sign_of_life(event: Json) -> bool:
    """Whether an event only says that an updater is at work: every other second, for each of its updates."""
    called = str(attributes_of(event).get("name", ""))
    return event.get("Action") == "update" and Marker.parse(called) is not None


def is_kept(event: Json) -> bool:
    """Whether an event only says that an earlier image is kept: no container follows that tag."""
    return event.get("Action") == "tag" and is_kept_tag(str(attributes_of(event).get("name", "")))


def _first(group: BaseExceptionGroup[EngineError]) -> EngineError:
    error = group.exceptions[0]
    return error if isinstance(error, EngineError) else _first(error)

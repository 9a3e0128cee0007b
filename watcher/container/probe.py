"""The proof of a successor, as it happens: started, and looked at until it has proved itself, or failed.

Looks are taken when the engine reports an event of the container. A stop or a pause by somebody else counts
as no failure.
"""

import asyncio
import re
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Literal

from watcher.container import startup
from watcher.container.baseline import EVERYTHING, Baseline
from watcher.container.exits import End, ends, with_a_kill
from watcher.container.last_output import last_check, masked
from watcher.container.readiness import (
    Demand,
    Meddled,
    NotProved,
    NotStarted,
    ProofState,
    Unhealthy,
    proof_state,
    runs,
    with_code,
)
from watcher.container.rejoin import put_back
from watcher.engine.client import Engine
from watcher.model.errors import EngineError, EngineUnavailable, NotFound, Occupied, TaskLeft
from watcher.model.inspection import Container
from watcher.model.json_object import Json
from watcher.model.names import Wanted
from watcher.model.quoting import Mask

_BAD_REQUEST, _CONFLICT = 400, 409
_OF_THE_MACHINE = re.compile(
    "already allocated|already in use|no space left|cannot allocate|too many open files|unavailable"
    "|time(d )?out|deadline exceeded|context canceled|source path does not exist",
    re.IGNORECASE,
)
# With these a 500 says that what was asked for cannot be (20.10 to 28.5).
_OF_THE_REQUEST = re.compile("invalid|must be absolute|conflicting options", re.IGNORECASE)
# For how long a container that somebody stopped may be about to be started again, as by `docker restart`.
_GRACE_S = 5.0
_LONGEST_PAUSE_S = 60.0
# A look without an event is for what other updaters did, whose traces the engine forgets with time.
_LOOK_S = 10.0
# What a successor shows elsewhere comes with no event.
_LACKS_S = 1.0


async def start(engine: Engine, cid: str, mask: Mask | None = None) -> None:
    """Start a successor.

    Args:
        engine: Where it is.
        cid: Its id.
        mask: What hides the secrets of a successor with `--rm`, which is removed where it cannot be started.

    Raises:
        NotStarted: The engine tried, and could not. Whether the image is to blame shows when the old
            container is started again. No such command is 400, no such user 500 (20.10 to 28.5).
        EngineError: The engine did not even try, or says that the machine lacks something.
    """
    try:
        await startup.start(engine, cid)
    except (EngineUnavailable, Occupied, TaskLeft):
        raise
    except EngineError as error:
        if _OF_THE_MACHINE.search(error.message):
            raise
        if error.status != _BAD_REQUEST and not await _was_tried(engine, cid, error):
            raise
        said = mask(error.message) if mask else await masked(engine, cid, error.message)
        raise NotStarted(said) from error


async def _was_tried(engine: Engine, cid: str, error: EngineError) -> bool:
    """Whether the engine tried to start a container: it noted the error, or removed the container for it."""
    try:
        return bool(Container(await engine.container(cid)).state.error)
    except NotFound:
        return not isinstance(error, NotFound)


def is_lasting(error: EngineError) -> bool:
    """Whether the engine will always refuse to create a container, for its image or its options."""
    if _OF_THE_MACHINE.search(error.message):
        return False
    is_said = error.status >= _CONFLICT and bool(_OF_THE_REQUEST.search(error.message))
    return error.status in (_BAD_REQUEST, _CONFLICT) or is_said


async def prove(engine: Engine, cid: str, demand: Demand, baseline: Baseline = EVERYTHING) -> None:
    """Watch a started container until it has proved itself.

    Raises:
        NotProved: The container crashed, restarted, became unhealthy, or had no network after one restart.
        Meddled: Somebody kept the container from proving itself.
    """
    trial = _Trial(engine, cid, demand, baseline)
    async with _alarm(engine.events(type=["container"], container=[cid])) as next_event:
        while (seconds := await trial.look()) is not None:
            await next_event(min(seconds, _LOOK_S))


class _Trial:
    """The proof of one container; `look` is all there is to call."""

    def __init__(self, engine: Engine, cid: str, demand: Demand, baseline: Baseline) -> None:
        self._engine = engine
        self._cid = cid
        self._demand = demand
        self._baseline = baseline
        self._began = time.monotonic()
        self._run = ""
        self._was_rewired = False
        self._halted_at: float | None = None

    async def look(self) -> float | None:
        """Take a look; the seconds until the next, if nothing happens before, or None where it is proved."""
        container = await self._engine.container(self._cid)
        if self._baseline.is_taken_off(container) and await self._put_back():
            container = await self._engine.container(self._cid)
        known = await self._ends(container)
        self._begin_anew(container, known)
        if Container(container).state.is_paused:
            longest = max(_LONGEST_PAUSE_S, self._demand.limit(container))
            return self._halt(longest, "somebody paused it", wanted="p")
        if known and known[-1].signal and not runs(container):
            why = f"somebody stopped it, and {with_code(known[-1].code)}"
            return self._halt(_GRACE_S, why, wanted="s" if known[-1].is_wanted else "")
        self._halted_at = None
        return await self._remaining(container, known)

    async def _put_back(self) -> bool:
        """Put the container back on a network that another updater took it off; what a person did stands."""
        return await put_back(self._engine, self._cid, self._baseline.old)

    async def _ends(self, container: Json) -> list[End]:
        """The ends of the container, where there were any."""
        is_over = not runs(container)
        if not is_over and not container.get("RestartCount"):
            return []
        known = await ends(self._engine, self._cid, is_over=is_over)
        return with_a_kill(known) if self._demand.is_of_updater else known

    def _begin_anew(self, container: Json, known: list[End]) -> None:
        """Begin the proof anew where the container was resumed, or started after no end of its own."""
        started, is_own = Container(container).state.started, any(not end.signal for end in known)
        if self._halted_at is not None or (self._run not in {"", started} and not is_own):
            self._began = time.monotonic()
        self._run = started

    def _halt(self, longest: float, why: str, *, wanted: Wanted | Literal[""]) -> float:
        """The seconds to wait for a container that somebody stopped or paused."""
        now = time.monotonic()
        self._halted_at = self._halted_at or now
        if now >= self._halted_at + longest:
            raise Meddled(why, wanted=wanted)
        return self._halted_at + longest - now

    async def _remaining(self, container: Json, known: list[End]) -> float | None:
        excused = bool(known) and all(end.signal or end.code in self._baseline.ends for end in known)
        try:
            look = proof_state(container, self._elapsed(), self._demand, self._baseline, excused=excused)
        except NotProved as error:
            if self._baseline.is_taken_off(container):
                raise Meddled(f"somebody took it off a network, and {error}") from error
            if isinstance(error, Unhealthy):
                raise Unhealthy(f"{error}{await last_check(self._engine, container)}") from error
            raise
        if look is ProofState.UNWIRED:
            await self._rewire(container)
        if look is ProofState.PASSED:
            return None
        left = self._demand.limit(container) - self._elapsed()
        return left if self._demand.has_events else min(left, _LACKS_S)

    async def _rewire(self, container: Json) -> None:
        """Restart the container once: an engine killed inside `start` leaves it with `lo` alone (28.5)."""
        if self._was_rewired:
            raise NotProved(ProofState.UNWIRED.value)
        await self._engine.restart(container)
        self._was_rewired, self._began = True, time.monotonic()

    def _elapsed(self) -> float:
        return time.monotonic() - self._began


@asynccontextmanager
async def _alarm(events: AsyncGenerator[Json, None]) -> AsyncIterator[Callable[[float], Awaitable[None]]]:
    """Give a function that waits for the next event, but no longer than so many seconds."""
    upcoming = asyncio.ensure_future(anext(events))

    async def wait(seconds: float) -> None:
        nonlocal upcoming
        await asyncio.wait([upcoming], timeout=max(seconds, 0))
        if upcoming.done():
            upcoming.result()
            upcoming = asyncio.ensure_future(anext(events))

    try:
        yield wait
    finally:
        upcoming.cancel()
        await asyncio.wait([upcoming])
        await events.aclose()

"""The update of one container: carries out a plan, and undoes it where a step fails.

The old container is removed only when its successor has proved itself; until then every step can be
undone, by this process or, after it was killed, by the next one (`recovery`).
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

from attrs import evolve, field, frozen

from watcher import successor
from watcher.engine import Engine, Json
from watcher.errors import EngineError, EngineUnavailable, UpdateFailed, WatcherError
from watcher.names import short
from watcher.plan import Action, Plan
from watcher.proof import Demand, prove
from watcher.recovery import NO_RESTART, commit, undo
from watcher.successor import Draft

_PATIENCE_S = 60.0
_RETRY_S = 1.0


@frozen
class Settings:
    """What may be chosen of one update.

    Attributes:
        demand: What the successor must prove.
        stop_timeout: Seconds that the old container gets to stop; None is its own time.
    """

    demand: Demand = field(factory=Demand)
    stop_timeout: int | None = None


class Update:
    """One update under way; `run` is all there is to call."""

    def __init__(self, engine: Engine, old: Json, plan: Plan, draft: Draft, settings: Settings) -> None:
        self._engine = engine
        self._old = old
        self._plan = plan
        self._draft = draft
        self._settings = settings
        self._new = ""

    async def run(self) -> None:
        """Carry the plan out.

        Raises:
            UpdateFailed: A step failed; the old container is as it was.
            Moved: The tag was moved in the middle; the old container is as it was.
            EngineError: The engine did not even let the old one be brought back, or the new one works and
                the old one could not be removed. The next run brings either to its end.
        """
        for step in self._plan.steps:
            try:
                await self._do(step)
            except successor.Moved:
                raise
            except (WatcherError, asyncio.CancelledError) as error:
                await self._failed(step, error)
                raise

    async def _do(self, step: Action) -> None:
        does: dict[Action, Callable[[], Awaitable[None]]] = {
            Action.CREATE: self._create,
            Action.STOP: self._stop,
            Action.HOLD: self._hold,
            Action.SET_ASIDE: self._set_aside,
            Action.TAKE_NAME: self._take_name,
            Action.START: self._start,
            Action.PROVE: self._prove,
            Action.PAUSE: self._pause,
            Action.REMOVE: self._remove,
        }
        await does[step]()

    async def _create(self) -> None:
        made = await successor.create(self._engine, str(self._plan.marker), self._draft)
        self._new = made["Id"]

    async def _stop(self) -> None:
        await self._engine.stop(self._old, self._settings.stop_timeout)
        if self._plan.marker.removes_itself:
            await self._engine.wait_removed(self._old["Id"])

    async def _hold(self) -> None:
        await self._engine.set_restart_policy(self._old["Id"], NO_RESTART)

    async def _set_aside(self) -> None:
        retired = evolve(self._plan.marker, kind="old", other=short(self._new))
        await self._engine.rename(self._old["Id"], str(retired))

    async def _take_name(self) -> None:
        await self._engine.rename(self._new, self._plan.name)

    async def _start(self) -> None:
        await self._engine.act(self._new, "start")

    async def _prove(self) -> None:
        await prove(self._engine, self._new, self._settings.demand)

    async def _pause(self) -> None:
        await self._engine.act(self._new, "pause")

    async def _remove(self) -> None:
        await commit(self._engine, self._new, self._old, self._plan.marker)

    async def _failed(self, step: Action, error: WatcherError | asyncio.CancelledError) -> None:
        """Undo, and say in which state that leaves the container."""
        name, tried = self._plan.name, f"{step.value}: {error}"
        if step is Action.REMOVE:
            raise EngineError(
                f"{name} is updated and works, but the old container is still there ({tried})",
                advice=f"run `watcher update {name}` once more to remove it",
            ) from error
        try:
            await self._undo()
        except EngineError as trouble:
            raise EngineError(
                f"{name} could not be updated ({tried}), and is not yet as it was ({trouble.message})",
                advice=f"nothing is lost; run `watcher update {name}` once the engine is well",
            ) from error
        if isinstance(error, WatcherError):
            state = "as it was" if self._plan.marker.wanted == "s" else "running as it was"
            raise UpdateFailed(
                f"{name} could not be updated ({tried}); the old container is {state}"
            ) from error

    async def _undo(self) -> None:
        """Undo, and give an engine that went away a bounded time to come back."""
        deadline = time.monotonic() + _PATIENCE_S
        while True:
            try:
                return await undo(self._engine, self._plan.name)
            except EngineUnavailable:
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(_RETRY_S)

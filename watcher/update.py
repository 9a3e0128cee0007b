"""The update of one container: carries out a plan, and undoes it where a step fails.

The old container is removed only when its successor has proved itself; until then every step can be
undone, by this process or, after it was killed, by the next one (`recovery`).
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from typing import Any

from attrs import evolve, field, frozen

from watcher import spare, successor
from watcher.engine import Engine, Json
from watcher.errors import Conflict, EngineError, NotFound, UpdateFailed, WatcherError
from watcher.names import Marker, short
from watcher.plan import Action, Plan, wanted_state
from watcher.proof import Demand, NotProved, start
from watcher.quiet import NO_RESTART
from watcher.recovery import NameTaken, commit, depart, drop, judged, undo
from watcher.successor import Draft

_PATIENCE_S = 60.0
_RETRY_S = 1.0
_LOG_LINES = 5


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
    """One update under way; `run` is all there is to call.

    Attributes:
        failed: Why the image itself is to blame for the failure, or empty.
        warning: What is wrong with a successor that was kept for want of a better one, or empty.
        took: Seconds that each step took, by its name.
    """

    def __init__(self, engine: Engine, old: Json, plan: Plan, draft: Draft, settings: Settings) -> None:
        self.failed = ""
        self.warning = ""
        self.took: dict[str, float] = {}
        self._engine = engine
        self._old = old
        self._plan = plan
        self._draft = draft
        self._settings = settings
        self._new = ""
        self._kept = old["Id"]

    async def run(self) -> None:
        """Carry the plan out.

        Raises:
            UpdateFailed: A step failed; the old container is as it was.
            Moved: The tag, or the container, was changed before anything was touched; try again.
            EngineError: The engine did not even let the old one be brought back, or the new one works and
                the old one could not be removed. The next run brings either to its end.
        """
        for step in self._plan.steps:
            began = time.monotonic()
            try:
                await self._do(step)
                self.took[step.name.lower()] = time.monotonic() - began
            except successor.Moved:
                raise
            except (WatcherError, asyncio.CancelledError) as error:
                await self._failed_at(step, error)
                raise

    async def _do(self, step: Action) -> None:
        does: dict[Action, Callable[[], Awaitable[None]]] = {
            Action.CREATE: self._create,
            Action.SPARE: self._create_spare,
            Action.GO: self._go,
            Action.STOP: self._stop,
            Action.HOLD: self._hold,
            Action.SET_ASIDE: self._set_aside,
            Action.TAKE_NAME: self._take_name,
            Action.START: self._start,
            Action.PROVE: self._prove,
            Action.PAUSE: self._pause,
            Action.REMOVE: self._remove,
            Action.REMOVE_SPARE: self._remove,
        }
        await does[step]()

    async def _create(self) -> None:
        self._new = (await successor.create(self._engine, str(self._plan.marker), self._draft))["Id"]

    async def _create_spare(self) -> None:
        self._kept = await spare.create(self._engine, self._old, str(self._retired()))

    async def _go(self) -> None:
        await self._still_as_read()
        await self._engine.rename(self._kept, str(evolve(self._retired(), going=True)))

    async def _stop(self) -> None:
        if self._plan.marker.removes_itself:
            await depart(self._engine, self._old, self._settings.stop_timeout)
        else:
            await self._still_as_read()
            await self._engine.stop(self._old, self._settings.stop_timeout)

    async def _still_as_read(self) -> None:
        """Read once more before the first step that cannot be taken back; what a person changed stands.

        Raises:
            Moved: Somebody changed the container; the successor is dropped, and nothing else was touched.
        """
        now = await self._engine.container(self._old["Id"])
        if _chosen(now) == _chosen(self._old):
            return
        for made in {self._kept, self._new} - {self._old["Id"]}:
            await drop(self._engine, made)
        raise successor.Moved(f"somebody changed {self._plan.name} meanwhile")

    async def _hold(self) -> None:
        await self._engine.set_restart_policy(self._old["Id"], NO_RESTART)

    async def _set_aside(self) -> None:
        await self._engine.rename(self._old["Id"], str(self._retired()))

    async def _take_name(self) -> None:
        await self._engine.rename(self._new, self._plan.name)

    async def _start(self) -> None:
        await start(self._engine, self._new)

    async def _prove(self) -> None:
        self.warning = await judged(self._engine, self._new, self._settings.demand, self._plan.marker)

    async def _pause(self) -> None:
        await self._engine.act(self._new, "pause")

    async def _remove(self) -> None:
        kept = self._old | {"Id": self._kept}
        await commit(self._engine, self._new, kept, self._plan.marker)

    def _retired(self) -> Marker:
        return evolve(self._plan.marker, kind="old", other=short(self._new))

    async def _failed_at(self, step: Action, error: WatcherError | asyncio.CancelledError) -> None:
        """Undo, and say in which state that leaves the container."""
        name, tried = self._plan.name, f"could not {step.value}: {error}"
        if step in {Action.REMOVE, Action.REMOVE_SPARE} and not isinstance(error, NotFound):
            raise EngineError(
                f"{name} is updated and works, but what it was before is still there ({tried})",
                advice=f"run `watcher update {name}` once more to remove it",
            ) from error
        if step is Action.CREATE and isinstance(error, Conflict):
            raise UpdateFailed(
                f"{name}: {tried}", advice="another updater is at work on it; see `docker ps -a`"
            ) from error
        if isinstance(error, NotProved):
            self.failed = " ".join(f"{error}{await self._last_words()}".split())
        await self._undone(tried, error)
        if isinstance(error, WatcherError):
            why = self.failed or tried
            line = f"{name} could not be updated: {why}; {await self._state()}"
            raise UpdateFailed(line) from error

    async def _state(self) -> str:
        """The old container's state; an engine's death may have changed it, and that is not ours to undo."""
        try:
            now = await self._engine.container(self._plan.name)
        except EngineError:
            return "the old container's state cannot be read"
        if wanted_state(now) != self._plan.marker.wanted:
            return f"the old container is {now['State']['Status']}: `docker start {self._plan.name}`"
        return f"the old container is {'' if self._plan.marker.wanted == 's' else 'running '}as it was"

    async def _undone(self, tried: str, error: BaseException) -> None:
        name = self._plan.name
        try:
            await patiently(lambda: undo(self._engine, name, self._kept))
        except EngineError as trouble:
            way = f"once the engine is well, or by hand: {by_hand(self._kept, self._new, self._plan)}"
            if isinstance(trouble, NameTaken):
                way = "once what has the name now is renamed or removed"
            raise EngineError(
                f"{name} could not be updated ({tried}) and IS NOT YET AS IT WAS ({trouble.message})",
                advice=f"nothing is lost: run `watcher update {name}` {way}",
            ) from error

    async def _last_words(self) -> str:
        try:
            said = await self._engine.logs(self._new, _LOG_LINES)
        except EngineError:
            return ""
        return f"; its last words: {' | '.join(said.split(chr(10))).strip(' |')}" if said.strip() else ""


def by_hand(kept: str, new: str, plan: Plan) -> str:
    """The commands that bring a container back, whatever of it is done already; each may be typed again.

    Names are given by way of an unused one, for the engine refuses to give a container the name that it
    has (20.10 to 28.5).

    Args:
        kept: The id of what is left of it: itself, or its spare.
        new: The id of its successor, or empty.
        plan: What was being done.
    """
    name, container = plan.name, short(kept)
    commands = []
    if new:
        commands = [f"docker stop {short(new)}", f"docker rename {short(new)} {name}.failed"]
        if not plan.marker.removes_itself:
            commands.insert(0, f"docker update --restart no {short(new)}")
    commands += [f"docker rename {container} {name}.back", f"docker rename {name}.back {name}"]
    if plan.marker.always:
        commands.append(f"docker update --restart always {container}")
    commands += [f"docker start {container}"] if plan.marker.wanted != "s" else []
    return "; ".join(commands)


def _chosen(container: Json) -> tuple[Any, ...]:
    """What people may change of a container; where it differs, the draft is out of date."""
    networks = set(container["NetworkSettings"]["Networks"])
    return container["Name"], container["Config"], container["HostConfig"], networks, wanted_state(container)


async def patiently(work: Callable[[], Awaitable[None]]) -> None:
    """Do what must be done, whatever signals come, and give an engine that went away time to come back."""
    task = asyncio.ensure_future(_again_and_again(work))
    while not task.done():
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait([task])
    await task


async def _again_and_again(work: Callable[[], Awaitable[None]]) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        try:
            return await work()
        except NameTaken:
            raise
        except EngineError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(_RETRY_S)

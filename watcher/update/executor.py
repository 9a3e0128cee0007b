"""The update of a container and its dependents: carries out a plan, and undoes it.

An old container is removed only when all successors have proved themselves; until then every step can
be undone, by this process or, after it was killed, by the next one (`recovery`).
"""

import asyncio
import contextlib
from collections.abc import Collection, Sequence

from watcher.container.commit_check import OutOfPlace
from watcher.container.downtime import OVERTAKEN, Downtime
from watcher.container.probe import is_lasting
from watcher.container.readiness import Meddled, NotProved, NotStarted
from watcher.container.rejoin import CutOff
from watcher.container.restart import restart_after
from watcher.container.startup import to_its_end
from watcher.container.successor import Moved
from watcher.engine.client import Engine
from watcher.model.errors import Conflict, EngineError, NotFound, RolledBack, UpdateFailed, WatcherError
from watcher.model.update_events import StageBegan
from watcher.recovery.executor import FailedImage, settle
from watcher.recovery.undo import undo_all
from watcher.update.account import Expect
from watcher.update.consent import NotNow
from watcher.update.retry import patiently
from watcher.update.steps.drift import refuse_contended
from watcher.update.steps.not_undone import attempted, not_undone, still_there
from watcher.update.steps.plan import Action, Plan, Step
from watcher.update.steps.prune_guard import Rescue
from watcher.update.steps.replacement import Replacement
from watcher.update.steps.stages import BACK, Stages, stage_called, stage_of_step
from watcher.update.steps.succession import is_left_alone, is_taken

_CREATION = {Action.CREATE, Action.SPARE, Action.PRE_HOOK}
_IN_USE = "is already in use"  # a name
_REMOVALS = {Action.REMOVE, Action.REMOVE_SPARE}
_DOWN = {Action.GO, Action.STOP, Action.HOLD, Action.SET_ASIDE, Action.TAKE_NAME, Action.START}


class Update:
    """One update under way; `run` is all there is to call.

    Args:
        engine: Where the containers are.
        plan: What is to be done.
        parts: The replacements of its containers, in the order of the plan.
        target: The id of the image that the first of them is to have.
        downtime: Begun before the first of them stops; told when the last of them is started.
        rescue: What makes them anew, should a prune come in between.
        stages: Times each step, and tells of it.
        expect: Told how the update is about to end.

    Attributes:
        failed: The image that is to blame for the failure, or None.
        restarted: What was wrong with a restart, a line each.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - one value per thing that it works with
        self,
        engine: Engine,
        plan: Plan,
        parts: Sequence[Replacement],
        target: str,
        downtime: Downtime,
        rescue: Rescue,
        stages: Stages,
        expect: Expect,
    ) -> None:
        self.failed: FailedImage | None = None
        self.restarted: list[str] = []
        self._engine = engine
        self._plan = plan
        self._parts = {part.name: part for part in parts}
        self._target = target
        self._downtime = downtime
        self._rescue = rescue
        self._stages = stages
        self._expect = expect
        self._starts = [step for step in plan.steps if step.action is Action.START]
        self._begun: list[str] = []
        self._touched: set[str] = set()
        self._successors: dict[str, str] = {}
        self._is_committed = False
        self._done: list[Step] = []
        self._stays = ""
        self._lines: list[str] = []

    async def run(self) -> None:
        """Carry the plan out.

        Raises:
            UpdateFailed: A step failed; the old containers are as they were.
            Moved: A tag, or a container, was changed before anything was touched; try again.
            NotNow: A hook says so.
            EngineError: The engine did not even let the old ones be brought back, or the new ones work and
                an old one could not be removed. The next run brings either to its end.
        """
        for step in self._plan.steps:
            try:
                with self._stages.under_way(self._stage(step)):
                    await self._do(step)
            except (Moved, NotNow) as error:
                # What a person changed stands: the untouched only lose what was made for them.
                await to_its_end(self._undone(str(error), error, untouched={*self._parts} - self._touched))
                raise
            except (WatcherError, asyncio.CancelledError) as error:
                await self._failed_at(step, error)
                if isinstance(error, asyncio.CancelledError):
                    raise
                # What it was is gone, and the new one works: it is updated all the same.
                return
            self._done.append(step)
        await self._rescue.over()

    async def _do(self, step: Step) -> None:
        if step.action is Action.RESTART:
            if doubt := await restart_after(self._engine, step.name, self._plan.name, self._downtime.others):
                self.restarted.append(f"{step.name} was not restarted: {doubt}")
            return
        if step.action not in _CREATION:
            await self._rescue.note()
        if step.action in _DOWN:
            await self._downtime.begin()
        if step.action is Action.CREATE:
            self._begun.append(step.name)
        elif step.action is not Action.SPARE:
            await self._see_ours(step)
        if step.action in _REMOVALS and not self._is_committed:
            await self._rescue.keep_images(self._parts.values())
            for part in self._parts.values():
                await part.confirm()
            await self._expect("updated", "", "")
        await self._take(self._parts[step.name], step.action)
        if [step] == self._starts[-1:]:
            self._downtime.started()
            self._stages.up()
        self._is_committed |= step.action in _REMOVALS

    async def _see_ours(self, step: Step) -> None:
        """See, before the old containers are touched, that each is as read and no other updater has it.

        Raises:
            Contended: Another updater has an open update of one of them.
            Moved: Somebody changed it meanwhile.
        """
        if not self._touched:
            await refuse_contended(self._engine, self._parts)
        if step.name not in self._touched:
            await self._parts[step.name].still_as_read()
        if step.action is not Action.PRE_HOOK:
            self._touched.add(step.name)

    def _stage(self, step: Step) -> StageBegan:
        part = self._parts.get(step.name)
        limit = part.limit(step.action) if part else None
        return stage_of_step(self._plan.name, step.name, step.action, limit)

    async def _take(self, part: Replacement, action: Action) -> None:
        """Take a step; a successor without dependents that somebody stopped or paused meanwhile stays so.

        Raises:
            Moved: Somebody did so; the old container has its name again, and is planned anew as it is now.
        """
        try:
            await part.do(action, self._successors)
        except Meddled as error:
            if not error.wanted or part.removes_itself or len(self._parts) > 1:
                raise
            await part.yield_to(error.wanted)
            raise Moved(f"{part.name}: {error}") from error

    async def _failed_at(self, step: Step, error: WatcherError | asyncio.CancelledError) -> None:
        """Undo the update, and make the error that says in which state the containers are left.

        Raises:
            TakenOver: Another updater has taken the update over.
        """
        name, tried = self._plan.name, attempted(step, error)
        if step.name != name:
            tried = f"{step.name}: {tried}"
        is_taken = step.action is Action.CREATE and isinstance(error, Conflict) and _IN_USE in str(error)
        if is_taken:
            # What bears the successor's name is another updater's.
            self._begun.remove(step.name)
        await to_its_end(self._given_back(step, tried, error))
        if is_taken:
            raise UpdateFailed(
                f"{name}: {tried}", advice="another updater is at work on it; see `docker ps -a`"
            ) from error
        fault = self._stays or (self.failed.reason if self.failed else "")
        if isinstance(error, WatcherError) and not await is_left_alone(
            self._engine, self._parts[name], fault, is_proved=self._is_proved(name)
        ):
            why = self.failed.reason if self.failed else tried
            state = await self._state()
            line = (
                f"{name} could not be updated: {why}; {'; '.join([*self._rescue.lines, *self._lines, state])}"
            )
            if self._rescue.lines and state != self._parts[name].as_it_was:
                # Its image is gone, too, or what was made anew does not work.
                raise EngineError(line) from error
            raise (RolledBack if self._has_changed(step, error) else UpdateFailed)(line) from error

    async def _given_back(self, step: Step, tried: str, error: BaseException) -> None:
        """Undo the update, unless all successors have proved themselves or another updater took it over."""
        with contextlib.suppress(EngineError):
            await self._engine.may_change()
        if self._is_over(step, error):
            raise error if isinstance(error, CutOff) else still_there(self._plan.name, tried) from error
        if isinstance(error, NotProved):
            self.failed = await self._blamed(self._parts[step.name], error)
        elif step.action is Action.CREATE and isinstance(error, EngineError) and is_lasting(error):
            self.failed = FailedImage(self._plan.name, self._target, tried)
        failed = self._parts[step.name].new if isinstance(error, NotProved) else ""
        await self._expect("rolled back" if self._has_changed(step, error) else "failed", tried, failed)
        await self._undone(tried, error)

    def _is_proved(self, name: str) -> bool:
        return any((step.name, step.action) == (name, Action.PROVE) for step in self._done)

    def _has_changed(self, step: Step, error: BaseException) -> bool:
        """Whether an old container was changed; a request that was refused or never sent changes nothing."""
        is_refused = isinstance(error, EngineError) and (error.status > 0 or not error.was_asked)
        begun = [*self._done, *([] if is_refused else [step])]
        return any(each.action not in _CREATION for each in begun)

    def _is_over(self, step: Step, error: BaseException) -> bool:
        """Whether all successors have proved themselves, so that none is undone any more."""
        is_gone = isinstance(error, NotFound | OutOfPlace) and not self._is_committed
        return step.action is Action.RESTART or (step.action in _REMOVALS and not is_gone)

    async def _blamed(self, part: Replacement, error: NotProved) -> FailedImage:
        """The image to blame for a failure: the failed container's where it is new, else the update's."""
        reason = await part.told(error)
        root = (self._plan.name, self._target)
        if not part.relation:
            return FailedImage(*root, reason)
        reason, is_new = f"{part.relation}: {reason}", not part.keeps_its_image
        return FailedImage.of((part.name, part.image), root, reason, is_new=is_new)

    async def _state(self) -> str:
        """The first difference of an old container, in words; else that it is as it was."""
        for name, part in self._parts.items():
            if difference := await part.astray():
                return difference if name == self._plan.name else f"of {name}, {difference}"
        return self._parts[self._plan.name].as_it_was

    async def _undone(self, tried: str, error: BaseException, *, untouched: Collection[str] = ()) -> None:
        begun = [self._parts[name] for name in self._begun]

        async def back() -> None:
            if self._touched and not await self._downtime.begin(is_back=True):
                self._lines.append(OVERTAKEN)
            for part in begun:
                await part.stopped()
                if part.name in untouched and not await is_taken(self._engine, part):
                    await part.drop()
            await self._rescue.put_back()
            is_open = True
            while is_open:
                await self._gone_back([part for part in begun if part.name not in untouched])
                is_open = await self._rescue.put_back()
            for lost in self._rescue.errors:
                raise lost

        try:
            with self._stages.under_way(stage_called(self._plan.name, BACK)):
                tries = await patiently(back)
            await self._rescue.over()
        except EngineError as hindrance:
            if isinstance(error, NotStarted):
                self.failed = None  # neither can be started: the machine is to blame
            root = self._parts[self._plan.name]
            raise await not_undone(root, begun, tried, hindrance) from error
        finally:
            self._stages.up()
        if (tries > 1 or self._rescue.lines) and isinstance(error, NotStarted):
            self.failed = None  # what kept it from that may have kept the new one, too

    async def _gone_back(self, parts: Sequence[Replacement]) -> None:
        if await self._parts[self._plan.name].has_lost_old():
            await self._forward()
        else:
            await undo_all(self._engine, {part.name: part.old for part in parts})

    async def _forward(self) -> None:
        """Finish the update of a container whose old one somebody removed, as recovery would."""
        root = self._parts[self._plan.name]
        for failure in await settle(self._engine, root.name, root.demands):
            self._stays = failure.reason

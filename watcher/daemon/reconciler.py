"""One container: what is to be done about it now, and what is to be said of it; the coordinator does it."""

import re
import time
from collections.abc import Callable, Collection, Iterable

from watcher.check import checks, eligibility
from watcher.check.eligibility import Wait
from watcher.check.judgement import Assessment
from watcher.check.verdict import Status
from watcher.check.veto import vetoed
from watcher.config.policy import Policy
from watcher.daemon import judgements
from watcher.daemon.pushes import Pushes
from watcher.host.context import Context, IsGone
from watcher.model.errors import (
    Busy,
    EngineError,
    EngineUnavailable,
    NoSuchContainer,
    NotFound,
    RolledBack,
    Unknown,
    UpdateFailed,
    WatcherError,
)
from watcher.model.json_object import Json
from watcher.model.update_events import By, Change, NotRestarted, NotUpdated
from watcher.model.values import frozen
from watcher.update import gates
from watcher.update.change import change_of
from watcher.update.consent import NotNow, withheld
from watcher.update.coordinator import Coordinator
from watcher.update.request import Request

# What is made anew at each try has another id each time, and that is no news.
_IDS = re.compile(r"\b[0-9a-f]{12,64}\b")


@frozen
class Result:
    """How a look at a container ended; the controller, which has the queue, acts on it.

    Attributes:
        code: The exit code that says how it went.
        requeue_after: Seconds until it is to be looked at again; None is not before something changes.
        failure: What went wrong, to be told with the seconds to the next try.
        retries: Whether it is to be tried again after its back-off, which else is over.
    """

    code: int = 0
    requeue_after: float | None = None
    failure: NotUpdated | None = None
    retries: bool = False


class Reconciler:
    """Brings one container at a time to the image of its tag.

    Args:
        context: The engine and what is known.
        coordinator: Does what is to be done.
        pushes: Whose updates come of a webhook.
        is_queued: Whether a container is about to be looked at.
        look_at: Has another container looked at.
        grace: Seconds after a schedule's moment in which an update may still begin.
        is_gone: Tells whether the engine is, after it was unavailable, and says so.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - one value per thing that it asks, or works with
        self,
        context: Context,
        coordinator: Coordinator,
        pushes: Pushes,
        is_queued: Callable[[str], bool],
        look_at: Callable[[str], None],
        grace: float,
        is_gone: IsGone,
    ) -> None:
        self._context = context
        self._coordinator = coordinator
        self._news = coordinator.news
        self._pushes = pushes
        self._turns = coordinator.turns
        self._publish = context.events.publish
        self._is_queued = is_queued
        self._look_at = look_at
        self._is_gone = is_gone
        self._grace = grace
        self._due: dict[str, float] = {}
        self._targets: dict[str, tuple[str, str]] = {}  # ids: the container's, and its image's to be

    async def reconcile(self, name: str) -> Result:
        """Look at a container and do what is to be done."""
        self._turns.over(name)
        try:
            result = await self._reconcile(name)
            await self._tell_doubts(name, await self._coordinator.restart_spared(name))
        except (NoSuchContainer, NotFound):
            self._due.pop(name, None)
            self._coordinator.forget(name)
            return Result()
        except WatcherError as error:
            return await self._failed(name, error)
        return result

    async def settle(self, name: str) -> Result:
        """Bring an update that was cut short to its end."""
        try:
            await self._coordinator.settle(name)
        except WatcherError as error:
            return await self._failed(name, error)
        return Result()

    def is_due(self, name: str) -> bool:
        """Whether a container's time has come, and it is about to be looked at."""
        due = self._due.get(name)
        return due is not None and due <= time.time() <= due + self._grace

    def forget_but(self, names: Collection[str]) -> None:
        """Forget what is kept of containers that are gone; `names` has all others' names."""
        self._due = {name: due for name, due in self._due.items() if name in names}
        self._targets = {name: ids for name, ids in self._targets.items() if name in names}
        self._coordinator.forget_but(names)

    async def _reconcile(self, name: str) -> Result:
        self._coordinator.found.pop(name, None)
        look = self._context.looking()
        container = await look.engine.container(name)
        policy = look.policy_of(container)
        if not policy.enable:
            return Result()
        found = await checks.assess(look, container, policy)
        self._coordinator.found[name] = found
        if found.verdict.status is not Status.OUTDATED or not policy.is_carried_out:
            return self._judged(found, policy.mode)
        wait = await self._not_now(found, policy)
        if not found.verdict.target:
            return self._not_here(found, wait)
        if wait := await gates.wait_after(wait, lambda: gates.asked(look, found, policy)):
            return self._waits(found, wait)
        if why := await self._coordinator.turn(container, name, self._look_at):
            self._turns.held_back(name)
            return self._waits(found, eligibility.held_back(why))
        return await self._update(container, found)

    async def _update(self, container: Json, found: Assessment) -> Result:
        name = found.name
        self._targets[name] = (container["Id"], found.verdict.target)
        with self._turns.taken(name):  # which may have been long in coming
            # Also since a Watchtower that updates it may run by now.
            policy = self._context.policy_of(container)
            if not policy.is_carried_out:
                return self._judged(found, policy.mode)
            if wait := await self._not_now(found, policy):
                return self._waits(found, wait)
            spared = frozenset(filter(self._is_queued, self._turns.order.restarted_with(name)))
            by: By | None = "hook" if self._pushes.is_why(name) else None
            try:
                await self._coordinator.update(
                    name, Request(cautious=True, unattended=True, spared=spared, by=by)
                )
            except NotNow as error:  # somebody decided in the last moment
                return self._waits(found, error.wait)
        self._pushes.over(name)
        return Result()

    async def _not_now(self, found: Assessment, policy: Policy) -> Wait | None:
        """The wait for a person, else for a moment or the container itself, where it may not begin now."""
        self._due.pop(found.name, None)
        wait = await withheld(self._context, found, policy)
        return wait or await vetoed(self._context.engine, found.container, policy)

    def _waits(self, found: Assessment, wait: Wait) -> Result:
        """Tell that an update does not begin now; it is looked at again when what it waits for is over."""
        if wait.cause in eligibility.CLOCKS:
            self._due[found.name] = wait.until
        why = found.verdict.reason if wait.cause is eligibility.For.SCHEDULE else wait.why
        self._publish(judgements.waiting(self._news, change_of(found), found.verdict, wait, why))
        return _after(wait.until)

    def _not_here(self, found: Assessment, wait: Wait | None) -> Result:
        """Leave what its registry alone has until it is pulled, for then a look finds it; tell of a hold."""
        if wait and wait.cause is eligibility.For.HOLD:  # what people hold is not pulled
            return self._waits(found, wait)
        return self._judged(found, "update")  # nobody can approve or judge what is not here

    def _judged(self, found: Assessment, mode: str) -> Result:
        """Publish what keeps a container from its update; a container that is up to date is no news."""
        verdict, name = found.verdict, found.name
        if verdict.status is not Status.OUTDATED:
            self._due.pop(name, None)
        if how := verdict.blocking:
            self._turns.failed(name, how)
        self._publish(judgements.judged(self._news, change_of(found), verdict, mode))
        return _after(verdict.until, Unknown.exit_code if verdict.status is Status.UNKNOWN else 0)

    async def _tell_doubts(self, name: str, doubts: Iterable[str]) -> None:
        """Tell what was wrong with the restart of a container that was spared for an update."""
        for doubt in doubts:
            self._publish(NotRestarted(await self._coordinator.change(name), doubt))

    async def _failed(self, name: str, error: WatcherError) -> Result:
        """Publish an error; where the error may pass, the container is tried again after a back-off."""
        cid, target = self._targets.get(name, ("", ""))
        failure = await self._context.memory.failure(cid, name) if cid else None
        lasting = not isinstance(error, EngineError | UpdateFailed | Busy) or (
            failure is not None and failure.image == target
        )
        if lasting:
            self._due.pop(name, None)
            self._pushes.over(name)
        is_news = self._news.is_news(name, f"{_IDS.sub('', str(error))} {target}")
        is_news = is_news and not (isinstance(error, EngineUnavailable) and await self._is_gone(error))
        change = await self._coordinator.change(name) if is_news else Change(name)
        doubts = await self._coordinator.failed(
            name, error, is_asked_for=False, may_come=not lasting, is_news=is_news
        )
        await self._tell_doubts(name, doubts)
        told = NotUpdated(change, str(error), error.exit_code, isinstance(error, RolledBack), is_news=is_news)
        return Result(error.exit_code, failure=told, retries=not lasting)


def _after(until: float, code: int = 0) -> Result:
    """The result that has a container looked at again at a moment; 0 is not before something changes."""
    return Result(code, until - time.time() if until else None)

"""One container: what is to be done about it now, the doing, and the line that says so."""

import re
import time
from collections.abc import Callable, Collection
from functools import partial
from typing import Any

import structlog

from watcher.check import checks, eligibility
from watcher.check.judgement import Assessment
from watcher.check.verdict import Status
from watcher.config.settings import Policy
from watcher.container.restart import restart_after
from watcher.daemon.engine_queue import EngineQueue
from watcher.daemon.log import Repeats
from watcher.daemon.log_fields import about, about_now, about_open, say_doubts, say_failed, say_waiting
from watcher.dependencies.engine_access import refuse_door
from watcher.engine.client import Json
from watcher.host import inventory
from watcher.host.context import Context, IsGone
from watcher.model.errors import (
    Busy,
    EngineError,
    EngineUnavailable,
    NoSuchContainer,
    NotFound,
    UpdateFailed,
    WatcherError,
)
from watcher.model.labels import ENABLE
from watcher.model.names import short
from watcher.update import conditions, service
from watcher.update.open_updates import settle_open
from watcher.update.plan import Plan
from watcher.update.sequencer import Turns
from watcher.update.service import Done, Outcome, Request

# What is made anew at each try has another id each time, and that is no news.
_IDS = re.compile(r"\b[0-9a-f]{12,64}\b")
_log = structlog.get_logger()


class Reconciler:
    """Brings one container at a time to the image of its tag.

    Args:
        context: The engine and what is known.
        queue: Where what must be looked at again goes.
        is_pulled: Whether a container's tag is being pulled; its dependents wait for that.
        grace: Seconds after a schedule's moment in which an update may still begin.
        is_gone: Tells whether the engine is, after it was unavailable, and says so.

    Attributes:
        turns: Who waits for whom; whoever looks at all containers tells it their order.
    """

    def __init__(
        self,
        context: Context,
        queue: EngineQueue,
        is_pulled: Callable[[str], bool],
        grace: float,
        is_gone: IsGone,
    ) -> None:
        self.turns = Turns(self._is_busy)
        self._is_pulled = is_pulled
        self._is_gone = is_gone
        self._context = context
        self._queue = queue
        self._repeats = Repeats()
        self._plans = Repeats()
        self._grace = grace
        self._due: dict[str, float] = {}
        self._targets: dict[str, tuple[str, str]] = {}  # ids: the container's, and its image's to be
        self._found: dict[str, Assessment] = {}
        self._unpaid: dict[str, set[str]] = {}

    async def reconcile(self, name: str) -> int:
        """Look at a container and do what is to be done; the exit code that says how that went."""
        self.turns.over(name)
        try:
            code = await self._reconcile(name)
            await self._restarted(name)
        except (NoSuchContainer, NotFound):
            self._gone(name)
            return 0
        except WatcherError as error:
            return await self._failed(name, error)
        self._queue.forget(name)
        return code

    async def settle(self, name: str) -> int:
        """Bring an update that was cut short to its end; the exit code that says how that went."""
        try:
            found = await about_open(self._context.engine, name)
            settled = await settle_open(self._context, name, partial(say_waiting, found))
            if settled.was_open:
                _log.info("open update settled", **found, runs=await self._image_of(name))
                say_doubts(found, settled.aside)
        except WatcherError as error:
            return await self._failed(name, error)
        return 0

    async def _image_of(self, name: str) -> str:
        try:
            return short((await self._context.engine.container(name))["Image"])
        except NotFound:
            return ""

    def _is_busy(self, name: str) -> bool:
        """Whether others must wait for a container; one whose time has come is about to be looked at."""
        due = self._due.get(name)
        is_due = due is not None and due <= time.time() <= due + self._grace
        return is_due or self._queue.is_busy(name) or self._is_pulled(name)

    async def _reconcile(self, name: str) -> int:
        self._found.pop(name, None)
        container = await self._context.engine.container(name)
        policy = self._context.defaults.with_labels(container["Config"]["Labels"])
        if not policy.enable:
            return 0
        self._found[name] = found = await checks.assess(self._context, container, policy)
        if found.verdict.status is not Status.OUTDATED:
            return self._told(found)
        if policy.mode == "notify":
            self._say(name, "update available", found)
            return 0
        if not self._is_due(name, policy, found):
            return 0
        refuse_door(name, self.turns.order.doors)
        if trouble := await self._turn(container, name):
            self.turns.failed(name, "is held back")
            self._say(name, "container held back", found, trouble)
            return 0
        self._targets[name] = (container["Id"], found.verdict.target)
        with self.turns.taken(name):
            if self._is_due(name, policy, found):  # the wait may have been long
                await self._update(name, found)
        return 0

    async def _update(self, name: str, found: Assessment) -> None:
        spared = self._spared(name)
        waits = partial(say_waiting, about(found))
        request = Request(cautious=True, waits=waits, spared=spared, announce=self._announce)
        outcome = await service.update(self._context, name, request)
        for dependent in spared:
            self._unpaid.setdefault(dependent, set()).add(name)
        self._updated(outcome)
        if outcome.done is Done.UPDATED:
            await self._run_again(outcome)

    async def _run_again(self, outcome: Outcome) -> None:
        old, order = outcome.assessment.container, self.turns.order
        if doubt := await conditions.run_again(self._context.engine, order, old, self._context.downtimes):
            say_doubts(about(outcome.assessment), [doubt])

    async def _turn(self, container: Json, name: str) -> str:
        """Wait until it is a container's turn; what holds it back then, or nothing."""
        asked = set[str]()
        while True:
            await self.turns.come(name)
            stale = await self._stale_before(name) - asked
            # Their tags may have moved since the last look, by a pull that was waited for.
            asked |= stale
            for other in stale:
                self._queue.add(other)
            if not self.turns.has_come(name):
                continue
            if trouble := self.turns.held_by(name) or await self._unmet(container, name):
                return trouble
            if self.turns.has_come(name):
                return ""

    async def _unmet(self, container: Json, name: str) -> str:
        if not container["State"]["Running"]:
            return ""
        dependencies = self.turns.order.dependencies.get(name, ())
        return await conditions.unmet(self._context.engine, dependencies, self._context.downtimes)

    async def _stale_before(self, name: str) -> set[str]:
        """Those before a container whose tag means another image now."""
        before = self.turns.order.before(name)
        if not before:
            return set()
        engine = self._context.engine
        rows = await engine.containers(stopped=True, label=ENABLE)
        opted_in = inventory.opted_in(rows, await self._context.own.find(engine))
        return inventory.wanting(opted_in, self._context.defaults) & before

    def _spared(self, name: str) -> frozenset[str]:
        """Those not to be restarted with a container: they wait for it to be updated themselves."""
        return frozenset(filter(self._queue.is_busy, self.turns.order.restarted_with(name)))

    async def _restarted(self, name: str) -> None:
        """Restart a container that was spared and then not updated; one that was has just been started."""
        for provider in sorted(self._unpaid.get(name, ())):
            if doubt := await restart_after(self._context.engine, name, provider, self._context.downtimes):
                _log.warning("container not restarted", **await self._known(name), why=doubt)
        self._unpaid.pop(name, None)

    async def _known(self, name: str) -> dict[str, str]:
        """What a line about a container tells of its update."""
        found = self._found.get(name)
        return about(found) if found else await about_now(self._context.engine, name)

    def forget_but(self, names: Collection[str]) -> None:
        """Forget what is kept of containers that are gone; `names` holds those of all that are not."""
        kept: tuple[dict[str, Any], ...] = (self._due, self._targets, self._found, self._unpaid)
        for each in kept:
            for name in each.keys() - names:
                del each[name]
        self._repeats.keep(names)
        self._plans.keep(names)

    def _gone(self, name: str) -> None:
        self._queue.forget(name)
        self._due.pop(name, None)
        self._unpaid.pop(name, None)
        self._found.pop(name, None)

    def _is_due(self, name: str, policy: Policy, found: Assessment) -> bool:
        """Whether a container's schedule lets its update begin now; else it is looked at when it does."""
        now = time.time()
        wait = eligibility.scheduled(policy, now=now, grace=self._grace)
        if wait is None:
            self._due.pop(name, None)
            return True
        self._due[name] = due = wait.until
        self._say(name, "update waits for its schedule", found, due=eligibility.shown(due))
        self._queue.add_later(name, due - now)
        return False

    def _told(self, found: Assessment) -> int:
        """Say once what keeps a container from being updated; what is up to date is not worth a line."""
        self._due.pop(found.name, None)
        if found.verdict.status is Status.CURRENT:
            self._repeats.over(found.name)
            return 0
        if found.verdict.status is Status.HELD and not found.verdict.until:
            self.turns.failed(found.name)
        if found.verdict.until:
            self._queue.add_later(found.name, found.verdict.until - time.time())
        self._say(found.name, f"container {found.verdict.status.value}", found)
        return 5 if found.verdict.status is Status.UNKNOWN else 0

    def _updated(self, outcome: Outcome) -> None:
        self._found[outcome.assessment.name] = found = outcome.assessment
        if outcome.done is not Done.UPDATED:
            return
        failures = self._repeats.over(found.name)
        self._plans.over(found.name)
        stages = {f"{stage}_s": round(seconds, 3) for stage, seconds in outcome.took.items()}
        along = {"along": ", ".join(outcome.with_it)} if outcome.with_it else {}
        _log.info(
            "container updated",
            **about(found),
            **along,
            took_s=round(outcome.took_s, 3),
            failures=failures,
            **stages,
        )
        say_doubts(about(found), outcome.warnings)

    async def _failed(self, name: str, error: WatcherError) -> int:
        """Say once what went wrong, and try again what may go right another time."""
        cid, target = self._targets.get(name, ("", ""))
        failure = await self._context.memory.failure(cid, name) if cid else None
        lasting = not isinstance(error, EngineError | UpdateFailed | Busy) or (
            failure is not None and failure.image == target
        )
        if isinstance(error, EngineError | UpdateFailed):
            self.turns.failed(name)
        if lasting:
            self._due.pop(name, None)
        wait = None if lasting else round(self._queue.retry(name), 1)
        is_news = self._repeats.is_news(name, f"{_IDS.sub('', str(error))} {target}")
        if is_news and not (isinstance(error, EngineUnavailable) and await self._is_gone(error)):
            say_failed(await self._known(name), error, wait)
        return error.exit_code

    def _announce(self, found: Assessment, plan: Plan) -> None:
        self._found[found.name] = found
        if self._plans.is_news(found.name, str(plan)):
            _log.info("update planned", **about(found), plan=plan.short)

    def _say(self, name: str, event: str, found: Assessment, why: str = "", **more: str) -> None:
        why = why or found.verdict.reason
        if self._repeats.is_news(name, f"{event}: {why} {found.verdict.target}"):
            _log.info(event, **about(found), why=why, **more)

"""The one way to an update, for daemon, command line and page: the update, and what follows from it.

The caller sees first whose turn it is: the daemon by `turn`, `by_hand` by the order of the named containers.
`service` claims the containers, settles what was cut short, and carries the update out. What there is to say
is told as events; nothing is logged or printed here.
"""

from collections.abc import Callable, Collection

from attrs import evolve

from watcher.check.judgement import Assessment
from watcher.container.restart import restart_after
from watcher.dependencies.engine_access import is_only_door, refuse_door, socket_of
from watcher.host import inventory
from watcher.host.context import Context
from watcher.model.errors import EngineUnavailable, NeedsHelper, WatcherError
from watcher.model.inspection import Container
from watcher.model.json_object import Json
from watcher.model.update_events import Change, Doubted, Planned, Updated
from watcher.update import conditions, service
from watcher.update.account import is_refusal, record_refusal
from watcher.update.change import change_now, change_of
from watcher.update.own.helper_terms import Errand
from watcher.update.own.helping import by_helper
from watcher.update.own.own_update import have_settled
from watcher.update.repeats import Repeats
from watcher.update.request import Done, Outcome, Request
from watcher.update.sequencer import Turns, order_of
from watcher.update.settlement import settle_open
from watcher.update.steps.plan import Plan


class Coordinator:
    """Brings containers to the images of their tags, each in its turn.

    Args:
        context: Where they are.
        turns: Which container waits for which.

    Attributes:
        news: What was told last of each container.
        found: The latest judgement of each container that is being looked at.
    """

    def __init__(self, context: Context, turns: Turns) -> None:
        self.turns = turns
        self.news = Repeats()
        self.found: dict[str, Assessment] = {}
        self._context = context
        self._plans = Repeats()
        self._owed_restarts: dict[str, set[str]] = {}

    async def turn(self, container: Json, name: str, look_at: Callable[[str], None]) -> str:
        """Wait until it is a container's turn, unless its engine is reached through it.

        Args:
            container: As inspected.
            name: The container's.
            look_at: Has a predecessor looked at anew: its tag may have moved since the last look, by a pull
                that was waited for.

        Returns:
            What holds the container back once its turn has come; empty where nothing does.
        """
        await self._needs_helper(name)
        asked = set[str]()
        while True:
            await self.turns.come(name)
            stale = await self._stale_before(name) - asked
            asked |= stale
            for other in stale:
                look_at(other)
            if not self.turns.has_come(name):
                continue
            if why := self.turns.blocked_by(name) or await self._unmet(container, name):
                return why
            if self.turns.has_come(name):
                return ""

    async def update(self, name: str, request: Request) -> Outcome:
        """Update a container whose turn it is, and run it to its end where it is a job that others wait for.

        Raises:
            WatcherError: As `service.update`; or its engine is reached through it.
        """
        by_helper = await self._needs_helper(name)
        request = evolve(request, announce=self._announce, by_helper=by_helper)
        outcome = await service.update(self._context, name, request)
        if outcome.for_helper:
            outcome = await self._by_helper(outcome, request)
        self.found[outcome.assessment.name] = outcome.assessment
        if outcome.done is not Done.UPDATED:
            return outcome
        for dependent in request.spared.intersection(self.turns.order.restarted_with(name)):
            self._owed_restarts.setdefault(dependent, set()).add(name)
        self._tell(outcome)
        return await self._run_again(outcome)

    async def settle(self, name: str) -> None:
        """Bring an update that was cut short to its end; that of the own container by a helper.

        Raises:
            WatcherError: As `settlement.settle_open`.
        """
        try:
            await settle_open(self._context, name)
        except NeedsHelper:
            await have_settled(self._context, name)

    async def _needs_helper(self, name: str) -> bool:
        """Whether the engine is reached through this container alone, so that a helper has to update it.

        Raises:
            Refused: It is reached so, and there is no container of ours to make a helper from.
        """
        is_door = is_only_door(name, self.turns.order.doors)
        if is_door and not await self._context.own.find(self._context.engine):
            refuse_door(name, self.turns.order.doors)
        return is_door

    async def _by_helper(self, outcome: Outcome, request: Request) -> Outcome:
        """Have a helper carry an update out; that stops this process where it runs in the container."""
        found = outcome.assessment
        old, target = found.container["Id"], found.verdict.target
        proxy = found.container if request.by_helper else None
        if proxy and not socket_of(proxy):
            refuse_door(found.name, self.turns.order.doors)
        terms = (request.again, request.unattended, request.cautious)
        done = await by_helper(self._context, Errand(found.name, old, target, *terms, proxy=proxy))
        took = done.stages if done else {}
        return evolve(
            outcome, done=Done.UPDATED, for_helper=False, took=took, took_s=done.took_s if done else 0.0
        )

    async def failed(  # noqa: PLR0913 - one value per thing that counts, most of them by keywords
        self,
        name: str,
        error: WatcherError,
        *,
        is_asked_for: bool,
        is_rollback: bool = False,
        may_come: bool = False,
        is_news: bool = True,
    ) -> list[str]:
        """See to what follows an error: dependents blocked, a refusal recorded, an owed restart made.

        Args:
            name: The container's.
            error: How the update ended.
            is_asked_for: Whether a person asked for it, and is told also where the engine did not answer.
            is_rollback: Whether it was a rollback.
            may_come: Whether the update may yet come about; then no container is restarted for it so far.
            is_news: Whether the error was not told before: then a refusal is recorded.

        Returns:
            What was wrong with the restarts, a line each.
        """
        self.turns.failed_with(name, error, is_asked_for=is_asked_for)
        if is_news:
            await self._refused(name, error, is_rollback=is_rollback)
        try:
            return [] if may_come else await self.restart_spared(name)
        except EngineUnavailable as lost:  # in the daemon the restart is owed until the next look
            return [str(lost)] if is_asked_for else []

    async def restart_spared(self, name: str) -> list[str]:
        """Restart a container that was spared for an update of its own and then had none.

        Returns:
            What was wrong with the restarts, a line each.
        """
        doubts = [
            await restart_after(self._context.engine, name, dependency, self._context.downtimes)
            for dependency in sorted(self._owed_restarts.get(name, ()))
        ]
        self._owed_restarts.pop(name, None)
        return [*filter(None, doubts)]

    async def change(self, name: str) -> Change:
        """What is told of a container's update: as it was judged, or else as the engine says now."""
        found = self.found.get(name)
        return change_of(found) if found else await change_now(self._context.engine, name)

    async def _refused(self, name: str, error: WatcherError, *, is_rollback: bool) -> None:
        """Have it recorded where an update was refused before it began.

        Which image a rollback would have been to is not said: nobody may know it.
        """
        if not is_refusal(error):
            return
        change = await self.change(name)
        if is_rollback:
            change = evolve(change, new="", new_version="", link="")
        await record_refusal(self._context, change, error, "rollback" if is_rollback else None)

    def forget(self, name: str) -> None:
        """Forget what is kept of a container that is gone."""
        self.found.pop(name, None)
        self._owed_restarts.pop(name, None)

    def forget_but(self, names: Collection[str]) -> None:
        """Forget what is kept of all other containers."""
        for name in (self.found.keys() | self._owed_restarts.keys()) - {*names}:
            self.forget(name)
        self.news.keep(names)
        self._plans.keep(names)

    def _announce(self, found: Assessment, plan: Plan) -> None:
        self.found[found.name] = found
        is_news = self._plans.is_news(found.name, str(plan))
        self._context.events.publish(Planned(change_of(found), tuple(plan.short), is_news))

    def _tell(self, outcome: Outcome) -> None:
        found, publish = outcome.assessment, self._context.events.publish
        change, failures = change_of(found), self.news.over(found.name)
        self._plans.over(found.name)
        publish(Updated(change, outcome.with_it, outcome.took_s, outcome.took, failures))
        for line in outcome.warnings:
            publish(Doubted(change, line))

    async def _run_again(self, outcome: Outcome) -> Outcome:
        """Run a job that others wait for with its new image, as `docker compose up` would, if it had run."""
        engine, name = self._context.engine, outcome.assessment.name
        if Container(outcome.assessment.container).status != "exited":
            return outcome
        order = self.turns.order
        if name not in order.dependencies:  # a command that was given one name alone has no order to keep to
            order = await order_of(self._context, await engine.containers(stopped=True))
        if not order.is_awaited(name) or not (
            doubt := await conditions.completed(engine, name, self._context.downtimes)
        ):
            return outcome
        self._context.events.publish(Doubted(change_of(outcome.assessment), doubt))
        return evolve(outcome, warnings=(*outcome.warnings, doubt), is_job_undone=True)

    async def _unmet(self, container: Json, name: str) -> str:
        if not Container(container).is_running:
            return ""
        dependencies = self.turns.order.dependencies.get(name, ())
        return await conditions.unmet(self._context.engine, dependencies, self._context.downtimes)

    async def _stale_before(self, name: str) -> set[str]:
        """The predecessors of a container whose tags mean other images now."""
        before = self.turns.order.before(name)
        if not before:
            return set()
        context = self._context
        rows = await context.engine.containers(stopped=True, **context.may_follow)
        return inventory.wanting(await context.opted_in(rows), context.readable_policy) & before

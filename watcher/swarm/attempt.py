"""One rollout from its first request to its end, by whichever process comes upon it; and its record."""

import secrets
import time
from collections.abc import Awaitable, Callable

from attrs import evolve

from watcher.config.policy import Policy
from watcher.engine.swarm import Swarm, is_out_of_sequence
from watcher.host.context import Context
from watcher.model.errors import (
    EngineError,
    RolledBack,
    UnreadableSetting,
    UpdateFailed,
    WatcherError,
)
from watcher.model.json_object import Json
from watcher.model.names import short
from watcher.model.quoting import escaped
from watcher.model.reference import ImageRef
from watcher.model.update_events import Attempt, AttemptKind, Ending, ImageVersion, StageBegan
from watcher.model.values import frozen
from watcher.store.service_failures import Begun
from watcher.swarm.progress import of_digest, ran
from watcher.swarm.reading import Found
from watcher.swarm.rollout import (
    RolloutEnd,
    RolloutWatch,
    gone_back,
    is_back_from,
    seen_to_its_end,
    was_changed,
)
from watcher.swarm.spec import Rollout, Service, updated
from watcher.update.account import now
from watcher.update.steps.stages import Stages

Consent = Callable[[], Awaitable[None]]

_TRIES = 5
_STALE_S = (
    3600.0  # of a rollout that was over so long ago nobody knows any more what its tasks' failures mean
)
_DOING = {"roll out": "rolling out", "prove": "proving", "back": "going back"}


class Changed(Exception):
    """The service is another one than was judged: it is to be judged anew."""


@frozen
class Completed:
    """How a rollout ended that did not fail.

    Attributes:
        why: How far it came, as a clause.
        took_s: Seconds that it took.
    """

    why: str
    took_s: float


@frozen
class Attempting:
    """One rollout, from here on.

    Attributes:
        context: Where the rollout is told and recorded.
        service: The service as it was when the rollout began, or was found.
        policy: The service's settings.
        rollout: What is rolled out.
        tag: The tag that is followed.
        began: When the rollout began, in seconds since the epoch.
        why: From what to what, as a clause.
        stages: What times and tells each stage of the rollout.
        kind: What it is recorded as.
    """

    context: Context
    service: Service
    policy: Policy
    rollout: Rollout
    tag: ImageRef
    began: float
    why: str
    stages: Stages
    kind: AttemptKind = "service"

    @property
    def swarm(self) -> Swarm:
        """Where it is."""
        return Swarm(self.context.engine)

    @property
    def images(self) -> dict[str, str]:
        """From which digest to which it leads, as events tell it."""
        return {"old": self.rollout.old, "new": self.rollout.new, "digest": self.rollout.new}

    async def begin(self, image: str, consent: Consent, left: str) -> None:
        """Tell the swarm, once: of the very version that was judged, or that differs in nothing that counts.

        Args:
            image: What it is to run.
            consent: Raises where a person, or the clock, does not want it any more.
            left: The digest that a person has it go back from, or nothing.

        Raises:
            Changed: Somebody has given it another image, or other labels of ours.
            EngineError: It was refused.
        """
        login = await self.context.registries.login(self.tag)
        for _ in range(_TRIES):
            fresh = Service(await self.swarm.service(self.service.id))
            if self._is_in(fresh):
                return
            if fresh.judged_by != self.service.judged_by:
                raise Changed
            await consent()
            spec = updated(fresh, image, self.rollout, left)
            await self.context.memory.services.begin(self.service.id, self._begun)
            try:
                await self.swarm.update(fresh.said, spec, login)
            except EngineError as error:
                if await self._was_taken():
                    return
                if not is_out_of_sequence(error):
                    raise
            else:
                return
        raise Changed

    @property
    def _begun(self) -> Begun:
        return Begun(str(self.rollout), self.context.by, self.kind == "rollback")

    def _is_in(self, service: Service) -> bool:
        found = service.rollout
        return found is not None and found.id == self.rollout.id

    async def _was_taken(self) -> bool:
        """Whether a request counts of which nobody heard the answer."""
        return self._is_in(Service(await self.swarm.service(self.service.id)))

    async def end(self) -> Completed:
        """See the rollout to its end, go back where it failed, and record what became of it.

        Raises:
            RolledBack: The rollout failed, and what ran before runs again.
            UpdateFailed: The rollout failed, and what ran before does not run; or somebody else changed the
                service.
            EngineError: The swarm did not answer for long: the rollout is open, and the next look goes on.
        """
        watch = RolloutWatch(self.swarm, self.service.id, self.policy, self.rollout.new)
        with self.stages.under_way(self.stage("prove")):
            ending = await seen_to_its_end(watch, self.rollout)
        if ending.how == "proved":
            await self.context.memory.services.forget(self.service.id, self.rollout.new)
            await self._record("updated", f"{self.why}: {ending.why}")
            return Completed(ending.why, self._took())
        error = await self._undone(watch, ending)
        await self._record("rolled back" if isinstance(error, RolledBack) else "failed", str(error))
        raise error

    async def _undone(self, watch: RolloutWatch, ending: RolloutEnd) -> WatcherError:
        """Go back, after the failed digest is remembered: a kill in between must not have it tried anew.

        A change by others is not the image's fault, and is not held against it.
        """
        what = f"{self.service.name}: {self.why}: {ending.why}"
        if ending.how == "changed":
            return UpdateFailed(what, advice="what it is now stands")
        if ending.is_images:
            await self.context.memory.services.keep(self.service.id, self.rollout.new, escaped(ending.why))
        else:
            await self.context.memory.services.excuse(self.service.id, self.rollout.new)
            what = f"{what}, for which the image is not held"
        with self.stages.under_way(self.stage("back")):
            back = await gone_back(watch, self.rollout)
        if back.how == "back":
            return RolledBack(f"{what}; it went back to {short(self.rollout.old)}, and {back.why}")
        bare = self.service.spec["Name"]
        return UpdateFailed(f"{what}; {back.why}", advice=f"`docker service ps {bare}` tells what is wrong")

    def stage(self, stage: str) -> StageBegan:
        """A stage of the rollout."""
        return StageBegan(self.service.name, self.service.name, stage, _DOING[stage])

    def _took(self) -> float:
        return max(time.time() - self.began, 0.0)

    async def _record(self, outcome: Ending, why: str) -> None:
        await self.context.events.ended(
            Attempt(
                at=now(),
                name=self.service.name,
                kind=self.kind,
                outcome=outcome,
                image=self.tag.familiar,
                old=ImageVersion(self.rollout.old),
                new=ImageVersion(self.rollout.new),
                by=self.context.by,
                took_s=self._took(),
                down_s=None,
                stages=self.stages.took | self.stages.failed,
                why=escaped(why),
                link=self.service.link(self.rollout.new) or None,
                containers=(self.service.id, self.rollout.id),
            )
        )
        await self.context.memory.services.end(self.service.id)


def anew(context: Context, found: Found, running: int) -> Attempting:
    """A rollout to what a service should run, which has not begun."""
    service, verdict = found.service, found.verdict
    if found.policy is None or service.tag is None:
        raise ValueError(f"{found.name} follows nothing")
    rollout = Rollout(f"{int(time.time())}-{secrets.token_hex(4)}", verdict.target, verdict.running, running)
    stages = Stages(context.events.publish)
    about = (service.tag, time.time(), verdict.cause, stages)
    return Attempting(context, service, found.policy, rollout, *about, _kind(goes_back=found.goes_back))


async def running_now(swarm: Swarm, service: Service) -> int:
    """How many tasks of a service run."""
    return ran(await swarm.tasks(service.id))


async def left_open(context: Context, said: Json) -> Attempting | None:
    """The rollout of ours that a service is in the middle of, or has an end of that nobody recorded."""
    service = Service(said)
    rollout = _open(service) or await _taken_back(context, service)
    if rollout is None or service.tag is None:
        return None
    if await context.memory.history.has_row(service.id, rollout.id):
        return None
    try:
        policy = context.defaults.with_labels(service.labels)
    except UnreadableSetting:
        policy = context.defaults
    why = f"{service.tag.familiar} was {short(rollout.old)}, is {short(rollout.new)}"
    began = float(rollout.id.partition("-")[0])
    asked = await _asked(context, service, rollout)
    context = evolve(context, by=asked.by or context.by)
    about = (service.tag, began, why, Stages(context.events.publish))
    return Attempting(context, service, policy, rollout, *about, _kind(goes_back=asked.goes_back))


def _kind(*, goes_back: bool) -> AttemptKind:
    return "rollback" if goes_back else "service"


async def _asked(context: Context, service: Service, rollout: Rollout) -> Begun:
    """Who asked for a rollout, and for what; by the labels alone where it was begun elsewhere."""
    begun = await context.memory.services.begun(service.id)
    goes_back = any(
        each is not None and each.rollout == rollout and bool(each.left) for each in (service, service.before)
    )
    return begun if begun.rollout == str(rollout) else Begun(str(rollout), None, goes_back)


async def _taken_back(context: Context, service: Service) -> Rollout | None:
    """The rollout of ours that the swarm went back from while nobody looked, of which it tells no more."""
    if not service.is_going_back:
        return None
    begun = Rollout.parse((await context.memory.services.begun(service.id)).rollout)
    if begun is None or service.digest != begun.old:
        return None
    tasks = await Swarm(context.engine).tasks(service.id)
    return begun if of_digest(tasks, begun.new) else None


def _open(service: Service) -> Rollout | None:
    """A rollout of which the swarm still tells; a rollout that was over long ago is nobody's any more."""
    if service.completed and time.time() - service.completed > _STALE_S:
        return None
    before = service.before.rollout if service.before else None
    if before and is_back_from(service, before):
        return before
    found = service.rollout
    is_over = service.is_going_back or (found is not None and was_changed(service, found))
    return None if is_over else found

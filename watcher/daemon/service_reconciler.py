"""One service of a swarm: what is to be done about it now, and what is to be said; the swarm does it."""

import asyncio
import time
from collections.abc import Collection

from attrs import evolve

from watcher.check.eligibility import For, Wait
from watcher.check.verdict import Status, Verdict
from watcher.daemon import judgements
from watcher.daemon.pushes import PushedServices
from watcher.host.context import Context, IsGone
from watcher.model.errors import (
    EngineUnavailable,
    NoSuchContainer,
    RegistryError,
    RolledBack,
    Unknown,
    WatcherError,
)
from watcher.model.events import LabelsDoubted
from watcher.model.json_object import Json
from watcher.model.update_events import By, Change, NotUpdated, Updated
from watcher.model.values import frozen
from watcher.swarm import gates
from watcher.swarm import update as swarm
from watcher.swarm.attempt import left_open
from watcher.swarm.by_hand import refused
from watcher.swarm.reading import Found, Reader, is_followed
from watcher.swarm.retry import may_pass
from watcher.swarm.spec import Service
from watcher.update.consent import NotNow
from watcher.update.repeats import Repeats
from watcher.update.request import Done, Request


@frozen
class Result:
    """How a look at a service ended; `Services`, which has the queue, acts on it.

    Attributes:
        code: The exit code that says how it went.
        until: When the service is to be looked at again by a clock, in seconds since the epoch; 0 is not by a
            clock.
        failure: What went wrong, to be told with the seconds to the next try.
        retries: Whether the service is to be tried again after its back-off.
        rest_s: Seconds until its registry may be asked again.
    """

    code: int = 0
    until: float = 0.0
    failure: NotUpdated | None = None
    retries: bool = False
    rest_s: float = 0.0


class ServiceReconciler:
    """Brings services to the images of their tags, each on its own.

    Args:
        context: A manager of the swarm.
        reader: Reads services, and keeps what their registries said.
        pushes: Whose updates come of a webhook.
        concurrency: So many are rolled out at once.
        is_gone: Tells whether the engine is, after it was unavailable, and says so.
    """

    def __init__(
        self, context: Context, reader: Reader, pushes: PushedServices, concurrency: int, is_gone: IsGone
    ) -> None:
        self._context = context
        self._publish = context.events.publish
        self._reader = reader
        self._pushes = pushes
        self._slots = asyncio.Semaphore(concurrency)
        self._is_gone = is_gone
        self._news = Repeats()
        self._remarks = Repeats()
        self._beside = set[str]()  # they wait for the end of the updater's own update

    async def reconcile(self, name: str, service_id: str) -> Result:
        """Look at a service, which may be gone by now, and do what is to be done."""
        change, registry = Change(name), ""
        try:
            service = Service(said := await self._reader.swarm.service(service_id))
            change, registry = service.change(), service.tag.domain if service.tag else ""
            if begun := await left_open(self._context, said):
                # It has begun, so no hold, mode or slot counts any more: what failed must go back at once.
                change = evolve(change, **begun.images)
                return await self._update(said, change)
            if not is_followed(self._context, service):
                return Result()
            found = await self._reader.found(said)
            self._pushes.judged(name, self._reader.known(service))
            change = service.change(found.verdict.target)
            return await self._reconcile(said, found, change)
        except NoSuchContainer:
            return Result()
        except WatcherError as error:
            return await self._failed(service_id, registry, change, error)

    def take_beside(self) -> set[str]:
        """The services that waited for the end of the updater's own update, which is over now."""
        beside, self._beside = self._beside, set()
        return beside

    def forget_but(self, names: Collection[str]) -> None:
        """Forget what was told of services that are gone; `names` has all others' names."""
        self._news.keep(names)

    async def _reconcile(self, said: Json, found: Found, change: Change) -> Result:
        verdict, policy = found.verdict, found.policy
        for line in found.remarks:
            self._doubt(found.name, line)
        if verdict.status is not Status.OUTDATED or not (policy and policy.is_carried_out):
            return self._judged(found, change)
        if wait := await gates.wait(self._context, found, policy):
            return self._waits(change, verdict, wait)
        async with self._slots:
            return await self._update(said, change, verdict)

    def _waits(self, change: Change, verdict: Verdict, wait: Wait) -> Result:
        if wait.cause is For.OPEN_UPDATE:
            self._beside.add(change.container)
        self._publish(judgements.waiting(self._news, change, verdict, wait, wait.why))
        return Result(until=wait.until)

    async def _update(self, said: Json, change: Change, verdict: Verdict | None = None) -> Result:
        by: By | None = "hook" if self._pushes.is_why(change.container) else None
        try:
            done = await swarm.update(self._reader, said, Request(unattended=True, by=by))
        except NotNow as error:  # a person decided in the last moment, or the own update has begun
            # Where a rollout was to be taken up, and has ended by itself, what comes after it was not judged.
            return self._waits(change, verdict, error.wait) if verdict else Result(until=time.time())
        self._pushes.over(change.container)
        if done.done is Done.UPDATED:
            failures = self._news.over(change.container)
            self._publish(Updated(evolve(change, **done.images), (), done.took_s, {}, failures))
        return Result()

    def _judged(self, found: Found, change: Change) -> Result:
        verdict, mode = found.verdict, found.policy.mode if found.policy else "update"
        self._publish(judgements.judged(self._news, change, verdict, mode))
        return Result(Unknown.exit_code if verdict.status is Status.UNKNOWN else 0, verdict.until)

    def _doubt(self, name: str, line: str) -> None:
        if self._remarks.is_news(f"{name}: {line}", line):
            self._publish(LabelsDoubted(name, line))

    async def _failed(self, service_id: str, registry: str, change: Change, error: WatcherError) -> Result:
        """Tell what went wrong; what may go right another time is to be tried again."""
        name, code = change.container, error.exit_code
        if isinstance(error, EngineUnavailable) and await self._is_gone(error):
            return Result(code, retries=True)
        is_passing = await may_pass(self._context.memory.services, service_id, change.new, error)
        if not is_passing:
            self._pushes.over(name)
        if is_news := self._news.is_news(name, str(error)):
            await refused(self._context, name, error)
        told = NotUpdated(change, str(error), code, isinstance(error, RolledBack), is_news=is_news)
        is_registrys = registry and isinstance(error, RegistryError)
        rest = self._context.registries.rest(registry) if is_registrys else 0.0
        return Result(code, failure=told, retries=is_passing, rest_s=rest)

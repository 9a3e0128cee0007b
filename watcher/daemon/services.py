"""The services of a swarm, looked after beside the containers: judged at each pass, updated when they may."""

import asyncio
import time
from collections.abc import Callable, Collection
from traceback import format_exc

from attrs import evolve

from watcher.check.eligibility import For, Wait
from watcher.check.verdict import Status, Verdict
from watcher.daemon import judgements
from watcher.daemon.moments import Moments
from watcher.daemon.pushes import PushedServices
from watcher.daemon.rhythm import Rhythm
from watcher.daemon.workqueue import WorkQueue
from watcher.host.context import Context, IsGone
from watcher.model.errors import (
    EngineError,
    EngineUnavailable,
    NoSuchContainer,
    RegistryError,
    RolledBack,
    Unknown,
    WatcherError,
)
from watcher.model.events import LabelsDoubted, LookFailed, SwarmUnfollowed
from watcher.model.json_object import Json
from watcher.model.names import SERVICE_PREFIX
from watcher.model.reference import Choose
from watcher.model.update_events import By, Change, NotUpdated, Updated
from watcher.model.values import frozen
from watcher.swarm import gates
from watcher.swarm import update as swarm
from watcher.swarm.attempt import left_open
from watcher.swarm.by_hand import refused
from watcher.swarm.reading import Found, Reader, is_followed
from watcher.swarm.retry import may_pass
from watcher.swarm.spec import Service
from watcher.swarm.status import followed
from watcher.update.consent import NotNow
from watcher.update.repeats import Repeats
from watcher.update.request import Done, Request

_WORKER = "this engine is a worker of a swarm: its services are followed where a manager is"


@frozen
class _Result:
    """How a look at a service ended: the exit code, and when it is to be looked at again, if by a clock."""

    code: int = 0
    until: float = 0.0


class Services:
    """The services of one engine, where that is a manager; where it is in no swarm, nothing is asked of it.

    Args:
        context: The engine.
        concurrency: So many are rolled out at once.
        rhythm: Says when all are judged anew.
        is_gone: Tells whether the engine is, after it was unavailable, and says so.

    Attributes:
        reader: Reads them, and keeps what their registries said.
    """

    def __init__(self, context: Context, concurrency: int, rhythm: Rhythm, is_gone: IsGone) -> None:
        self._context = context
        self._publish = context.events.publish
        self.reader = Reader(context)
        self._is_gone = is_gone
        self._rhythm = rhythm
        self._queue: WorkQueue[str] = WorkQueue()
        self._moments = Moments(self._queue)
        self._slots = asyncio.Semaphore(concurrency)
        self._rows: dict[str, Json] = {}
        self._news = Repeats()
        self._remarks = Repeats()
        self._beside = set[str]()  # they wait for the end of the updater's own update
        self._pushes = PushedServices()
        self._role = ""

    @property
    def names(self) -> set[str]:
        """What those are called that are followed."""
        return {*self._rows}

    @property
    def marks(self) -> dict[str, str]:
        """For each name what is another once the service is, or was changed."""
        return {name: f"{row['ID']} {row['Version']['Index']}" for name, row in self._rows.items()}

    def pushed(self, choose: Choose) -> list[str]:
        """Judge those anew whose tags were pushed, as a webhook tells; what people call the tags."""
        services = {name: Service(row) for name, row in self._rows.items()}
        chosen = choose({service.tag for service in services.values() if service.tag})
        for name, service in services.items():
            if service.tag in chosen:
                self._pushes.told(name, self.reader.known(service))
                self.reader.forget_tag(service)
                self._queue.add(name)
        return sorted(ref.familiar for ref in chosen)

    def is_idle(self) -> bool:
        """Whether none waits to be looked at, or is."""
        return self._queue.is_idle()

    def failing_code(self) -> int:
        """The highest exit code of those that failed and are tried again; 0 for none."""
        return max(self._queue.failing.values(), default=0)

    def happened(self, event: Json) -> None:
        """Ask the engine anew what it is, where one of its events tells of a swarm that was not known."""
        if event.get("Type") in {"service", "node"} and self._role != "manager":
            self._context.engine.ask_anew()

    def ask(self) -> None:
        """Judge all of them anew, by what their registries say now."""
        self.reader.forget()
        self._queue.forget_all()
        self.ring()

    def ring(self) -> None:
        """Judge all of them anew."""
        for name in self._rows:
            self._queue.add(name)

    def look_at(self, names: Collection[str]) -> set[str]:
        """Judge those of these names that are services; returns the others."""
        for name in self.names.intersection(names):
            self._queue.add(name)
        return {name for name in names if not name.startswith(SERVICE_PREFIX)}

    async def look(self) -> None:
        """Find which there are, and have those judged that are new, were changed, or waited for this look.

        While the updater's own update is under way nobody looks.

        Raises:
            EngineUnavailable: The engine is gone.
        """
        role = await self._context.engine.role()
        if role == "worker" and role != self._role:
            self._publish(SwarmUnfollowed(_WORKER))
        self._role = role
        try:
            rows = await followed(self._context) if role == "manager" else []
        except EngineUnavailable:
            raise
        except EngineError:  # it has no leader just now, or has left the swarm
            self._context.engine.ask_anew()
            return
        found = {Service(row).name: row for row in rows}
        for name in self._rows.keys() - found.keys():
            self._queue.drop(name)
        for name, row in found.items():
            if name in self._beside or self._rows.get(name, {}).get("Version") != row["Version"]:
                self._queue.add(name)
        self._moments.look(found)
        self._rows, self._beside = found, set()
        self._news.keep(self.names)

    async def on_time(self) -> None:
        """Have all of them judged at each strike."""
        count = self._rhythm.count
        while True:
            count = await self._rhythm.following(count)
            self.ask()

    async def work(self, tasks: asyncio.TaskGroup, done: Callable[[int], None]) -> None:
        """Judge what is due, and tell each exit code; one whose rollout is proved holds up no other."""
        async for name in self._queue.keys():
            tasks.create_task(self._work(name, done))

    async def once(self) -> int:
        """Judge and update all of them; the highest exit code that applied."""
        await self.look()
        self._queue.close_when_idle()
        codes = [0]
        async with asyncio.TaskGroup() as tasks:
            async for name in self._queue.keys():
                tasks.create_task(self._one(name, codes))
        return max(codes)

    async def _one(self, name: str, codes: list[int]) -> None:
        try:
            codes.append((await self._guarded(name)).code)
        finally:
            self._queue.done(name)
            self._queue.close_when_idle()

    async def _work(self, name: str, done: Callable[[int], None]) -> None:
        result = _Result()
        try:
            result = await self._guarded(name)
        finally:
            self._queue.done(name)
            done(result.code)

    async def _guarded(self, name: str) -> _Result:
        try:
            result = await self._looked(name)
        except Exception:  # noqa: BLE001 - an error of ours must not stop the others; it is said in full
            code = Unknown.exit_code
            self._publish(LookFailed(name, "", format_exc().rstrip(), self._queue.retry(name, code)))
            return _Result(code)
        self._moments.wait(name, result.until)
        return result

    async def _looked(self, name: str) -> _Result:
        if (row := self._rows.get(name)) is None:
            return _Result()
        change = Change(name)
        try:
            service = Service(said := await self.reader.swarm.service(row["ID"]))
            change = service.change()
            if begun := await left_open(self._context, said):
                # It has begun, so no hold, mode or slot counts any more: what failed must go back at once.
                change = evolve(change, **begun.images)
                return await self._update(said, change)
            if not is_followed(self._context, service):
                return _Result()
            found = await self.reader.found(said)
            self._pushes.judged(name, self.reader.known(service))
            change = service.change(found.verdict.target)
            result = await self._reconcile(said, found, change)
        except NoSuchContainer:
            return _Result()
        except WatcherError as error:
            return await self._failed(name, change, error)
        self._queue.forget(name)
        return result

    async def _reconcile(self, said: Json, found: Found, change: Change) -> _Result:
        verdict, policy = found.verdict, found.policy
        for line in found.remarks:
            self._doubt(found.name, line)
        if verdict.status is not Status.OUTDATED or not (policy and policy.is_carried_out):
            return self._judged(found, change)
        if wait := await gates.wait(self._context, found, policy):
            return self._waits(change, verdict, wait)
        async with self._slots:
            return await self._update(said, change, verdict)

    def _waits(self, change: Change, verdict: Verdict, wait: Wait) -> _Result:
        if wait.cause is For.OPEN_UPDATE:
            self._beside.add(change.container)
        self._publish(judgements.waiting(self._news, change, verdict, wait, wait.why))
        return _Result(until=wait.until)

    async def _update(self, said: Json, change: Change, verdict: Verdict | None = None) -> _Result:
        by: By | None = "hook" if self._pushes.is_why(change.container) else None
        try:
            done = await swarm.update(self.reader, said, Request(unattended=True, by=by))
        except NotNow as error:  # a person decided in the last moment, or the own update has begun
            # Where a rollout was to be taken up, and has ended by itself, what comes after it was not judged.
            return self._waits(change, verdict, error.wait) if verdict else _Result(until=time.time())
        self._pushes.over(change.container)
        if done.done is Done.UPDATED:
            failures = self._news.over(change.container)
            self._publish(Updated(evolve(change, **done.images), (), done.took_s, {}, failures))
        return _Result()

    def _judged(self, found: Found, change: Change) -> _Result:
        verdict, mode = found.verdict, found.policy.mode if found.policy else "update"
        self._publish(judgements.judged(self._news, change, verdict, mode))
        return _Result(Unknown.exit_code if verdict.status is Status.UNKNOWN else 0, verdict.until)

    def _doubt(self, name: str, line: str) -> None:
        if self._remarks.is_news(f"{name}: {line}", line):
            self._publish(LabelsDoubted(name, line))

    async def _failed(self, name: str, change: Change, error: WatcherError) -> _Result:
        """Tell what went wrong; what may go right another time is tried again."""
        if isinstance(error, EngineUnavailable) and await self._is_gone(error):
            self._queue.retry(name, error.exit_code)
            return _Result(error.exit_code)
        service_id = str(self._rows.get(name, {}).get("ID", ""))
        is_passing = await may_pass(self._context.memory.services, service_id, change.new, error)
        wait = round(self._retry(name, error), 1) if is_passing else None
        if wait is None:
            self._pushes.over(name)
        if is_news := self._news.is_news(name, str(error)):
            await refused(self._context, name, error)
        is_back = isinstance(error, RolledBack)
        self._publish(NotUpdated(change, str(error), error.exit_code, is_back, wait, is_news=is_news))
        return _Result(error.exit_code)

    def _retry(self, name: str, error: WatcherError) -> float:
        """Have a service looked at after its back-off, or once its registry may be asked again."""
        wait = self._queue.retry(name, error.exit_code)
        service = Service(self._rows[name]) if name in self._rows else None
        if isinstance(error, RegistryError) and service and service.tag:
            rest = self._context.registries.rest(service.tag.domain)
            if rest > wait:
                self._queue.add_later(name, rest)
            return max(wait, rest)
        return wait

"""The services of a swarm, looked after beside the containers: which there are, and when each is judged."""

import asyncio
from collections.abc import Callable, Collection
from traceback import format_exc

from attrs import evolve

from watcher.daemon.moments import Moments
from watcher.daemon.pushes import PushedServices
from watcher.daemon.rhythm import Rhythm
from watcher.daemon.service_reconciler import Result, ServiceReconciler
from watcher.daemon.workqueue import WorkQueue
from watcher.host.context import Context, IsGone
from watcher.model.errors import EngineError, EngineUnavailable, Unknown
from watcher.model.events import LookFailed, SwarmUnfollowed
from watcher.model.json_object import Json
from watcher.model.names import SERVICE_PREFIX
from watcher.model.reference import Choose
from watcher.swarm.reading import Reader
from watcher.swarm.spec import Service
from watcher.swarm.status import followed

_WORKER = "this engine is a worker of a swarm: its services are followed where a manager is"


class Services:
    """The services of one engine, where the engine is a manager; an engine in no swarm is asked nothing.

    Args:
        context: The engine.
        concurrency: So many services are rolled out at once.
        rhythm: Says when all services are judged anew.
        is_gone: Tells whether the engine is gone, after it was unavailable, and says so.

    Attributes:
        reader: Reads the services, and keeps what their registries said.
    """

    def __init__(self, context: Context, concurrency: int, rhythm: Rhythm, is_gone: IsGone) -> None:
        self._context = context
        self._publish = context.events.publish
        self.reader = Reader(context)
        self._rhythm = rhythm
        self._queue: WorkQueue[str] = WorkQueue()  # by names: it is this engine's own, and looks go by ids
        self._moments = Moments(self._queue)
        self._pushes = PushedServices()
        self._reconciler = ServiceReconciler(context, self.reader, self._pushes, concurrency, is_gone)
        self._rows: dict[str, Json] = {}
        self._role = ""

    @property
    def names(self) -> set[str]:
        """The names of the followed services."""
        return {*self._rows}

    @property
    def marks(self) -> dict[str, str]:
        """For each name a mark, which is another one once the service is another, or was changed."""
        return {name: f"{row['ID']} {row['Version']['Index']}" for name, row in self._rows.items()}

    def pushed(self, choose: Choose) -> list[str]:
        """Judge the services anew whose tags were pushed, as a webhook tells; what people call the tags."""
        services = {name: Service(row) for name, row in self._rows.items()}
        chosen = choose({service.tag for service in services.values() if service.tag})
        for name, service in services.items():
            if service.tag in chosen:
                self._pushes.told(name, self.reader.known(service))
                self.reader.forget_tag(service)
                self._queue.add(name)
        return sorted(ref.familiar for ref in chosen)

    def is_idle(self) -> bool:
        """Whether no service waits to be looked at, or is."""
        return self._queue.is_idle()

    def failing_code(self) -> int:
        """The highest exit code of the services that failed and are tried again; 0 for none."""
        return max(self._queue.failing.values(), default=0)

    def happened(self, event: Json) -> None:
        """Ask the engine anew what it is, where one of its events tells of a swarm that was not known."""
        if event.get("Type") in {"service", "node"} and self._role != "manager":
            self._context.engine.ask_anew()

    def ask(self) -> None:
        """Judge all services anew, by what their registries say now."""
        self.reader.forget()
        self._queue.forget_all()
        self.ring()

    def ring(self) -> None:
        """Judge all services anew."""
        for name in self._rows:
            self._queue.add(name)

    def look_at(self, names: Collection[str]) -> set[str]:
        """Judge those of these names that are services; returns the others."""
        for name in self.names.intersection(names):
            self._queue.add(name)
        return {name for name in names if not name.startswith(SERVICE_PREFIX)}

    async def look(self) -> None:
        """Find the services, and have those judged that are new, were changed, or waited for this look.

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
        beside = self._reconciler.take_beside()
        for name, row in found.items():
            if name in beside or self._rows.get(name, {}).get("Version") != row["Version"]:
                self._queue.add(name)
        self._moments.look(found)
        self._rows = found
        self._reconciler.forget_but(self.names)

    async def on_time(self) -> None:
        """Have all of them judged at each strike."""
        count = self._rhythm.count
        while True:
            count = await self._rhythm.following(count)
            self.ask()

    async def work(self, tasks: asyncio.TaskGroup, done: Callable[[int], None]) -> None:
        """Judge the due services, and tell each exit code; the proof of a rollout holds up no other one."""
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
            codes.append(await self._guarded(name))
        finally:
            self._queue.done(name)
            self._queue.close_when_idle()

    async def _work(self, name: str, done: Callable[[int], None]) -> None:
        code = 0
        try:
            code = await self._guarded(name)
        finally:
            self._queue.done(name)
            done(code)

    async def _guarded(self, name: str) -> int:
        if (row := self._rows.get(name)) is None:
            return 0
        try:
            result = await self._reconciler.reconcile(name, row["ID"])
        except Exception:  # noqa: BLE001 - an error of ours must not stop the others; it is said in full
            code = Unknown.exit_code
            self._publish(LookFailed(name, "", format_exc().rstrip(), self._queue.retry(name, code)))
            return code
        self._queued(name, result)
        return result.code

    def _queued(self, name: str, result: Result) -> None:
        """Have a service looked at again as a result wants it, and tell what went wrong."""
        is_there = name in self._rows
        wait = round(self._retry(name, result), 1) if result.retries and is_there else None
        if result.failure:
            self._publish(evolve(result.failure, again_in_s=wait))
        elif not result.retries:
            self._queue.forget(name)
        self._moments.wait(name, result.until)

    def _retry(self, name: str, result: Result) -> float:
        """Have a service looked at after its back-off, or once its registry may be asked again."""
        wait = self._queue.retry(name, result.code)
        if result.rest_s > wait:
            self._queue.add_later(name, result.rest_s)
        return max(wait, result.rest_s)

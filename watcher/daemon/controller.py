"""One engine of `watcher run`: follows it, pulls the tracked tags, and updates what is outdated.

Level-triggered: whatever happened, the one question is whether each container that opted in runs the
image that its own tag means now.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from traceback import format_exc
from typing import TypeVar

from attrs import evolve

from watcher.config.settings import DaemonSettings
from watcher.daemon.decisions import DecisionPoll
from watcher.daemon.deferred_looks import DeferredLooks, LookDue
from watcher.daemon.engine_queue import EngineQueue
from watcher.daemon.event_watcher import Watch
from watcher.daemon.followed import FollowedContainers
from watcher.daemon.injections import Injections
from watcher.daemon.notices import Notices
from watcher.daemon.passes import Pass, Passes, Recheck, counted, nobody, whole
from watcher.daemon.puller import Puller
from watcher.daemon.reconciler import Reconciler, Result
from watcher.daemon.rhythm import Rhythm
from watcher.daemon.services import Services
from watcher.daemon.workqueue import WorkQueue
from watcher.host import inventory
from watcher.host.context import Context
from watcher.model.errors import EngineError, Unknown
from watcher.model.events import DaemonStopped, Looked, LookFailed
from watcher.model.json_object import Json
from watcher.model.names import name_of
from watcher.store.heartbeat import Beat, Pulse
from watcher.store.keys import Key
from watcher.update.coordinator import Coordinator
from watcher.update.sequencer import Turns

K = TypeVar("K")


class Daemon:
    """The daemon of one engine: all its tasks side by side.

    Args:
        context: The engine, which need not be there yet.
        settings: The daemon's own.
        pulse: Where its health is told.
        rhythm: When all tags are asked for.
        turns: Which container waits for which, of those that are updated by it and beside it.
        recheck: Given the names of all followed containers, the names of those whose news may be over.

    Attributes:
        context: The engine, with what the daemon's updates share.
        turns: Which container waits for which.
        pushed: Asks for the containers' tags that were pushed, as a webhook tells.
        services: The services of a swarm, looked after beside the containers.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - one value per thing that it works with
        self,
        context: Context,
        settings: DaemonSettings,
        pulse: Pulse | Beat,
        rhythm: Rhythm,
        turns: Turns,
        recheck: Recheck = nobody,
    ) -> None:
        self.context = self._context = context
        self._publish = context.events.publish
        self._notices = Notices(context, settings.interval)
        self._pulse = pulse
        self._keys: WorkQueue[Key] = WorkQueue()
        self._queue = EngineQueue(self._keys)
        self._puller = Puller(context, self._queue.add, self._is_gone)
        self.pushed = self._puller.pushed
        self.turns = turns
        self.services = Services(context, settings.concurrency, rhythm, self._is_gone)
        self._deferred = DeferredLooks(lambda name: self._queue.is_working(name) and turns.is_taken(name))
        self._pass = Pass(self._publish, self._is_idle, self._failing)
        self._passes = Passes(self._puller, self._rows, self._pass, self._publish, self.turns.ring, rhythm)
        self._reconciler = Reconciler(
            context,
            Coordinator(context, self.turns),
            self._puller.pushes,
            self._queue.is_busy,
            self._queue.add,
            settings.schedule_grace,
            self._is_gone,
        )
        self._injections = Injections(context)
        self._watch = Watch(
            context.engine, self._look, lost=self._lost, found=self._found, happened=self._happened
        )
        self._followed = FollowedContainers(context, turns)
        self._recheck = recheck

    async def run(self) -> int:
        """Run until cancelled, and then bring what is under way to a safe end."""
        self._notices.lost()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._watch.run())
                tasks.create_task(self._injections.run())
                tasks.create_task(DecisionPoll(self._context, self._decided).follow())
                tasks.create_task(self._passes.on_time())
                tasks.create_task(self._passes.pull(tasks))
                tasks.create_task(self.services.on_time())
                tasks.create_task(self.services.work(tasks, self._pass.done))
                async for key in self._keys.keys():
                    tasks.create_task(self._work(key))
        except asyncio.CancelledError:
            self._publish(DaemonStopped())
        finally:
            self._pulse.stop()
        return 0

    def look_at_everything(self) -> None:
        """Pull and look now, whatever waits for its next try."""
        self._keys.forget_all()
        self._puller.queue.forget_all()
        self._context.registries.forget()
        self._passes.ring()
        self.services.ask()
        self._watch.ring()

    async def once(self) -> int:
        """One pass over every container that opted in; the highest exit code that applied."""
        return await whole(self._publish, self._once())

    async def _once(self) -> int:
        await self._context.engine.negotiate()
        self._notices.lost()
        rows, codes = await self._ordered(), [await self.services.once()]
        if self._followed.own_update.is_under_way:
            return max(codes + await self._all(self._settled, self._followed.own_update.left))
        if self._followed.cut_short:
            codes += await self._all(self._settled, self._followed.cut_short)
            rows = await self._rows()
        codes += await self._all(self._puller.look, await self._puller.tags(rows))
        self._puller.queue.close()  # nobody takes the tags that are to be tried again, or waits for them
        rows = await self._ordered()
        for name in self._wanting(rows) | await self._told(rows):
            self._queue.add(name)
        return max(codes + await self._emptied())

    async def _emptied(self) -> list[int]:
        """Work on the queue until nothing waits in it; what is to be tried later is not waited for."""
        codes: list[int] = []
        self._keys.close_when_idle()
        async with asyncio.TaskGroup() as tasks:
            async for key in self._keys.keys():
                tasks.create_task(self._one_of_all(key, codes))
        return codes

    async def _one_of_all(self, key: Key, codes: list[int]) -> None:
        try:
            codes.append(await counted(self._publish, self._reconciled, key.name))
        finally:
            self._done(key)
            self._keys.close_when_idle()

    async def _all(self, do: Callable[[K], Coroutine[None, None, int]], keys: Iterable[K]) -> list[int]:
        async with asyncio.TaskGroup() as tasks:
            done = [tasks.create_task(counted(self._publish, do, key)) for key in keys]
        return [each.result() for each in done]

    async def _work(self, key: Key) -> None:
        code = 0
        try:
            code = await self._look_at(key.name) if self._queue.has(key) else 0
        finally:
            self._done(key)
            self._pass.done(code)

    async def _look_at(self, name: str) -> int:
        try:
            code = await self._settled(name) if name in self._followed.cut_short else 0
            return code or await self._reconciled(name)
        except Exception:  # noqa: BLE001 - an error of ours must not stop the others; it is said in full
            again_in_s = self._queue.retry(name, Unknown.exit_code)
            self._publish(LookFailed(name, "", format_exc().rstrip(), again_in_s))
            return Unknown.exit_code

    async def _settled(self, name: str) -> int:
        result = await self._reconciler.settle(name)
        if result.failure:
            self._queued(name, result)
        return result.code

    async def _reconciled(self, name: str) -> int:
        result = await self._reconciler.reconcile(name)
        self._queued(name, result)
        return result.code

    def _queued(self, name: str, result: Result) -> None:
        """Have a container looked at again as a result wants it, and tell what went wrong."""
        wait = round(self._queue.retry(name, result.code), 1) if result.retries else None
        if result.failure:
            self._publish(evolve(result.failure, again_in_s=wait))
        else:
            self._queue.forget(name)
        if result.requeue_after is not None:
            self._queue.add_later(name, result.requeue_after)

    def is_busy(self, name: str) -> bool:
        """Whether others must wait for a container."""
        return self._reconciler.is_due(name) or self._queue.is_busy(name) or self._puller.is_asking_for(name)

    def _done(self, key: Key) -> None:
        self._keys.done(key)
        self.turns.ring()
        match self._deferred.over(key.name):
            case LookDue.LOOK:
                self._watch.ring()
            case LookDue.CONTAINER:
                self._queue.add(key.name)

    def _is_idle(self) -> bool:
        return self._keys.is_idle() and self.services.is_idle() and not self._deferred.is_owed

    def _failing(self) -> int:
        tags = self._puller.queue.failing.values()
        return max(self._queue.failing_code(self._followed.names), self.services.failing_code(), *tags)

    async def _look(self) -> None:
        with self._deferred.look():
            await self._look_at_all()
        self._pass.looked()

    async def _look_at_all(self) -> None:
        """Queue the containers that are stale, or whose update was cut short."""
        rows = await self._ordered()
        if not self._followed.own_update.is_under_way:
            await self.services.look()
        self._notices.runs(len(rows))
        self._publish(Looked({name_of(row): row["Id"] for row in rows} | self.services.marks))
        await self._queue_found(rows)
        self._injections.see(rows)
        await self._puller.follow(rows)
        self._notices.lost()
        if not self._followed.own_update.is_aside:  # its health is told by its successor
            self._pulse.beat()

    async def _queue_found(self, rows: list[Json]) -> None:
        told, found = set[str](), {*self._followed.own_update.left}
        if not self._followed.own_update.is_under_way:
            told, found = await self._told(rows), self._wanting(rows) | self._followed.cut_short
        for name in told | {name for name in found if not self._deferred.defer_find(name)}:
            self._queue.add(name)

    def _wanting(self, rows: list[Json]) -> set[str]:
        """The names of the followed containers that are to be looked at."""
        return inventory.wanting(rows, self._context.readable_policy) | self._followed.strays

    async def _told(self, rows: list[Json]) -> set[str]:
        """The names of the containers of which what people were told may be over."""
        return self.services.look_at(await self._recheck({*map(name_of, rows)} | self.services.names))

    async def _rows(self) -> list[Json]:
        self._queue.engine = await self._context.engine.identity()
        return await self._followed.rows()

    async def _ordered(self) -> list[Json]:
        """The rows that are followed, after a look at all containers."""
        self._queue.engine = await self._context.engine.identity()
        rows, ours = await self._followed.look()
        self._reconciler.forget_but({name_of(row) for row in rows} | self._followed.cut_short)
        await self._notices.doubts(rows, self.turns.order)
        self._notices.beside(ours)
        self.turns.ring()
        return ours

    def _decided(self) -> None:
        """Look at once at what people hold, release or approve."""
        self._puller.decided()
        self.services.ring()
        self._watch.ring()

    def _happened(self, event: Json) -> bool:
        self.services.happened(event)
        self._injections.happened(event)
        return not self._deferred.defer_event(event)

    def _lost(self, error: EngineError) -> None:
        self._passes.engine_lost()
        self._injections.lost()
        self._pulse.stop()
        self._notices.engine_gone(error)

    async def _is_gone(self, error: EngineError) -> bool:
        """Whether a request failed because the engine is gone, which is said once for all requests."""
        if await self._context.engine.answers():
            return False
        self._notices.engine_gone(error)
        return True

    def _found(self) -> None:
        self._passes.engine_here()
        self._notices.engine_here()

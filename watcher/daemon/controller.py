"""`watcher run`: follows the engine, pulls the tracked tags, and updates what is outdated.

Level-triggered: whatever happened, the one question is whether each container that opted in runs the
image that its own tag means now.
"""

import asyncio
import random
import signal
from collections.abc import Callable, Coroutine, Iterable
from datetime import datetime
from typing import TypeVar

import structlog
from attrs import evolve

from watcher import __version__
from watcher.check.own_labels import doubts
from watcher.config.settings import DaemonSettings, state_folder
from watcher.container.downtime import Downtimes
from watcher.daemon.engine_queue import EngineQueue
from watcher.daemon.event_watcher import Watch
from watcher.daemon.injections import Injections
from watcher.daemon.log import Repeats
from watcher.daemon.puller import Puller
from watcher.daemon.reconciler import Reconciler
from watcher.daemon.workqueue import WorkQueue
from watcher.dependencies.order import is_one_off
from watcher.engine.client import Json
from watcher.host import inventory
from watcher.host.context import Context
from watcher.host.inventory import Tag
from watcher.model.errors import EngineError, Unknown
from watcher.model.labels import ENABLE
from watcher.model.names import name_of
from watcher.recovery.compose_recreations import unnamed
from watcher.recovery.state import strays
from watcher.store.heartbeat import Pulse
from watcher.store.keys import Key
from watcher.update.sequencer import oddities, order_of

_JITTER = 0.1
_LOST = (
    "an image that failed is tried again after a restart, `watcher healthy` cannot tell, what a prune takes "
    "out of an update is made anew only by the process that updates it"
)
K = TypeVar("K")
_log = structlog.get_logger()


class Daemon:
    """Everything that runs side by side.

    Args:
        context: The engine, which need not be there yet.
        settings: The daemon's own.
        pulse: Where its health is told.
    """

    def __init__(self, context: Context, settings: DaemonSettings, pulse: Pulse) -> None:
        self._context = context = evolve(context, downtimes=Downtimes(settings.concurrency), by="daemon")
        self._interval = settings.interval
        self._pulse = pulse
        self._keys: WorkQueue[Key] = WorkQueue()
        self._queue = EngineQueue(self._keys)
        self._puller = Puller(context, self._queue.add, self._is_gone)
        self._reconciler = Reconciler(
            context, self._queue, self._puller.is_asking_for, settings.schedule_grace, self._is_gone
        )
        self._injections = Injections(context)
        self._watch = Watch(
            context.engine,
            self._look,
            lost=self._lost,
            found=self._found,
            happened=self._injections.happened,
        )
        self._engine_is = Repeats()
        self._said = Repeats()
        self._doubts = Repeats()
        self._here = asyncio.Event()
        self._pull_now = asyncio.Event()
        self._cut_short: set[str] = set()
        self._strays: set[str] = set()

    async def run(self) -> int:
        """Run until cancelled, and then bring what is under way to a safe end."""
        self._say_what_is_lost()
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._look_at_everything)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._watch.run())
                tasks.create_task(self._injections.run())
                tasks.create_task(self._pull_on_time())
                tasks.create_task(self._pull(tasks))
                async for key in self._keys.keys():
                    tasks.create_task(self._work(key))
        except asyncio.CancelledError:
            _log.info("stopped; nothing is half done")
        finally:
            self._pulse.stop()
        return 0

    async def once(self) -> int:
        """One pass over every container that opted in; the highest exit code that applied."""
        self._say_what_is_lost()
        rows, codes = await self._ordered(), [0]
        if self._cut_short:
            codes += await self._all(self._reconciler.settle, self._cut_short)
            rows = await self._rows()
        codes += await self._all(self._puller.look, await self._puller.tags(rows))
        self._puller.queue.close()  # nobody takes the tags that are to be tried again, or waits for them
        for name in inventory.wanting(await self._ordered(), self._context.defaults) | self._strays:
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
            codes.append(await self._counted(self._reconciler.reconcile, key.name))
        finally:
            self._done(key)
            self._keys.close_when_idle()

    async def _all(self, do: Callable[[K], Coroutine[None, None, int]], keys: Iterable[K]) -> list[int]:
        async with asyncio.TaskGroup() as tasks:
            done = [tasks.create_task(self._counted(do, key)) for key in keys]
        return [each.result() for each in done]

    async def _counted(self, do: Callable[[K], Coroutine[None, None, int]], key: K) -> int:
        try:
            return await do(key)
        except Exception:  # noqa: BLE001 - an error of ours must not stop the others; it is said in full
            if isinstance(key, Tag):
                _log.exception("tag not looked at", image=key.ref.familiar)
            else:
                _log.exception("container not looked at", container=key)
            return Unknown.exit_code

    async def _work(self, key: Key) -> None:
        try:
            if self._queue.has(key):
                await self._look_at(key.name)
        finally:
            self._done(key)

    async def _look_at(self, name: str) -> None:
        try:
            if name not in self._cut_short or await self._reconciler.settle(name) == 0:
                await self._reconciler.reconcile(name)
        except Exception:  # noqa: BLE001 - an error of ours must not stop the others; it is said in full
            _log.exception("container not looked at", container=name, again_in_s=self._queue.retry(name))

    def _done(self, key: Key) -> None:
        self._keys.done(key)
        self._reconciler.turns.ring()

    async def _look(self) -> None:
        """Find what wants a closer look: whatever is stale, or was cut short."""
        rows = await self._ordered()
        self._say_what_runs(len(rows))
        for name in inventory.wanting(rows, self._context.defaults) | self._cut_short | self._strays:
            self._queue.add(name)
        self._injections.see(rows)
        await self._puller.follow(rows)
        self._say_what_is_lost()
        self._pulse.beat()

    def _say_what_is_lost(self) -> None:
        """Say once that nothing can be kept; at the start too, engine or none."""
        if trouble := self._context.memory.said_once():
            _log.warning("nothing can be remembered", why=trouble, lost=_LOST)

    def _say_what_runs(self, containers: int) -> None:
        """Say once what a person would ask about first."""
        if self._said.is_news("start", "said"):
            _log.info(
                "daemon started",
                version=__version__,
                interval_s=self._interval,
                time_zone=f"{datetime.now().astimezone():%Z %z}",
                state_dir=str(state_folder()),
                containers=containers,
            )

    async def _rows(self) -> list[Json]:
        engine = self._context.engine
        self._queue.engine = await engine.identity()
        rows = await engine.containers(stopped=True, label=ENABLE)
        return await self._ours(rows)

    async def _ours(self, rows: list[Json]) -> list[Json]:
        """Those that opted in; a job of `docker compose run` only bears the labels of its service."""
        own = await self._context.own.find(self._context.engine)
        return [row for row in inventory.opted_in(rows, own) if not is_one_off(row["Labels"])]

    async def _ordered(self) -> list[Json]:
        """The same; and, of all containers, the order and those with an open update, whoever began it."""
        engine, turns = self._context.engine, self._reconciler.turns
        noted, self._queue.engine = turns.noted(), await engine.identity()
        rows = await engine.containers(stopped=True)
        await self._context.memory.clear(*({row[key] for row in rows} for key in ("Id", "ImageID")))
        await self._context.notes.clear()
        ours = await self._ours(rows)
        self._cut_short = inventory.cut_short(rows) | await self._context.notes.names() | unnamed(rows, ours)
        self._strays = strays(rows).keys() & {name_of(row) for row in ours}
        turns.order = await order_of(self._context, rows)
        self._reconciler.forget_but({name_of(row) for row in rows} | self._cut_short)
        await self._say_doubts(rows)
        turns.keep(inventory.wanting(ours, self._context.defaults), noted)
        turns.ring()
        return ours

    async def _say_doubts(self, rows: list[Json]) -> None:
        """Say once what people should know of the containers and their order; again where it comes back."""
        own = await self._context.own.find(self._context.engine)
        order = [*oddities(self._reconciler.turns.order)]
        labels = {f"{name}: {line}": (name, line) for name, line in doubts(rows, own)}
        self._doubts.keep({*order, *labels})
        for line in order:
            if self._doubts.is_news(line, line):
                _log.warning("order in doubt", why=line)
        for key, (name, line) in labels.items():
            if self._doubts.is_news(key, key):
                _log.warning("labels in doubt", container=name, why=line)

    async def _pull_on_time(self) -> None:
        """Have every tracked tag asked for now and at each interval."""
        while True:
            await self._here.wait()
            try:
                for tag in await self._puller.tags(await self._rows()):
                    self._puller.queue.add(tag)
            except EngineError as error:
                _log.debug("pulls put off", why=str(error))
            await self._sleep(self._interval * random.uniform(1 - _JITTER, 1 + _JITTER))  # noqa: S311 - spreads load

    async def _pull(self, tasks: asyncio.TaskGroup) -> None:
        """Pull what is due; one that hangs holds up no other."""
        async for tag in self._puller.queue.keys():
            tasks.create_task(self._pull_one(tag))

    async def _pull_one(self, tag: Tag) -> None:
        await self._here.wait()
        try:
            await self._puller.look(tag)
        except Exception:  # noqa: BLE001 - as for containers
            again_in_s = self._puller.queue.retry(tag)
            _log.exception("tag not looked at", image=tag.ref.familiar, again_in_s=again_in_s)
        finally:
            self._puller.queue.done(tag)
            self._reconciler.turns.ring()

    async def _sleep(self, seconds: float) -> None:
        self._pull_now.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._pull_now.wait()
        except TimeoutError:
            return

    def _look_at_everything(self) -> None:
        """Pull and look now, whatever waits for its next try (SIGHUP)."""
        self._keys.forget_all()
        self._puller.queue.forget_all()
        self._context.registries.forget()
        self._pull_now.set()
        self._watch.ring()

    def _lost(self, error: EngineError) -> None:
        self._here.clear()
        self._injections.lost()
        self._pulse.stop()
        self._say_gone(error)

    async def _is_gone(self, error: EngineError) -> bool:
        """Whether a request failed because the engine is gone, which is said once for all requests."""
        if await self._context.engine.answers():
            return False
        self._say_gone(error)
        return True

    def _say_gone(self, error: EngineError) -> None:
        if self._engine_is.is_news("engine", "gone"):
            _log.warning("engine gone", why=str(error))

    def _found(self) -> None:
        self._here.set()
        if self._engine_is.is_news("engine", "here"):
            version = ".".join(map(str, self._context.engine.api))
            _log.info("engine followed", endpoint=self._context.engine.endpoint.shown, api=version)

"""`watcher run`: follows the engine, pulls the tracked tags, and updates what is outdated.

Level-triggered: whatever happened, the one question is whether each container that opted in runs the
image that its own tag means now.
"""

import asyncio
import random
import signal

import structlog

from watcher import fleet
from watcher.context import Context
from watcher.engine import Json
from watcher.errors import EngineError
from watcher.health import Pulse
from watcher.log import Repeats
from watcher.names import Marker, name_of
from watcher.pulls import Puller
from watcher.reconcile import Reconciler
from watcher.self_id import is_contained, own_container
from watcher.settings import ENABLE, DaemonSettings
from watcher.watch import Watch
from watcher.workqueue import WorkQueue

_JITTER = 0.1
_log = structlog.get_logger()


class Daemon:
    """Everything that runs side by side.

    Args:
        context: The engine, which need not be there yet.
        settings: The daemon's own.
        pulse: Where its health is told.
    """

    def __init__(self, context: Context, settings: DaemonSettings, pulse: Pulse) -> None:
        self._context = context
        self._interval = settings.interval
        self._pulse = pulse
        self._queue = WorkQueue()
        self._reconciler = Reconciler(context, self._queue, settings.concurrency)
        self._puller = Puller(context)
        self._watch = Watch(context.engine, self._look, lost=self._lost, found=self._found)
        self._engine_is = Repeats()
        self._here = asyncio.Event()
        self._pull_now = asyncio.Event()
        self._seen: set[str] = set()

    async def run(self) -> int:
        """Run until cancelled, and then bring what is under way to a safe end."""
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._look_at_everything)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._watch.run())
                tasks.create_task(self._pull_on_time())
                async for name in self._queue.keys():
                    tasks.create_task(self._work(name))
        except asyncio.CancelledError:
            _log.info("stopped; nothing is half done")
        finally:
            self._pulse.stop()
        return 0

    async def once(self) -> int:
        """One pass over every container that opted in; the highest exit code that applied."""
        await self._context.engine.negotiate()
        pulled = await self._puller.pull_all(await self._rows())
        names = {_key(row) for row in await self._rows()}
        async with asyncio.TaskGroup() as tasks:
            passes = [tasks.create_task(self._reconciler.reconcile(name)) for name in sorted(names)]
        return max([pulled, *(each.result() for each in passes)])

    async def _work(self, name: str) -> None:
        try:
            await self._reconciler.reconcile(name)
        except Exception:  # noqa: BLE001 - as said below
            # An error of ours in one container's case must not stop the others; it is said in full.
            _log.exception("container not looked at", container=name, again_in_s=self._queue.retry(name))
        finally:
            self._queue.done(name)

    async def _look(self) -> None:
        """Find what wants a closer look: whatever is stale, cut short, or new to us."""
        rows = await self._rows()
        names = {_key(row) for row in rows}
        for name in set(fleet.wanting(rows, self._context.defaults)) | (names - self._seen):
            self._queue.add(name)
        self._seen = names
        self._pulse.beat()

    async def _rows(self) -> list[Json]:
        engine = self._context.engine
        own = await own_container(engine, await engine.containers()) if is_contained() else None
        return fleet.opted_in(await engine.containers(stopped=True, label=ENABLE), own)

    async def _pull_on_time(self) -> None:
        """Pull the tracked tags now and at each interval, the engine being there."""
        while True:
            await self._here.wait()
            try:
                await self._puller.pull_all(await self._rows())
            except* EngineError as group:
                _log.debug("pulls put off", why=str(group.exceptions[0]))
            self._watch.ring()
            await self._sleep(self._interval * random.uniform(1 - _JITTER, 1 + _JITTER))  # noqa: S311 - spreads load

    async def _sleep(self, seconds: float) -> None:
        self._pull_now.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._pull_now.wait()
        except TimeoutError:
            return

    def _look_at_everything(self) -> None:
        """Forget what was seen, as if the daemon had just begun (SIGHUP)."""
        self._seen = set()
        self._pull_now.set()
        self._watch.ring()

    def _lost(self, error: EngineError) -> None:
        self._here.clear()
        self._pulse.stop()
        if self._engine_is.is_news("engine", "gone"):
            _log.warning("engine gone", why=str(error))

    def _found(self) -> None:
        self._here.set()
        self._seen = set()
        if self._engine_is.is_news("engine", "here"):
            version = ".".join(map(str, self._context.engine.api))
            _log.info("engine followed", endpoint=self._context.engine.endpoint.shown, api=version)


def _key(row: Json) -> str:
    marker = Marker.parse(name_of(row))
    return marker.name if marker else name_of(row)

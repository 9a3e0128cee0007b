"""The engines that one process looks after: each has a daemon of its own, kept apart from the others."""

import asyncio
import signal
from collections.abc import Mapping
from functools import partial
from traceback import format_exc

from attrs import evolve

from watcher.config import gates_file
from watcher.config.settings import DaemonSettings
from watcher.container.downtime import Downtimes
from watcher.daemon.controller import Daemon
from watcher.daemon.passes import Recheck, nobody
from watcher.daemon.rhythm import Rhythm
from watcher.host.context import Context
from watcher.host.fleet import Fleet
from watcher.model.errors import Unknown, UnreadableSetting, WatcherError
from watcher.model.events import EngineGivenUp, GatesNotRead, GatesRead
from watcher.model.reference import Choose
from watcher.store.heartbeat import Beat, Pulse
from watcher.update.sequencer import Turns

AGAIN_S = 60.0


class Engines:
    """The daemons of all engines.

    Args:
        fleet: The engines, which need not be there yet.
        settings: The daemon's own.
        pulse: Where its health is told, which is good while any engine is followed.
        rechecks: For each engine's name what `Daemon` calls `recheck`.
    """

    def __init__(
        self,
        fleet: Fleet,
        settings: DaemonSettings,
        pulse: Pulse,
        rechecks: Mapping[str, Recheck] | None = None,
    ) -> None:
        self._fleet = fleet
        self._settings = settings
        self._rechecks = rechecks or {}
        self._rhythm = Rhythm(settings.interval, self._ask_anew)
        followed = set[Beat]()
        self._beats = {each.engine_name: Beat(pulse, followed) for each in fleet.contexts}
        # Turns outlive the daemon that follows an engine: a request that waits, waits for the next daemon.
        self._turns = {name: Turns(partial(self._is_busy, name)) for name in self._beats}
        self._daemons = {each.engine_name: self._daemon(self._shared(each)) for each in fleet.contexts}

    @property
    def next_pull(self) -> float:
        """When all tags are asked for next, in seconds since the epoch; 0 is not known."""
        return self._rhythm.due

    def pushed(self, choose: Choose) -> list[str]:
        """Ask for the followed tags that were pushed, as a webhook tells; what people call them."""
        self._ask_anew()
        daemons = self._daemons.values()
        return sorted(
            {name for each in daemons for name in each.pushed(choose) + each.services.pushed(choose)}
        )

    def daemon(self, engine: str) -> Daemon:
        """The daemon that follows an engine."""
        return self._daemons[engine]

    def _shared(self, context: Context) -> Context:
        """An engine, with what all updates of this process share."""
        return evolve(context, downtimes=Downtimes(self._settings.concurrency), by="daemon")

    def _is_busy(self, engine: str, container: str) -> bool:
        return self._daemons[engine].is_busy(container)

    def _daemon(self, context: Context) -> Daemon:
        name = context.engine_name
        recheck = self._rechecks.get(name, nobody)
        return Daemon(context, self._settings, self._beats[name], self._rhythm, self._turns[name], recheck)

    async def run(self) -> int:
        """Run until cancelled, and then bring what is under way to a safe end."""
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._hung_up)
        rhythm = asyncio.create_task(self._rhythm.run())
        try:
            if self._fleet.is_alone:
                return await self.daemon(self._fleet.first.engine_name).run()
            async with asyncio.TaskGroup() as tasks:
                for context in self._fleet.contexts:
                    tasks.create_task(self._kept_up(context))
        except asyncio.CancelledError:
            return 0  # each daemon has told that it ended
        finally:
            rhythm.cancel()
        return 0

    async def once(self) -> int:
        """One pass over all that opted in, on every engine; the highest exit code that applied."""
        if self._fleet.is_alone:
            return await self.daemon(self._fleet.first.engine_name).once()
        async with asyncio.TaskGroup() as tasks:
            passes = [tasks.create_task(self._once(each)) for each in self._fleet.contexts]
        return max(each.result() for each in passes)

    def _hung_up(self) -> None:
        """Read the gates' file once more, and look at everything; where it cannot be read, the gates stay."""
        context = self._fleet.first
        try:
            if context.gates.path and gates_file.read_again(context.gates, context.defaults.gate):
                context.events.publish(GatesRead(tuple(sorted(context.gates.by_name))))
        except UnreadableSetting as error:
            context.events.publish(GatesNotRead(str(error)))
        self.look_at_everything()

    def look_at_everything(self) -> None:
        """Pull and look now on all engines, whatever waits for its next try (SIGHUP, or the API)."""
        for daemon in self._daemons.values():
            daemon.look_at_everything()

    def _ask_anew(self) -> None:
        self._fleet.first.registries.anew()  # the answers are those of all engines

    async def _kept_up(self, context: Context) -> None:
        """Follow an engine; an error of ours over what it answers stops no other, and it is followed anew."""
        name = context.engine_name
        while True:
            try:
                await self._daemons[name].run()
            except Exception:  # noqa: BLE001 - see above; it is said in full
                self._daemons[name] = self._daemon(self._daemons[name].context)
                self._turns[name].ring()
                context.events.publish(EngineGivenUp(format_exc().rstrip(), AGAIN_S))
                await asyncio.sleep(AGAIN_S)
            else:
                return

    async def _once(self, context: Context) -> int:
        try:
            return await self._daemons[context.engine_name].once()
        except WatcherError as error:
            context.events.publish(EngineGivenUp(str(error)))
            return error.exit_code
        except Exception:  # noqa: BLE001 - the others are looked at all the same
            context.events.publish(EngineGivenUp(format_exc().rstrip()))
            return Unknown.exit_code

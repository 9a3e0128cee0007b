"""What people should know of the daemon, its engine and all containers together: each told once."""

from collections.abc import Iterable
from datetime import datetime

from watcher import __version__
from watcher.check.own_labels import doubts
from watcher.config.settings import state_folder
from watcher.dependencies.order import Order
from watcher.host.context import Context
from watcher.model.errors import EngineError
from watcher.model.events import (
    DaemonStarted,
    EngineFollowed,
    EngineGone,
    LabelsDoubted,
    NothingKept,
    OrderDoubted,
    WatchtowerRuns,
)
from watcher.model.json_object import Json
from watcher.update.repeats import Repeats
from watcher.update.sequencer import oddities

_LOST = (
    "an image that failed is tried again after a restart, `watcher healthy` cannot tell, what a prune takes "
    "out of an update is made anew only by the process that updates it"
)
_LOST_ROWS = "what was updated, held or approved is not kept"


class Notices:
    """The notices of one daemon.

    Args:
        context: Where they are told.
        interval_s: Seconds between two looks at the registries.
    """

    def __init__(self, context: Context, interval_s: float) -> None:
        self._context = context
        self._publish = context.events.publish
        self._interval_s = interval_s
        self._engine_is = Repeats()
        self._said = Repeats()
        self._doubts = Repeats()
        self._beside = Repeats()

    def lost(self) -> None:
        """Tell that nothing can be kept; at the start too, engine or none."""
        if why := self._context.memory.said_once():
            self._publish(NothingKept(why, _LOST))
        for line in self._context.memory.unsaid():
            self._publish(NothingKept(line, _LOST_ROWS))

    def runs(self, containers: int) -> None:
        """Tell at the start what the daemon follows, and how."""
        if self._said.is_news("start", "said"):
            zone = f"{datetime.now().astimezone():%Z %z}"
            started = DaemonStarted(__version__, self._interval_s, zone, str(state_folder()), containers)
            self._publish(started)

    async def doubts(self, rows: Iterable[Json], order: Order) -> None:
        """Tell what is odd about containers and their order; again where it comes back."""
        own = await self._context.own.find(self._context.engine)
        odd = [*oddities(order)]
        doubted = doubts(rows, own, every=self._context.follows_all, hooks=self._context.hooks)
        labels = {f"{name}: {line}": (name, line) for name, line in doubted}
        self._doubts.keep({*odd, *labels})
        for line in odd:
            if self._doubts.is_news(line, line):
                self._publish(OrderDoubted(line))
        for key, (name, line) in labels.items():
            if self._doubts.is_news(key, key):
                self._publish(LabelsDoubted(name, line))

    def beside(self, ours: Iterable[Json]) -> None:
        """Tell which Watchtowers update what is followed here; again where a Watchtower comes back.

        Args:
            ours: The rows of the followed containers.
        """
        found = dict(self._context.watchtowers.beside(ours))
        self._beside.keep(found)
        for watchtower, names in found.items():
            if self._beside.is_news(watchtower, "runs"):
                self._publish(WatchtowerRuns(watchtower, tuple(names)))

    def engine_gone(self, error: EngineError) -> None:
        """Tell that the engine is gone, once for all requests that failed."""
        if self._engine_is.is_news("engine", "gone"):
            self._publish(EngineGone(str(error)))

    def engine_here(self) -> None:
        """Tell that the engine is there, the first time too."""
        if self._engine_is.is_news("engine", "here"):
            engine = self._context.engine
            self._publish(EngineFollowed(engine.endpoint.shown, ".".join(map(str, engine.api))))

"""What the daemon's events add up to since it was started, as Prometheus counts: a subscriber.

Nothing here has an id or a digest as a label: each would be a series that nobody ever asks for again.
"""

from collections.abc import Collection, Iterable
from itertools import product
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics

from watcher.model.events import Event
from watcher.model.message_events import MessageGivenUp, MessageNotTaken, MessageTaken
from watcher.model.registry_events import RegistryAsked
from watcher.model.update_events import Attempt, AttemptEnded, Ending

OK = "ok"
_UPDATE_S = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800)
_DOWN_S = (0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 600)
_MESSAGES: tuple[tuple[type[Event], str], ...] = (
    (MessageTaken, "taken"),
    (MessageNotTaken, "not taken"),
    (MessageGivenUp, "given up"),
)

disable_created_metrics()  # type: ignore[no-untyped-call] # a second series beside each, which says what a restart says


class Counts:
    """Counts what it is told.

    Args:
        engines: What people call the engines.

    Attributes:
        registry: Gives what was counted.
    """

    def __init__(self, engines: Iterable[str]) -> None:
        self._asked = set[tuple[str, str]]()
        self.registry = CollectorRegistry()
        self._updates = self._counter("updates", "Attempts at an update that ended.", "engine", "outcome")
        self._tag_checks = self._counter(
            "tag_checks", "Questions to a registry what a tag means.", "registry", "result"
        )
        self._messages = self._counter("notifications", "Tries to deliver a message.", "service", "result")
        self._took = self._histogram("update_seconds", "Seconds that an attempt took.", _UPDATE_S)
        self._down = self._histogram("downtime_seconds", "Seconds that an attempt held it down.", _DOWN_S)
        for pair in product(engines, get_args(Ending)):
            self._updates.labels(*pair)  # from 0 on, so that the first one is seen to be added

    def take(self, engine: str, event: Event) -> None:
        """Take an event of an engine's."""
        if isinstance(event, AttemptEnded):
            self._attempt(engine, event.attempt)
        elif isinstance(event, RegistryAsked):
            self._asked.add(pair := (event.registry, event.trouble or OK))
            self._tag_checks.labels(*pair).inc()
        elif isinstance(event, MessageTaken | MessageNotTaken | MessageGivenUp):
            result = next(result for kind, result in _MESSAGES if isinstance(event, kind))
            self._messages.labels(event.service, result).inc()

    def keep(self, registries: Collection[str]) -> None:
        """Forget what was counted of all other registries: nobody follows a tag of theirs any more."""
        for pair in [pair for pair in self._asked if pair[0] not in registries]:
            self._asked.remove(pair)
            self._tag_checks.remove(*pair)

    def _attempt(self, engine: str, attempt: Attempt) -> None:
        self._updates.labels(engine, attempt.outcome).inc()
        if attempt.outcome != "refused":
            self._took.observe(attempt.took_s)
        if attempt.down_s is not None:
            self._down.observe(attempt.down_s)

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(f"ctr_updater_{name}", about, labels, registry=self.registry)

    def _histogram(self, name: str, about: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(f"ctr_updater_{name}", about, buckets=buckets, registry=self.registry)

"""What a successor must show, before the old container is given up: judged from one inspect at a time.

Proved is: on the networks and ports at every look that the old container had, and healthy where it has a
HEALTHCHECK, else running for a while without a restart or an OOM kill that the old one did not know (an
updater: and following its engine); a job that ends with 0 under a policy that lets it end counts as well.
Looks are taken by `probe`.
"""

from collections.abc import Callable
from enum import Enum
from typing import Any, Literal

from watcher.config.hooks import Hook
from watcher.container.baseline import EVERYTHING, Baseline, is_unhealthy
from watcher.model.errors import EngineError, WatcherError
from watcher.model.inspection import Container, has_healthcheck
from watcher.model.json_object import Json
from watcher.model.names import Wanted
from watcher.model.values import frozen

_NANO = 1_000_000_000
_MAY_END = {"", "no", "on-failure"}


class NotProved(WatcherError):
    """The successor does not work; the message says in what way."""

    exit_code = 6


class Unhealthy(NotProved):
    """The HEALTHCHECK says that the successor does not work, or did not say in time that it does."""


class NotStarted(NotProved):
    """The engine tried to start the successor, and could not; see `probe.start`."""


class Meddled(EngineError):
    """Somebody else stopped, paused or cut off the successor, so that it could not prove itself.

    Attributes:
        wanted: The state that somebody brought it to; empty where it may have been no wish.
    """

    def __init__(self, message: str, *, wanted: Wanted | Literal[""] = "") -> None:
        super().__init__(message)
        self.wanted = wanted


class ProofState(Enum):
    """How far the proof of a successor has come, as one inspect says it."""

    PASSED = "passed"
    WAITING = "not yet"
    UNWIRED = "it runs without all its networks and ports"


def _nothing() -> str:
    return ""


@frozen
class Demand:
    """How long a container has, in seconds, and what else it must show.

    Attributes:
        stable_for: Without a HEALTHCHECK: how long it must run.
        health_timeout: With one: until it must be healthy; at least what the check itself needs.
        hook: What is run in it once it is proved, and is part of the proof.
        lacks: Without a HEALTHCHECK: tells what is missing yet of what the container shows elsewhere; empty
            where nothing is.
    """

    stable_for: float = 10.0
    health_timeout: float = 120.0
    hook: Hook | None = None
    lacks: Callable[[], str] = _nothing

    @property
    def is_of_updater(self) -> bool:
        """Whether the container is an updater's, which alone shows something elsewhere."""
        return self.lacks is not _nothing

    @property
    def has_events(self) -> bool:
        """Whether the engine's events report all that the container must show."""
        return not self.is_of_updater

    def limit(self, container: Json) -> float:
        """The seconds after which a container that did not prove itself has failed."""
        check = container["Config"].get("Healthcheck") or {}
        if not has_healthcheck(container):
            return self.stable_for if self.has_events else max(self.stable_for, self.health_timeout)
        rounds = (check.get("Retries") or 3) + 1
        each = (check.get("Interval") or 30 * _NANO) + (check.get("Timeout") or 30 * _NANO)
        return max(self.health_timeout, ((check.get("StartPeriod") or 0) + rounds * each) / _NANO)


def proof_state(
    container: Json, elapsed: float, demand: Demand, baseline: Baseline = EVERYTHING, *, excused: bool = False
) -> ProofState:
    """Judge one inspect, `elapsed` seconds after the start.

    Args:
        container: As inspected.
        elapsed: Seconds since its start.
        demand: How long it has.
        baseline: What the old container had.
        excused: The container ended only as the old one did, or because somebody stopped it.

    Raises:
        NotProved: The container has failed for good.
    """
    state = Container(container).state
    if not excused:
        _refuse_restarts(container)
    if state.lacked_memory and not baseline.lacks_memory:
        raise NotProved("it was killed for lack of memory")
    if state.is_restarting:
        return ProofState.WAITING if elapsed < demand.limit(container) else ProofState.PASSED
    if not state.is_running:
        return _ended(container)
    if not baseline.is_wired(container):
        return ProofState.UNWIRED
    return _health(container, elapsed, demand)


def _refuse_restarts(container: Json) -> None:
    state = Container(container).state
    if state.is_restarting or (container.get("RestartCount") and not state.is_running):
        raise NotProved(f"it restarted, last with exit code {state.exit_code}")
    if container.get("RestartCount"):
        # The engine forgets the exit code as soon as it has started a container again (20.10 to 28.5).
        raise NotProved("it restarted")


def runs(container: Json) -> bool:
    """Whether a container runs now; the engine shows one between two starts as running, too (28.5)."""
    state = Container(container).state
    return state.is_running and not state.is_restarting


def has_ended_well(container: Json) -> bool:
    """Whether a container was a job that is done: it ended with 0, and its restart policy lets it end."""
    state, policy = Container(container).state, Container(container).restart_policy
    has_ended = state.status == "exited" and state.exit_code == 0
    return has_ended and policy.get("Name", "") in _MAY_END


def _ended(container: Json) -> ProofState:
    code, policy = Container(container).state.exit_code, Container(container).restart_policy
    if code == 0 and policy.get("Name", "") in _MAY_END:
        return ProofState.PASSED
    raise NotProved(with_code(code))


def is_wired(container: Json, baseline: Baseline = EVERYTHING) -> bool:
    """Whether a running container is on its networks, with an address, and has its ports."""
    return baseline.is_wired(container)


def with_code(code: Any) -> str:
    """An end by its exit code, as a clause."""
    return f"it ended with exit code {code}"


def _health(container: Json, elapsed: float, demand: Demand) -> ProofState:
    over = elapsed >= demand.limit(container)
    if not has_healthcheck(container):
        return _steady(elapsed, demand, over=over)
    if Container(container).state.is_healthy:
        return ProofState.PASSED
    if is_unhealthy(container):
        raise Unhealthy("it became unhealthy")
    if over:
        raise Unhealthy("it did not become healthy in time")
    return ProofState.WAITING


def _steady(elapsed: float, demand: Demand, *, over: bool) -> ProofState:
    if elapsed < demand.stable_for:
        return ProofState.WAITING
    if not (missing := demand.lacks()):
        return ProofState.PASSED
    if over:
        raise NotProved(missing)
    return ProofState.WAITING

"""Why a container is not updated now: every reason there is, as data that commands, log and pages show alike.

A container waits only where it has an update, or where somebody holds it; `mode=notify` is no wait, for
nothing would follow it. Pure: no I/O.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum

from attrs import frozen

from watcher.check.verdict import Status, Verdict
from watcher.config.schedule import may_begin, next_time
from watcher.config.settings import Policy

UPDATES = frozenset({Status.OUTDATED, Status.HELD})  # the verdicts that there is an update


class For(StrEnum):
    """What a container waits for; the closed vocabulary of `waits` in JSON."""

    OPEN_UPDATE = "open update"
    HOLD = "hold"
    FAILED = "failed"
    COOLDOWN = "cooldown"
    GATE = "gate"
    VETO = "veto"
    APPROVAL = "approval"
    FREEZE = "freeze"
    WINDOW = "window"
    SCHEDULE = "schedule"
    DEPENDENCY = "dependency"


_TOLD = frozenset({For.FAILED, For.COOLDOWN, For.OPEN_UPDATE})  # the verdict's own reason says them


@frozen
class Wait:
    """One reason.

    Attributes:
        cause: What is waited for.
        why: That, as a clause of one line.
        until: Seconds since the epoch when it is over; 0 where no clock ends it.
    """

    cause: For
    why: str
    until: float = 0.0


def waits(verdict: Verdict, policy: Policy, *, now: float, grace: float) -> tuple[Wait, ...]:
    """Name what keeps a container from its update, by its verdict and its settings.

    Args:
        verdict: The container's.
        policy: The container's settings.
        now: Seconds since the epoch.
        grace: Seconds after a schedule's moment in which an update may still begin.
    """
    return tuple(_waits(verdict, policy, now, grace))


def _waits(verdict: Verdict, policy: Policy, now: float, grace: float) -> Iterator[Wait]:
    if verdict.status is Status.HELD:
        yield Wait(For.COOLDOWN if verdict.until else For.FAILED, verdict.reason, verdict.until)
    is_followed = policy.enable and policy.mode != "notify"
    if is_followed and verdict.status in UPDATES and (wait := scheduled(policy, now=now, grace=grace)):
        yield wait


def scheduled(policy: Policy, *, now: float, grace: float) -> Wait | None:
    """The wait for a schedule's next moment; None where an update may begin, as `waits` has the arguments."""
    if not policy.schedule or may_begin(policy.schedule, now, grace):
        return None
    return Wait(For.SCHEDULE, f"its schedule is {policy.schedule}", next_time(policy.schedule, now))


def held_back(trouble: str) -> Wait:
    """The wait for what a container depends on; `trouble` says what is wrong with that."""
    return Wait(For.DEPENDENCY, trouble)


def under_way(how: str) -> Wait:
    """The wait for the end of an update that is open; `how` says how that is to come."""
    return Wait(For.OPEN_UPDATE, how)


def words(found: Iterable[Wait]) -> str:
    """The nearest wait for people, as a clause; empty where there is none that the verdict does not tell."""
    wait = nearest(each for each in found if each.cause not in _TOLD)
    if wait is None:
        return ""
    until = f" until {shown(wait.until)}" if wait.until else ""
    return f"waits{until}: {wait.why}"


def shown(moment: float) -> str:
    """A moment for people: in local time, with its offset."""
    return datetime.fromtimestamp(moment).astimezone().isoformat(timespec="seconds")


def nearest(found: Iterable[Wait]) -> Wait | None:
    """Whichever is over first; one that no clock ends comes after all that a clock does."""
    return min(found, key=lambda wait: wait.until or float("inf"), default=None)

"""Why a container is not updated now: every reason there is, as data that commands, log and pages show alike.

A container that can never be replaced, at any time and by any decision, waits for nothing: it is refused
(`container.recreate.refusals`, `update.preconditions`). A container waits only where it has an update, or
where somebody holds it; `mode=notify` is no wait, for nothing would follow it. Pure: no I/O.
"""

import math
from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum

from watcher.check.gates import Standing
from watcher.check.verdict import Status, Verdict
from watcher.config.freeze import frozen_until
from watcher.config.policy import Policy
from watcher.config.schedule import may_begin, next_time
from watcher.config.window import opening
from watcher.model.quoting import cut
from watcher.model.values import frozen
from watcher.store.decisions import NO_DECISIONS, Decisions

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


CLOCKS = frozenset({For.FREEZE, For.WINDOW, For.SCHEDULE})  # a moment that is known beforehand ends them
_TOLD = frozenset({For.FAILED, For.COOLDOWN, For.OPEN_UPDATE})  # the verdict's own reason says them


@frozen
class Wait:
    """One reason why a container is not updated now.

    Attributes:
        cause: What is waited for.
        why: The same, as a clause of one line.
        until: Seconds since the epoch when it is over; 0 where no clock ends it.
        end: What ends it, as a clause; empty where the cause tells.
    """

    cause: For
    why: str
    until: float = 0.0
    end: str = ""


@frozen
class Circumstances:
    """What counts beside a container itself.

    Attributes:
        now: Seconds since the epoch.
        grace: Seconds after a schedule's moment in which an update may still begin.
        decisions: What people hold and approve.
        freeze: The days on which no update begins.
        gate: How the image that the container is to have stands with its gate.
    """

    now: float
    grace: float
    decisions: Decisions = NO_DECISIONS
    freeze: str = ""
    gate: Standing | None = None


def waits(name: str, verdict: Verdict, policy: Policy | None, at: Circumstances) -> tuple[Wait, ...]:
    """Name what keeps a container from its update, by its verdict, its settings and what people decided.

    Args:
        name: The container's.
        verdict: The container's.
        policy: The container's settings; None where they cannot be read: then only a person's hold counts.
        at: What counts beside.
    """
    if policy is None:
        return (hold,) if (hold := held(name, verdict, at)) else ()
    is_due = policy.is_carried_out and verdict.status in UPDATES
    own = awaited(name, verdict, policy, at) if is_due else ()
    return (*filter(None, (held(name, verdict, at), judged(verdict))), *own)


def awaited(name: str, verdict: Verdict, policy: Policy, at: Circumstances) -> Iterator[Wait]:
    """What the update of a container that nobody holds waits for, where it has one.

    Args:
        name: The container's.
        verdict: The container's.
        policy: The container's settings.
        at: What counts beside.
    """
    found = (gated(verdict, at.gate), _unapproved(name, verdict, policy, at), _refused(name, verdict, at))
    yield from filter(None, found)
    yield from timed(policy, at)


def held(name: str, verdict: Verdict, at: Circumstances) -> Wait | None:
    """The wait for a person's hold on a container, also while decisions cannot be read; None for none."""
    is_known = bool(verdict.target) or verdict.status is not Status.UNKNOWN
    return _held(name, verdict.target if is_known else None, at)


def held_from_all(name: str, at: Circumstances) -> Wait | None:
    """The wait for a hold of every image of a container, also while decisions cannot be read, or None."""
    return _held(name, "", at)


def _held(name: str, image: str | None, at: Circumstances) -> Wait | None:
    hold = at.decisions.held(name, image, at.now)
    if hold is None:
        return _unread(at.decisions.unread)
    which = " for this image" if hold.image else ""
    return Wait(For.HOLD, f"held{which} by {hold.by}{_reason(hold.why)}", hold.until)


def _unread(why: str) -> Wait | None:
    """The wait until people's decisions can be read: until then any container may be held."""
    if not why:
        return None
    end = "make that readable, or choose another --state-dir"
    return Wait(For.HOLD, f"what people hold cannot be read: {why}", end=end)


def _unapproved(name: str, verdict: Verdict, policy: Policy, at: Circumstances) -> Wait | None:
    """The wait for a person's approval of this very image; None where none is asked for, or it is there."""
    if policy.mode != "approve" or at.decisions.is_approved(name, verdict.target):
        return None
    once = "" if verdict.target else ", once its image is here"
    return Wait(For.APPROVAL, f"`watcher approve {name}` lets it go ahead{once}")


def _refused(name: str, verdict: Verdict, at: Circumstances) -> Wait | None:
    """The wait for a container whose own hook said not now of this image, or whose update others undid."""
    veto = at.decisions.vetoed(name, verdict.target, at.now)
    return Wait(For.VETO, veto.why, veto.until) if veto else None


def gated(verdict: Verdict, standing: Standing | None) -> Wait | None:
    """The wait for a gate that does not let this very image pass, or could not say.

    None where the gate was not asked, or there is none.
    """
    if standing is None or standing.target != verdict.target or standing.barred is None:
        return None
    return Wait(For.GATE, standing.barred.why, standing.barred.until)


def judged(verdict: Verdict) -> Wait | None:
    """The wait that a verdict itself tells: for a cooldown, a person, or an image that failed before."""
    if verdict.status is not Status.HELD:
        return None
    cause = For.COOLDOWN if verdict.until else For.HOLD if verdict.by_person else For.FAILED
    return Wait(cause, verdict.reason, verdict.until)


def _reason(why: str) -> str:
    return f": {why}" if why else ""


def timed(policy: Policy, at: Circumstances) -> Iterator[Wait]:
    """The waits for moments that are known beforehand: the end of a freeze, a window's opening, a schedule's.

    Args:
        policy: The container's settings.
        at: What counts beside.
    """
    yield from filter(None, (_frozen(at), _shut(policy, at), _scheduled(policy, at)))


def _frozen(at: Circumstances) -> Wait | None:
    until = frozen_until(at.freeze, at.now)
    return Wait(For.FREEZE, f"updates are frozen ({at.freeze})", until) if until > at.now else None


def _shut(policy: Policy, at: Circumstances) -> Wait | None:
    if not policy.window or (opens := opening(policy.window, at.now)) == at.now:
        return None
    while (thawed := frozen_until(at.freeze, opens)) > opens:
        opens = opening(policy.window, thawed)
    return Wait(For.WINDOW, f"its window is {cut(policy.window)}", opens)


def _scheduled(policy: Policy, at: Circumstances) -> Wait | None:
    if not policy.schedule or may_begin(policy.schedule, at.now, at.grace):
        return None
    due = next_time(policy.schedule, at.now)
    while (thawed := frozen_until(at.freeze, due)) > due:
        due = next_time(policy.schedule, thawed)
    return Wait(For.SCHEDULE, f"its schedule is {cut(policy.schedule)}", due)


def goes_along(policy: Policy) -> bool:
    """Whether a dependent takes its own update along when its provider is updated.

    A dependent with a schedule or a window of its own keeps to it even where it is open just now: the
    dependent is recreated as it is, and updated in its own time.
    """
    return policy.enable and policy.mode == "update" and not policy.schedule and not policy.window


def held_back(why: str) -> Wait:
    """The wait for what a container depends on; `why` says what is wrong with the dependency."""
    return Wait(For.DEPENDENCY, why)


def under_way(how: str) -> Wait:
    """The wait for the end of an open update; `how` says how the end is to come."""
    return Wait(For.OPEN_UPDATE, how)


def words(found: Iterable[Wait], now: float, reason: str = "") -> str:
    """The nearest wait for people, as a clause, and for what else; empty where the verdict tells all.

    Args:
        found: All waits.
        now: Seconds since the epoch.
        reason: The verdict's own, which people read beside it and are not told again.
    """
    told = by_end(each for each in found if each.cause not in _TOLD and each.why != reason)
    if not told:
        return ""
    first, *others = told
    more = "".join(f"; and for {_moment(each)}" for each in others)
    until = f" until {shown(first.until)}" if first.until else ""
    return f"waits{until}: {first.why}{opens_in(first.cause, first.until, now)}{more}"


def briefly(found: Iterable[Wait], now: float) -> str:
    """The waits of a container in a few words; several, and a cooldown, without their reasons."""
    told = by_end(each for each in found if each.cause not in _TOLD - {For.COOLDOWN})
    if len(told) > 1 or [each.cause for each in told] == [For.COOLDOWN]:
        return f"waits for {', '.join(map(_moment, told))}"
    return words(told, now)


def _moment(wait: Wait) -> str:
    return f"{wait.cause} until {shown(wait.until)}" if wait.until else str(wait.cause)


def opens_in(cause: str, until: float, now: float) -> str:
    """How long people wait for a window, as the end of a clause; empty for any other wait."""
    verb = {For.WINDOW: "opens", For.FREEZE: "ends"}.get(For(cause))
    return f", {verb} in {_length(until - now)}" if verb else ""


def _length(seconds: float) -> str:
    minutes = max(1, math.ceil(seconds / 60))
    hours, days = minutes // 60, minutes // 1440
    if days:
        return f"{days} d {hours % 24} h"
    return f"{hours} h {minutes % 60} m" if hours else f"{minutes} m"


def shown(moment: float) -> str:
    """A moment for people: in local time, with its offset."""
    return datetime.fromtimestamp(moment).astimezone().isoformat(timespec="seconds")


def by_end(found: Iterable[Wait]) -> list[Wait]:
    """The waits in the order of their ends; a wait that no clock ends comes last."""
    return sorted(found, key=lambda wait: wait.until or float("inf"))

"""What people decided of a container, and the clock, are read once more right before an update begins.

Whether an update may begin is asked in one order, and a dry run gives the same first reason: a hold, a veto
that was noted, the clock (here); the container's veto file; its gate (`update.gates`), a program that runs
for a while, and that a dry run does not ask; then its dependents, their gates and their veto files. Only
while an approval is missing the daemon asks the gate right after the hold: people approve what a gate passes.
"""

import contextlib
from collections.abc import Iterable
from typing import Protocol

from attrs import evolve

from watcher.check import eligibility
from watcher.check.eligibility import Circumstances, For, Wait
from watcher.check.shown import circumstances
from watcher.check.verdict import Verdict
from watcher.check.veto import vetoed
from watcher.config.policy import Policy
from watcher.host.context import Context
from watcher.model.errors import NotKept, Refused
from watcher.model.inspection import Container
from watcher.model.json_object import Json
from watcher.store.decisions import Decision, DecisionKind


class Subject(Protocol):
    """A container, or a service, that was judged."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def verdict(self) -> Verdict:
        """The answer."""

    @property
    def goes_back(self) -> bool:
        """Whether it is to go back to an image."""


_LEFT: tuple[DecisionKind, ...] = ("released",)


class NotNow(Refused):
    """An update does not begin now, and what it waits for.

    Args:
        message: What the update waits for, as a line.
        wait: The wait as data.
        advice: What to do.
    """

    def __init__(self, message: str, wait: Wait, *, advice: str = "") -> None:
        super().__init__(message, advice=advice)
        self.wait = wait


async def withheld(context: Context, found: Subject, policy: Policy) -> Wait | None:
    """The wait for a person, else for a moment, of an update that nobody asked for by hand; None for none."""
    at = await _now(context)
    own = eligibility.awaited(found.name, found.verdict, policy, at)
    return eligibility.held(found.name, found.verdict, at) or next(own, None)


async def refuse_held(context: Context, found: Subject, *, goes_back: bool = False) -> None:
    """Refuse a container that a person holds back from the image that it is to have.

    Raises:
        NotNow: A person holds it.
    """
    if wait := eligibility.held(found.name, found.verdict, await _now(context)):
        raise refusal(found.name, wait, goes_back=goes_back)


async def refuse_held_from_all(context: Context, name: str, *, goes_back: bool = False) -> None:
    """Refuse a container that a person holds back from every image: its tag is not asked for yet.

    Raises:
        NotNow: A person holds it.
    """
    if wait := eligibility.held_from_all(name, await _now(context)):
        raise refusal(name, wait, goes_back=goes_back)


async def refuse_withheld(context: Context, found: Subject, policy: Policy) -> None:
    """Refuse an update that a person or a clock holds back, or that lacks the approval that its mode wants.

    Raises:
        NotNow: A person holds it, or has not approved it; or it is not the time for it any more.
    """
    if wait := await withheld(context, found, policy):
        raise refusal(found.name, wait)


async def refuse_unwanted(
    context: Context, found: Subject, policy: Policy | None, *, unattended: bool, again: bool
) -> None:
    """Refuse an unattended update for what a person or the clock wants, one by hand for a hold alone.

    Args:
        context: Where it is.
        found: What is to be updated, or to go back.
        policy: Its settings; None where they cannot be read.
        unattended: Whether nobody asked for it by hand.
        again: Whether it was asked for in spite of a hold.

    Raises:
        NotNow: It is held back, or has to wait.
    """
    if unattended and policy:
        await refuse_withheld(context, found, policy)
    elif not again:
        await refuse_held(context, found, goes_back=found.goes_back)


def refuse_cooling(found: Subject) -> None:
    """Refuse an update whose image has not yet held its tag for as long as its cooldown wants.

    Raises:
        NotNow: The cooldown runs.
    """
    wait = eligibility.judged(found.verdict)
    if wait and wait.cause is For.COOLDOWN:
        raise refusal(found.name, wait)


async def refuse_vetoed(context: Context, containers: Iterable[Json], *, goes_back: bool = False) -> None:
    """Refuse an update that one of its containers vetoes, by a file.

    Args:
        context: Where they are.
        containers: The container that is updated and its dependents, as inspected.
        goes_back: Whether it is to go back to an image.

    Raises:
        NotNow: One of them vetoes it.
        UnreadableSetting: The veto file lies where nobody can look.
        EngineError: The engine does not tell.
    """
    name = ""
    for each in containers:
        own = Container(each).name
        name = name or own
        # A dependent whose settings cannot be read is replaced with its provider all the same.
        policy = context.readable_policy(each) or context.defaults
        if wait := await vetoed(context.engine, each, policy):
            wait = wait if own == name else evolve(wait, why=f"{own}: {wait.why}")
            raise refusal(name, wait, goes_back=goes_back)


async def forget_release(context: Context, name: str) -> tuple[Decision, ...]:
    """Forget the release of an image, so that the rollback which is about to leave it has it held again.

    Returns:
        What is forgotten.
    """
    of_it = (await context.memory.decisions.read()).of.get(name, ())
    with contextlib.suppress(NotKept):  # then no release can have been kept either
        await context.memory.decisions.forget(name, _LEFT)
    return tuple(each for each in of_it if each.kind in _LEFT)


async def keep_release(context: Context, forgotten: Iterable[Decision]) -> None:
    """Keep a release again that was forgotten for a rollback, for the rollback was undone."""
    with contextlib.suppress(NotKept):
        for each in forgotten:
            await context.memory.decisions.keep_again(each)


def refusal(name: str, wait: Wait, *, goes_back: bool = False) -> NotNow:
    """The refusal for a wait, with what a person can do about it."""
    until = f" until {eligibility.shown(wait.until)}" if wait.until else ""
    if wait.cause in {*eligibility.CLOCKS, For.COOLDOWN}:
        return NotNow(f"{name} is not updated{until}: {wait.why}", wait)
    if wait.cause is For.VETO:
        advice = "" if goes_back else f"`watcher update --again {name}` updates it all the same"
        what = "rolled back" if goes_back else "updated"
        return NotNow(f"{name} is not {what}: {wait.why}", wait, advice=advice)
    if wait.cause is For.APPROVAL:
        return NotNow(f"{name} waits for approval", wait, advice=wait.why)
    advice = wait.end or f"`watcher release {name}` ends that"
    if goes_back:
        return NotNow(f"{name} is not rolled back{until}: {wait.why}", wait, advice=advice)
    advice += f", and `watcher update --again {name}` updates it all the same"
    return NotNow(f"{name} is not updated{until}: {wait.why}", wait, advice=advice)


async def _now(context: Context) -> Circumstances:
    return circumstances(context, await context.memory.decisions.read())

"""What people decided of a container, and the clock, are read once more right before an update begins."""

import contextlib
import time

from watcher.check import eligibility
from watcher.check.eligibility import Circumstances, For, Wait
from watcher.check.judgement import Assessment
from watcher.config.settings import Policy
from watcher.host.context import Context
from watcher.model.errors import NotKept, Withheld
from watcher.store.decisions import DecisionKind

_LEFT: tuple[DecisionKind, ...] = ("released",)


async def withheld(context: Context, found: Assessment, policy: Policy) -> Wait | None:
    """The wait for a person, else for a moment, of an update that nobody asked for by hand; None for none."""
    at = await _now(context)
    return (
        eligibility.held(found.name, found.verdict, at)
        or eligibility.unapproved(found.name, found.verdict, policy, at)
        or next(eligibility.timed(policy, at), None)
    )


async def refuse_held(context: Context, found: Assessment, *, goes_back: bool = False) -> None:
    """Let only a container pass that no person holds back from the image that it is to have.

    Raises:
        Withheld: A person holds it.
    """
    if wait := eligibility.held(found.name, found.verdict, await _now(context)):
        raise refusal(found.name, wait, goes_back=goes_back)


async def refuse_withheld(context: Context, found: Assessment, policy: Policy) -> None:
    """Let only an update pass that no person and no clock holds back, approved where its mode wants that.

    Raises:
        Withheld: A person holds it, or has not approved it; or it is not the time for it any more.
    """
    if wait := await withheld(context, found, policy):
        raise refusal(found.name, wait)


async def forget_release(context: Context, name: str) -> None:
    """Let what a rollback is about to leave be held, though it was released after an earlier one."""
    with contextlib.suppress(NotKept):  # then no release can have been kept either
        await context.memory.decisions.forget(name, _LEFT)


def refusal(name: str, wait: Wait, *, goes_back: bool = False) -> Withheld:
    """Say what a container waits for, and what a person, or whoever asks, can do."""
    until = f" until {eligibility.shown(wait.until)}" if wait.until else ""
    if wait.cause in eligibility.CLOCKS:
        return Withheld(f"{name} is not updated{until}: {wait.why}")
    if wait.cause is For.APPROVAL:
        return Withheld(f"{name} waits for approval", advice=wait.why)
    advice = f"`watcher release {name}` ends that"
    if goes_back:
        return Withheld(f"{name} is not rolled back{until}: {wait.why}", advice=advice)
    advice += f", and `watcher update --again {name}` updates it all the same"
    return Withheld(f"{name} is not updated{until}: {wait.why}", advice=advice)


async def _now(context: Context) -> Circumstances:
    decisions = await context.memory.decisions.read()
    return Circumstances(time.time(), context.grace, decisions, context.freeze)

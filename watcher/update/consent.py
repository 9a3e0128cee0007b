"""What people decided of a container is read once more, right before anything is done to it."""

import time

from watcher.check import eligibility
from watcher.check.eligibility import Circumstances, For, Wait
from watcher.check.judgement import Assessment
from watcher.config.settings import Policy
from watcher.host.context import Context
from watcher.model.errors import Withheld


async def withheld(context: Context, found: Assessment, policy: Policy) -> Wait | None:
    """The wait for a person, of an update that nobody asked for by hand; None where there is none."""
    at = await _now(context)
    return eligibility.held(found.name, found.verdict, at) or eligibility.unapproved(
        found.name, found.verdict, policy, at
    )


async def refuse_held(context: Context, found: Assessment) -> None:
    """Let only a container pass that no person holds back from the image that it is to have.

    Raises:
        Withheld: A person holds it.
    """
    if wait := eligibility.held(found.name, found.verdict, await _now(context)):
        raise refusal(found.name, wait)


async def refuse_withheld(context: Context, found: Assessment, policy: Policy) -> None:
    """Let only an update pass that no person holds back, and that is approved where its mode wants that.

    Raises:
        Withheld: A person holds it, or has not approved it.
    """
    if wait := await withheld(context, found, policy):
        raise refusal(found.name, wait)


def refusal(name: str, wait: Wait) -> Withheld:
    """Say that a container waits for a person, and what that person, or whoever asks, can do."""
    until = f" until {eligibility.shown(wait.until)}" if wait.until else ""
    if wait.cause is For.APPROVAL:
        return Withheld(f"{name} waits for approval", advice=wait.why)
    advice = (
        f"`watcher release {name}` ends that, and `watcher update --again {name}` updates it all the same"
    )
    return Withheld(f"{name} is not updated{until}: {wait.why}", advice=advice)


async def _now(context: Context) -> Circumstances:
    return Circumstances(time.time(), context.grace, await context.memory.decisions.read())

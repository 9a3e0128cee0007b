"""Has the gate of a service judge the digest that is to be rolled out; the swarm is told that very digest."""

from watcher.check import eligibility
from watcher.check.eligibility import Wait
from watcher.check.gates import Standing
from watcher.config.gates import Gate
from watcher.config.policy import Policy
from watcher.host.context import Context
from watcher.store.gate_answers import GateAnswer
from watcher.swarm.reading import Found
from watcher.update.consent import withheld
from watcher.update.gates import answered, is_asked_first, refusal, wait_after
from watcher.update.request import Request


async def wait(context: Context, found: Found, policy: Policy) -> Wait | None:
    """What an update waits for: a person, a clock, or its gate."""
    first = await withheld(context, found, policy)
    return await wait_after(first, lambda: asked(context, found))


async def asked(context: Context, found: Found, *, again: bool = False, by_hand: bool = False) -> Wait | None:
    """Ask the gate of a service about the digest that it is to have, where the digest was not judged yet.

    Args:
        context: The manager, on which the gate runs.
        found: The service's update.
        again: Ask once more, though the digest was refused.
        by_hand: Ask at once, though the gate could not say a moment ago.

    Returns:
        What keeps the digest from being rolled out; None where nothing does.

    Raises:
        EngineUnavailable: The engine is away.
    """
    if (gate := _gate(context, found)) is None:
        return None
    change = found.service.change(found.verdict.target)
    answer = await answered(context, gate, change, _image(found), again=again, by_hand=by_hand)
    return eligibility.gated(found.verdict, _standing(gate, found, answer))


async def refuse_barred(context: Context, found: Found, request: Request) -> None:
    """Let only a digest pass that the gate of its service lets pass; a rollback needs no gate.

    Raises:
        NotNow: The gate refuses the digest; where nobody asked by hand, also: the gate could not say.
        Unknown: The gate could not say.
    """
    by_hand = not request.unattended
    if wait := await asked(context, found, again=request.again, by_hand=by_hand):
        raise refusal(found.name, wait, by_hand=by_hand)


async def standing(context: Context, found: Found) -> Standing | None:
    """How the digest that a service is to have stands with its gate; nothing is asked here."""
    gate = _gate(context, found)
    if gate is None or not found.verdict.target:
        return None
    return _standing(gate, found, await context.memory.gates.of(gate.definition, _image(found)))


async def foreseen(context: Context, found: Found, *, again: bool) -> str:
    """What a plan says of the gate, which is not asked for it; empty where there is nothing to say.

    Raises:
        NotNow: The gate has refused the digest.
    """
    gate, known = _gate(context, found), await standing(context, found)
    if gate is None or known is None or known.has_passed:
        return ""
    wait = eligibility.gated(found.verdict, known)
    if wait and not wait.until and not again:
        raise refusal(found.name, wait, by_hand=True)
    return is_asked_first(gate)


def _gate(context: Context, found: Found) -> Gate | None:
    if found.policy is None or found.goes_back or found.service.tag is None:
        return None
    return context.gates.named(found.policy.gate)


def _standing(gate: Gate, found: Found, answer: GateAnswer | None) -> Standing:
    return Standing(gate.name, found.verdict.target, {_image(found): answer})


def _image(found: Found) -> str:
    """What the gate is asked about."""
    tag = found.service.tag
    return f"{tag.repository}@{found.verdict.target}" if tag else ""

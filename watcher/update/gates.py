"""Has gates judge a new image before it is taken: once for each digest, again where a gate could not say."""

import time
from collections.abc import Awaitable, Callable

from watcher.check import eligibility, facts
from watcher.check.eligibility import For, Wait
from watcher.check.gates import Standing, judged_by
from watcher.check.judgement import Assessment
from watcher.check.verdict import followed
from watcher.config.gates import Gate
from watcher.config.policy import Policy
from watcher.container import gate_run
from watcher.container.gate_run import Said
from watcher.engine.images import known_image
from watcher.host.context import Context
from watcher.host.pulls import told
from watcher.model.errors import EngineError, EngineUnavailable, RegistryError, Unknown
from watcher.model.labels import GATE_RUN
from watcher.model.reference import ImageRef
from watcher.model.update_events import Change, ImageJudged
from watcher.store.gate_answers import GateAnswer, GateQuestion
from watcher.update.change import change_of
from watcher.update.consent import NotNow
from watcher.update.steps.stages import Stages, gate_stage

_FIRST_S, _LAST_S = 60.0, 3600.0  # between two tries of a gate that could not say


async def asked(
    context: Context, found: Assessment, policy: Policy, *, again: bool = False, by_hand: bool = False
) -> Wait | None:
    """Ask the gate of a container about the image that it is to have, where the image was not judged yet.

    Args:
        context: Where they are.
        found: The container's update; where its image is not here yet, nothing is asked, nor taken.
        policy: The container's settings.
        again: Ask once more, though the image was refused.
        by_hand: Ask at once, though the gate could not say a moment ago.

    Returns:
        What keeps the image from being taken; None where nothing does.

    Raises:
        EngineUnavailable: The engine is away.
    """
    gate, ref = context.gates.named(policy.gate), followed(found.container, found.image)
    if gate is None or ref is None or found.goes_back or found.image is None or not _is_here(found):
        return None
    known = await facts.standing(context, policy, found.image, ref)
    if known and known.has_passed and known.target == found.verdict.target:
        return None
    # What was said just now decides, and not what is read back: that could be lost, and nothing would bar.
    answers = dict[str, GateAnswer | None]()
    for image in judged_by(found.image, ref):
        answers[image] = answer = await answered(
            context, gate, change_of(found), image, again=again, by_hand=by_hand
        )
        if answer.result == "passed":
            break
    return eligibility.gated(found.verdict, Standing(gate.name, found.verdict.target, answers))


async def refuse_barred(context: Context, found: Assessment, *, again: bool, by_hand: bool) -> None:
    """Refuse an image that its container's gate does not let pass; an image that ran there before needs none.

    Raises:
        NotNow: The gate refuses it; or the gate could not say, and nobody asked for the update by hand.
        Unknown: The gate could not say.
    """
    policy = context.policy_of(found.container)
    if wait := await asked(context, found, policy, again=again, by_hand=by_hand):
        raise refusal(found.name, wait, by_hand=by_hand)


async def foreseen(context: Context, found: Assessment, *, again: bool) -> tuple[str, ...]:
    """What a plan says of the gate, which is not asked for it: a line, or nothing.

    Raises:
        NotNow: The gate has refused the image.
    """
    policy = context.policy_of(found.container)
    gate, ref = context.gates.named(policy.gate), followed(found.container, found.image)
    if gate is None or found.goes_back:
        return ()
    if found.image and ref and _is_here(found):
        known = await facts.standing(context, policy, found.image, ref)
        wait = eligibility.gated(found.verdict, known)
        if wait and not wait.until and not again:
            raise refusal(found.name, wait, by_hand=True)
        if known and known.has_passed:
            return ()
    return (is_asked_first(gate),)


def _is_here(found: Assessment) -> bool:
    """Whether a container's tag means here the image that the container is to have."""
    return found.image is not None and found.image["Id"] == found.verdict.target


async def wait_after(first: Wait | None, ask: Callable[[], Awaitable[Wait | None]]) -> Wait | None:
    """What an update waits for when its gate has its turn: people approve what the gate lets pass.

    Args:
        first: The first of all its other waits. Where it is for an approval, the gate is asked all the
            same, also while a clock would have to be waited for after the approval.
        ask: Asks the gate.
    """
    if first and first.cause is not For.APPROVAL:
        return first
    return await ask() or first


def is_asked_first(gate: Gate) -> str:
    """The note of a plan that a gate has yet to be asked."""
    return f"the gate {gate.name} is asked before anything is changed"


async def sweep(context: Context) -> None:
    """Remove the containers that killed runs of gates left behind, before a command that may ask a gate."""
    if context.gates.by_name:
        rows = await context.engine.containers(stopped=True, label=GATE_RUN)
        await gate_run.sweep(context.engine, context.memory, rows)


def refusal(name: str, wait: Wait, *, by_hand: bool) -> NotNow | Unknown:
    """The error for an image that its gate refuses or could not judge, with what to do."""
    if wait.until and by_hand:
        return Unknown(
            f"{name} is not updated: {wait.why}", advice="it stays as it is until the gate lets it pass"
        )
    advice = f"`watcher update --again {name}` asks the gate once more"
    return NotNow(f"{name} is not updated: {wait.why}", wait, advice=advice)


async def answered(  # noqa: PLR0913 - one value per thing that counts, two of them by keywords
    context: Context, gate: Gate, change: Change, image: str, *, again: bool, by_hand: bool
) -> GateAnswer:
    """What a gate says of an image: what it said before, where it is not to be asked once more.

    Args:
        context: Where it runs, and where its answer is kept and told.
        gate: The gate.
        change: The update that the image is for.
        image: Its repository and digest.
        again: Ask once more, though the image was refused.
        by_hand: Ask at once, though the gate could not say a moment ago.

    Raises:
        EngineUnavailable: The engine is away.
    """
    async with context.gate_slots.asking(f"{gate.definition} {image}"):
        last = await context.memory.gates.of(gate.definition, image)
        if last and not _is_asked_again(last, again=again, by_hand=by_hand):
            return last
        return await _ask(context, gate, change, image, last)


def _is_asked_again(last: GateAnswer, *, again: bool, by_hand: bool) -> bool:
    if last.result == "unknown":
        return by_hand or again or last.until <= time.time()
    return last.result == "refused" and again


async def _ask(
    context: Context, gate: Gate, change: Change, image: str, last: GateAnswer | None
) -> GateAnswer:
    stages = Stages(context.events.publish)
    async with context.gate_slots.running():
        with stages.under_way(gate_stage(change.container, gate.timeout)):
            said = await _said(context, gate, image)
    now, took_s = time.time(), sum(stages.took.values())
    tries = 0 if said.result != "unknown" else last.tries + 1 if last else 1
    answer = GateAnswer(said.result, said.why, now, tries, now + _pause(tries) if tries else 0.0)
    question = GateQuestion(change.container, gate.name, gate.definition, image, context.by)
    await context.memory.gates.keep(question, answer, took_s)
    is_news = tries <= 1
    told_of = ImageJudged(change, gate.name, image, said.result, said.why, took_s, is_news)
    context.events.publish(told_of)
    return answer


def _pause(tries: int) -> float:
    return float(min(_FIRST_S * 2 ** min(tries - 1, 20), _LAST_S))


async def _said(context: Context, gate: Gate, image: str) -> Said:
    """What a gate says, whose own image is pulled where it is not here."""
    if source := await _exposing(context, gate):
        why = f"its mount {source} leads to the engine's socket, which no gate gets"
        return Said("unknown", f"the gate {gate.name} could not say: {why}")
    ref = ImageRef.parse(gate.image)
    try:
        if await known_image(context.engine, gate.image) is None:
            with told(context.events, gate.image) as progress:
                await context.registries.pull(ref, "", progress)
    except EngineUnavailable:
        raise
    except (RegistryError, EngineError) as error:
        why = str(error).removeprefix(f"cannot tell whether {ref.familiar} has an update: ")
        return Said("unknown", f"the gate {gate.name} could not say: {why}")
    return await gate_run.run(context.engine, context.memory, gate, image)


async def _exposing(context: Context, gate: Gate) -> str:
    """The mount by which a gate would get at the engine's socket, as the own container tells; or nothing."""
    own, socket = await context.own.find(context.engine), context.engine.endpoint.socket
    if own is None or not socket or not gate.mounts:
        return ""
    return gate_run.exposing(gate, await context.engine.container(own), socket)

"""Reads what a judgement needs, once: from the engine, and what is remembered."""

import time

from attrs import evolve

from watcher.check.cooldown import noted
from watcher.check.gates import Standing, judged_by
from watcher.check.judgement import Facts, judge
from watcher.check.verdict import Status
from watcher.config.policy import Policy
from watcher.engine.client import Engine
from watcher.engine.images import known_image
from watcher.host.context import Context
from watcher.model.inspection import Container, left_by, reference_of
from watcher.model.json_object import Json
from watcher.model.platform import platform
from watcher.model.reference import ImageRef


async def here(engine: Engine, container: Json) -> Facts:
    """What the engine alone tells of a container: what its reference means there."""
    return Facts(container, await known_image(engine, reference_of(container)))


async def read(
    context: Context, container: Json, policy: Policy | None = None, *, asked: bool = False
) -> Facts:
    """What is known of a container, without a question to its registry.

    On the way its image is remembered, and, where a cooldown wants that, when its tag was first seen to have
    moved.

    Args:
        context: Where it is.
        container: As inspected.
        policy: Its settings; None where images alone decide.
        asked: Whether it counts that the daemon had no answer from its registry.
    """
    engine, facts = context.engine, await here(context.engine, container)
    running = await _running(context, facts)
    name = Container(container).name
    failure = await context.memory.failure(container["Id"], name)
    earlier = (await context.memory.former.of(name)).images
    ours = platform(container, running, engine.platform)
    facts = evolve(facts, running=running, failure=failure, platform=ours, earlier=earlier)
    if left := left_by(container):
        facts = evolve(facts, released=(await context.memory.decisions.read()).is_released(name, left))
    if policy:
        facts = await _with_policy(context, facts, policy, asked=asked and policy.source == "registry")
    return evolve(facts, now=time.time())


async def _running(context: Context, facts: Facts) -> Json | None:
    """The image that a container runs; the engine may have dropped it."""
    running, tagged = facts.container["Image"], facts.tagged
    known = context.memory.image(running)
    if tagged and tagged["Id"] == running:
        found: Json | None = tagged
    else:
        found = known or await known_image(context.engine, running)
    if found and not known:
        await context.memory.keep_image(found)
    return found


async def _with_policy(context: Context, facts: Facts, policy: Policy, *, asked: bool) -> Facts:
    """The facts with what the registry was last seen to have, and how it last answered.

    The first counts where no layer may come yet: for a cooldown, and for `notify`.
    """
    memory, tag, verdict = context.memory, facts.tag, judge(facts)
    if tag is None or (image := facts.tagged) is None:
        return facts
    if image["Id"] != facts.container["Image"]:
        facts = evolve(facts, gate=await standing(context, policy, image, tag.ref))
    if (policy.cooldown or policy.mode == "notify") and verdict.status in (Status.CURRENT, Status.OUTDATED):
        seen = await noted(memory, tag, image, verdict)
        facts = evolve(facts, seen=seen, cooldown=policy.cooldown)
    return evolve(facts, asked=await memory.asked(str(tag))) if asked else facts


async def standing(context: Context, policy: Policy, image: Json, ref: ImageRef) -> Standing | None:
    """How an image stands with a gate, by what the gate said of it before; nothing is asked here.

    Args:
        context: What is remembered, and the gates.
        policy: Names the gate; None where it names none.
        image: As inspected.
        ref: The tag that means it.
    """
    gate = context.gates.named(policy.gate)
    if gate is None:
        return None
    answers = {each: await context.memory.gates.of(gate.definition, each) for each in judged_by(image, ref)}
    return Standing(gate.name, image["Id"], answers)

"""Judges containers by what a registry says now: after a pull, or by the digest that it has for the tag.

Only this module of those that look leads to the registries' client, which takes long to import.
"""

import asyncio

from attrs import evolve

from watcher.check import checks, facts, verdict
from watcher.check.checks import Judge
from watcher.check.judgement import Assessment, Facts, assessed
from watcher.check.last_answers import answered
from watcher.check.remote import meaning
from watcher.check.verdict import identities
from watcher.engine.client import Engine
from watcher.engine.images import known_image
from watcher.host.context import Context
from watcher.host.pulls import told
from watcher.model.errors import RegistryError
from watcher.model.json_object import Json


def may_ask(context: Context, container: Json) -> bool:
    """Whether a container's labels let a registry be asked for its tag; no, where they cannot be read."""
    policy = context.readable_policy(container)
    return policy is not None and policy.source == "registry"


async def pull(context: Context, container: Json) -> None:
    """Pull the tag that a container follows, for the platform that it runs on; nothing where it is pinned.

    Raises:
        RegistryError: The pull failed: nobody can say whether there is an update.
    """
    tag = (await facts.read(context, container)).tag
    if tag is None:
        return
    with told(context.events, tag.ref.familiar) as progress:
        await context.registries.pull(tag.ref, tag.platform, progress)
    await answered(context.memory, tag)


async def ask(context: Context, known: Facts) -> Facts:
    """The facts of a container with what the registry says of its tag; the same where it is pinned.

    Raises:
        RegistryError: The registry could not be asked.
    """
    tag, running = known.tag, known.container["Image"]
    if tag is None:
        return known
    image = known.tagged
    if image is None or image["Id"] != running:
        image = await known_image(context.engine, running)
    ours = {running} | (identities(image) if image else set())
    if own := known.container.get("ImageManifestDescriptor"):
        ours.add(own["digest"])
    found = await meaning(context.registries, tag.ref, tag.platform or context.engine.platform, ours)
    await answered(context.memory, tag)
    return evolve(known, meaning=found)


async def is_built_here(engine: Engine, container: Json, error: RegistryError) -> bool:
    """Whether a registry refused a tag because its image was made here, and nobody knows it elsewhere."""
    known = await facts.here(engine, container)
    return known.ref is not None and verdict.is_built_here(known.tagged, known.ref, error.trouble)


async def pulled(context: Context, container: Json) -> Assessment:
    """Pull a container's tag, where its labels allow that, then compare images."""
    if may_ask(context, container):
        await pull(context, container)
    return await checks.assess(context.looking(), container)


def after_pull() -> Judge:
    """Judge after a pull: one at a time, for each has the whole line of a terminal to itself.

    A container whose labels let no registry be asked is judged from here.
    """
    turn = asyncio.Lock()

    async def judge(context: Context, container: Json) -> Assessment:
        if may_ask(context, container):
            async with turn:
                await pull(context, container)
        return await checks.judged(context.looking(), container)

    return judge


async def remotely(context: Context, container: Json) -> Assessment:
    """Judge by what the registry says of the tag, where it may be asked; no layer is pulled."""
    if not may_ask(context, container):
        return await checks.judged(context, container)
    return assessed(await ask(context, await facts.read(context, container)))

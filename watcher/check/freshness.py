"""Judges containers by what a registry says now: after a pull, or by the digest that it has for the tag.

Only this module of those that look leads to the registries' client, which takes long to import.
"""

import asyncio

from watcher.check import checks
from watcher.check import local as reading
from watcher.check.checks import Judge
from watcher.check.last_answers import answered
from watcher.check.local import Assessment
from watcher.check.remote import judge_remotely
from watcher.check.verdict import Verdict, digests
from watcher.engine.client import Json
from watcher.engine.images import known_image
from watcher.host.context import Context
from watcher.host.inventory import Tag
from watcher.model.errors import UnreadableSetting
from watcher.model.progress import Reporter


def may_ask(context: Context, container: Json) -> bool:
    """Whether a container's labels let a registry be asked for its tag; no, where they cannot be read."""
    try:
        return context.defaults.with_labels(container["Config"]["Labels"]).source == "registry"
    except UnreadableSetting:
        return False


async def pull(context: Context, container: Json, report: Reporter) -> None:
    """Pull the tag that a container follows, for the platform that it runs on; nothing where it is pinned.

    Raises:
        RegistryError: The pull failed: nobody can say whether there is an update.
    """
    ref = await reading.reference(context.engine, container)
    if ref is None:
        return
    with report(ref.familiar) as progress:
        platform = await reading.platform_of(context.engine, container)
        await context.registries.pull(ref, platform, progress)
    await answered(context.memory, Tag(ref, platform))


async def judge_remote(context: Context, container: Json) -> Verdict:
    """Judge a container by what the registry says of its tag.

    Raises:
        Unknown: The registry could not be asked.
    """
    ref = await reading.reference(context.engine, container)
    image = await known_image(context.engine, container["Image"])
    known = digests(image) | {container["Image"]}
    if own := container.get("ImageManifestDescriptor"):
        known.add(own["digest"])
    platform = await reading.platform_of(context.engine, container)
    wanted = platform or context.engine.platform
    verdict = await judge_remotely(context.registries, container, ref, wanted, known)
    if ref is not None:
        await answered(context.memory, Tag(ref, platform))
    return verdict


def pulled(report: Reporter) -> Judge:
    """Judge by identity alone, after a pull, which is reported; there is none where the labels forbid it."""

    async def judge(context: Context, container: Json) -> Assessment:
        if may_ask(context, container):
            await pull(context, container, report)
        return await checks.assess(context, container)

    return judge


def after_pull(report: Reporter) -> Judge:
    """Judge after a pull, which is reported: one at a time, for each has the whole line to itself.

    A container whose labels let no registry be asked is judged from here.
    """
    turn = asyncio.Lock()

    async def judge(context: Context, container: Json) -> Assessment:
        if may_ask(context, container):
            async with turn:
                await pull(context, container, report)
        return await checks.judged(context, container)

    return judge


async def remotely(context: Context, container: Json) -> Assessment:
    """Judge by what the registry says of the tag, where it may be asked; no layer is pulled."""
    if not may_ask(context, container):
        return await checks.judged(context, container)
    return Assessment(container, None, await judge_remote(context, container))

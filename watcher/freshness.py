"""Judges containers by what a registry says now: after a pull, or by the digest that it has for the tag.

Only this module of those that look leads to the registries' client, which takes long to import.
"""

import asyncio

from watcher import app
from watcher import assess as reading
from watcher.app import Judge
from watcher.asked import answered
from watcher.assess import Assessment
from watcher.context import Context
from watcher.engine import Json
from watcher.errors import UnreadableSetting
from watcher.fleet import Tag
from watcher.progress import Reporter
from watcher.remote import judge_remotely
from watcher.verdict import Verdict, digests


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
    image = await reading.known_image(context.engine, container["Image"])
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
        return await app.assess(context, container)

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
        return await app.judged(context, container)

    return judge


async def remotely(context: Context, container: Json) -> Assessment:
    """Judge by what the registry says of the tag, where it may be asked; no layer is pulled."""
    if not may_ask(context, container):
        return await app.judged(context, container)
    return Assessment(container, None, await judge_remote(context, container))

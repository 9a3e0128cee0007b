"""What the commands that only look do, from an open engine to values; nothing here prints or exits."""

from collections.abc import Awaitable, Callable

from attrs import evolve

from watcher.check import local as reading
from watcher.check import own_labels
from watcher.check.cooldown import foreseen
from watcher.check.last_answers import unanswered
from watcher.check.local import Assessment
from watcher.check.verdict import Status, Verdict, followed, held
from watcher.config.settings import Policy
from watcher.engine.client import Json
from watcher.engine.images import known_image, with_manifests
from watcher.host.context import Context
from watcher.host.inventory import Tag
from watcher.host.lookup import find
from watcher.model.errors import UnreadableSetting
from watcher.model.inspection import reference_of
from watcher.model.names import name_of

Judge = Callable[[Context, Json], Awaitable[Assessment]]


async def running_names(context: Context) -> list[str]:
    """The names of the running containers, without the one that this program runs in."""
    rows = await context.engine.containers()
    own = await context.own.find(context.engine)
    return sorted(name_of(row) for row in rows if row["Id"] != own)


async def identify(context: Context, text: str, judge: Judge) -> Assessment:
    """Judge the container that a person means.

    Raises:
        NoSuchContainer: No container, or more than one, is meant.
    """
    return await judge(context, await find(context.engine, text))


async def assess(context: Context, container: Json) -> Assessment:
    """Judge a container from local information, and what is remembered of it; remember its image."""
    found = await reading.assess(context.engine, container)
    running = container["Image"]
    if not context.memory.image(running) and (image := await known_image(context.engine, running)):
        await context.memory.keep_image(image)
    failure = await context.memory.failure(container["Id"], found.name)
    return evolve(found, verdict=held(found.verdict, failure.image, failure.reason)) if failure else found


async def outlook(context: Context, container: Json, policy: Policy) -> Assessment:
    """Judge a container as the daemon does: also by what its registry was last seen to have.

    That counts where no layer may come yet: for `notify` and a cooldown.
    """
    found = await assess(context, container)
    is_open = found.verdict.status in (Status.CURRENT, Status.OUTDATED)
    ref = followed(container, found.image)
    if not is_open or ref is None or not found.image or not (policy.cooldown or policy.mode == "notify"):
        return found
    platform = await reading.platform_of(context.engine, container)
    image = await with_manifests(context.engine, found.image, reference_of(container))
    verdict = await foreseen(context.memory, Tag(ref, platform), image, found.verdict, policy.cooldown)
    return evolve(found, verdict=verdict)


async def doubts(context: Context) -> list[str]:
    """What people should know of the labels of all containers, a line each."""
    rows = await context.engine.containers(stopped=True)
    own = await context.own.find(context.engine)
    return sorted(f"{name}: {line}" for name, line in own_labels.doubts(rows, own))


async def judged(context: Context, container: Json) -> Assessment:
    """What is to be said of a container beside the daemon that looks after it."""
    try:
        policy = context.defaults.with_labels(container["Config"]["Labels"])
    except UnreadableSetting as error:
        return Assessment(container, None, Verdict(Status.UNKNOWN, str(error), container["Image"]))
    return await _as_asked(context, await outlook(context, container, policy), policy)


async def _as_asked(context: Context, found: Assessment, policy: Policy) -> Assessment:
    """Say unknown of what the daemon, which asks the registries, could not ask for."""
    ref = followed(found.container, found.image)
    if ref is None or not found.image or policy.source == "local":
        return found
    tag = Tag(ref, await reading.platform_of(context.engine, found.container))
    return evolve(found, verdict=await unanswered(context.memory, tag, found.image["Id"], found.verdict))

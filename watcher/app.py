"""What the commands that only look do, from an open engine to values; nothing here prints or exits."""

from attrs import evolve

from watcher import assess as reading
from watcher import own_labels
from watcher.asked import answered, unanswered
from watcher.assess import Assessment
from watcher.context import Context
from watcher.cooldown import foreseen
from watcher.engine import Json
from watcher.errors import UnreadableSetting
from watcher.fleet import Tag
from watcher.lookup import find
from watcher.names import name_of
from watcher.progress import Reporter
from watcher.remote import digests, judge_remotely
from watcher.settings import Policy
from watcher.verdict import Status, Verdict, followed, held, reference_of


async def running_names(context: Context) -> list[str]:
    """The names of the running containers, without the one that this program runs in."""
    rows = await context.engine.containers()
    own = await context.own.find(context.engine)
    return sorted(name_of(row) for row in rows if row["Id"] != own)


async def identify(context: Context, text: str, *, report: Reporter | None = None) -> Assessment:
    """Judge a container from image identity alone; with `report`, after a pull that is reported there.

    Where its labels let no registry be asked, none is.

    Raises:
        NoSuchContainer: No container, or more than one, is meant.
        Unknown: The pull failed.
    """
    container = await find(context.engine, text)
    if report is not None and may_ask(context, container):
        await pull(context, container, report)
    return await assess(context, container)


def may_ask(context: Context, container: Json) -> bool:
    """Whether a container's labels let a registry be asked for its tag; no, where they cannot be read."""
    try:
        return context.defaults.with_labels(container["Config"]["Labels"]).source == "registry"
    except UnreadableSetting:
        return False


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


async def assess(context: Context, container: Json) -> Assessment:
    """Judge a container from local information, and what is remembered of it; remember its image."""
    found = await reading.assess(context.engine, container)
    running = container["Image"]
    if not context.memory.image(running) and (image := await reading.known_image(context.engine, running)):
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
    image = await reading.with_manifests(context.engine, found.image, reference_of(container))
    verdict = await foreseen(context.memory, Tag(ref, platform), image, found.verdict, policy.cooldown)
    return evolve(found, verdict=verdict)


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

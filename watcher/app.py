"""What the commands that only look do, from an open engine to values; nothing here prints or exits."""

from attrs import evolve, frozen

from watcher import assess as reading
from watcher.asked import answered, unanswered
from watcher.assess import Assessment
from watcher.context import Context
from watcher.cooldown import foreseen
from watcher.engine import Json
from watcher.errors import NotFound, UnreadableSetting
from watcher.fleet import Tag, opted_in
from watcher.lookup import find
from watcher.names import name_of
from watcher.progress import Reporter
from watcher.remote import digests, judge_remotely
from watcher.settings import ENABLE, Policy
from watcher.verdict import Status, Verdict, followed, held, reference_of


@frozen
class Listed:
    """A row of the list.

    Attributes:
        name: The container's.
        image: The reference that it follows.
        state: `running`, `exited`, ... as the engine says it.
        mode: Its mode; `-` where it did not opt in, or its labels cannot be read.
        verdict: The answer for it.
    """

    name: str
    image: str
    state: str
    mode: str
    verdict: Verdict


async def running_names(context: Context) -> list[str]:
    """The names of the running containers, without the one that this program runs in."""
    rows = await context.engine.containers()
    own = await context.own.find(context.engine)
    return sorted(name_of(row) for row in rows if row["Id"] != own)


async def identify(context: Context, text: str, *, report: Reporter | None = None) -> Assessment:
    """Judge a container from image identity alone; with `report`, after a pull that is reported there.

    Raises:
        NoSuchContainer: No container, or more than one, is meant.
        Unknown: The pull failed.
    """
    return await assess(context, await _found(context, text, report))


async def check(context: Context, text: str, *, report: Reporter | None = None) -> Assessment:
    """Judge a container as the daemon does; arguments and errors are those of `identify`."""
    _, found = await _judged(context, await _found(context, text, report))
    return found


async def _found(context: Context, text: str, report: Reporter | None) -> Json:
    container = await find(context.engine, text)
    if report is not None:
        await pull(context, container, report)
    return container


async def check_remote(context: Context, text: str) -> Assessment:
    """Judge a container by what the registry says of its tag; no layer is pulled.

    Raises:
        NoSuchContainer: No container, or more than one, is meant.
        Unknown: The registry could not be asked.
    """
    container = await find(context.engine, text)
    return Assessment(container, None, await judge_remote(context, container))


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


async def listed(context: Context, *, every: bool = False) -> list[Listed]:
    """The containers that opted in, in any state, and with `every` also all that run; not the own one."""
    own = await context.own.find(context.engine)
    rows = opted_in(await context.engine.containers(stopped=True, label=ENABLE), own)
    if every:
        rows += [row for row in await context.engine.containers() if row["Id"] != own]
    found = [await _listed(context, cid) for cid in dict.fromkeys(row["Id"] for row in rows)]
    return sorted((row for row in found if row), key=lambda row: row.name)


async def _listed(context: Context, cid: str) -> Listed | None:
    try:
        container = await context.engine.container(cid)
        mode, found = await _judged(context, container)
    except NotFound:
        return None
    return Listed(found.name, reference_of(container), container["State"]["Status"], mode, found.verdict)


async def _judged(context: Context, container: Json) -> tuple[str, Assessment]:
    """The mode of a container, and what is to be said of it."""
    try:
        policy = context.defaults.with_labels(container["Config"]["Labels"])
    except UnreadableSetting as error:
        return "-", Assessment(container, None, Verdict(Status.UNKNOWN, str(error), container["Image"]))
    found = await _as_asked(context, await outlook(context, container, policy), policy)
    return policy.mode if policy.enable else "-", found


async def _as_asked(context: Context, found: Assessment, policy: Policy) -> Assessment:
    """Say unknown of what the daemon, which asks the registries, could not ask for."""
    ref = followed(found.container, found.image)
    if ref is None or not found.image or policy.source == "local":
        return found
    tag = Tag(ref, await reading.platform_of(context.engine, found.container))
    return evolve(found, verdict=await unanswered(context.memory, tag, found.image["Id"], found.verdict))

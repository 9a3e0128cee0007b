"""What the commands that only look do, from an open engine to values; nothing here prints or exits."""

from attrs import evolve, frozen

from watcher import assess as reading
from watcher.assess import Assessment
from watcher.context import Context
from watcher.engine import Json
from watcher.errors import NotFound, UnreadableSetting
from watcher.lookup import find
from watcher.names import name_of
from watcher.progress import Reporter
from watcher.settings import ENABLE
from watcher.verdict import Status, Verdict, held, reference_of


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


async def check(context: Context, text: str, *, report: Reporter | None = None) -> Assessment:
    """Judge a container; with `report`, after a pull of its tag that is reported there.

    Raises:
        NoSuchContainer: No container, or more than one, is meant.
        Unknown: The pull failed.
    """
    container = await find(context.engine, text)
    if report is not None:
        await pull(context, container, report)
    return await assess(context, container)


async def check_remote(context: Context, text: str) -> Assessment:
    """Judge a container by what the registry says of its tag; no layer is pulled."""
    container = await find(context.engine, text)
    return Assessment(container, None, await reading.remote(context.engine, container))


async def assess(context: Context, container: Json) -> Assessment:
    """Judge a container from local information, and what is remembered of it; remember its image."""
    found = await reading.assess(context.engine, container)
    if image := await reading.known_image(context.engine, container["Image"]):
        context.memory.keep_image(image)
    failure = context.memory.failure(found.name)
    return evolve(found, verdict=held(found.verdict, failure.image, failure.reason)) if failure else found


async def pull(context: Context, container: Json, report: Reporter) -> None:
    """Pull the tag that a container follows, for the platform that it runs on; nothing where it is pinned."""
    ref = await reading.reference(context.engine, container)
    if ref is None:
        return
    with report(ref.familiar) as progress:
        await reading.pull(
            context.engine, ref, await reading.platform_of(context.engine, container), progress
        )


async def listed(context: Context, *, every: bool = False) -> list[Listed]:
    """The containers that opted in, in any state, and with `every` also all that run; not the own one."""
    labelled = await context.engine.containers(stopped=True, label=ENABLE)
    running = await context.engine.containers()
    own = await context.own.find(context.engine)
    rows = {row["Id"]: row for row in labelled + (running if every else [])}
    shown = {row["Id"] for row in running} if every else set()
    found = [await _listed(context, cid, always=cid in shown) for cid in rows if cid != own]
    return sorted((row for row in found if row), key=lambda row: row.name)


async def _listed(context: Context, cid: str, *, always: bool) -> Listed | None:
    try:
        found = await assess(context, await context.engine.container(cid))
    except NotFound:
        return None
    container, verdict = found.container, found.verdict
    try:
        policy = context.defaults.with_labels(container["Config"]["Labels"])
    except UnreadableSetting as error:
        policy, verdict = None, Verdict(Status.UNKNOWN, str(error), container["Image"])
    if policy and not policy.enable and not always:
        return None
    mode = policy.mode if policy and policy.enable else "-"
    return Listed(found.name, reference_of(container), container["State"]["Status"], mode, verdict)

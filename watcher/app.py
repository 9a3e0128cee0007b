"""What the commands do, from an open engine to values; nothing here prints or exits."""

import math
from collections.abc import Callable
from contextlib import AbstractContextManager
from enum import StrEnum

from attrs import frozen

from watcher import assess as reading
from watcher.assess import Assessment, Progress
from watcher.engine import Engine, Json
from watcher.errors import NoSuchContainer, NotFound, Refused, Unknown, UnreadableSetting, UpdateFailed
from watcher.lookup import find, name_of
from watcher.names import Marker, container_name
from watcher.payload import refuse
from watcher.payload.identity import platform
from watcher.plan import plan
from watcher.proof import Demand
from watcher.recovery import open_updates, settle
from watcher.self_id import own_container
from watcher.settings import ENABLE, Policy
from watcher.successor import Moved, draft
from watcher.update import Settings, Update
from watcher.verdict import Status, Verdict

Reporter = Callable[[str], AbstractContextManager[Progress]]

_TRIES = 3


class Done(StrEnum):
    """How an update ended that did not fail."""

    CURRENT = "current"
    UPDATED = "updated"
    PLANNED = "planned"


@frozen
class Outcome:
    """What became of one container.

    Attributes:
        assessment: As it was found.
        done: What was done about it.
        plan: The plan, as text, where there was one.
        assumed: Values that were kept though they may have been the old image's defaults.
    """

    assessment: Assessment
    done: Done
    plan: str = ""
    assumed: tuple[str, ...] = ()


@frozen
class Listed:
    """A row of the list.

    Attributes:
        name: The container's.
        image: The reference that it was created with.
        state: `running`, `exited`, ... as the engine says it.
        mode: Its mode, or empty where its labels cannot be read.
        verdict: The answer for it.
    """

    name: str
    image: str
    state: str
    mode: str
    verdict: Verdict


async def running_names(engine: Engine) -> list[str]:
    """The names of the running containers, without the one that this program runs in."""
    rows = await engine.containers()
    own = await own_container(engine, rows)
    return sorted(name_of(row) for row in rows if row["Id"] != own)


async def check(engine: Engine, text: str, *, report: Reporter | None = None) -> Assessment:
    """Judge a container; with `report`, after a pull of its tag that is reported there.

    Raises:
        NoSuchContainer: No container, or more than one, is meant.
        Unknown: The pull failed.
    """
    container = await find(engine, text)
    if report is not None:
        await _pull(engine, container, report)
    return await reading.assess(engine, container)


async def check_remote(engine: Engine, text: str) -> Assessment:
    """Judge a container by what the registry says of its tag; no layer is pulled."""
    container = await find(engine, text)
    return Assessment(container, None, await reading.remote(engine, container))


async def update(
    engine: Engine, text: str, defaults: Policy, *, report: Reporter | None = None, dry_run: bool = False
) -> Outcome:
    """Update a container where its tag means another image than it runs.

    Args:
        engine: Where it is.
        text: Its name, its id or a prefix of that.
        defaults: The settings that its labels may override.
        report: Pull first, and report there.
        dry_run: Only plan.

    Raises:
        NoSuchContainer: No container, or more than one, is meant.
        Refused: It is not ours to update.
        UnreadableSetting: A label of it cannot be read.
        Unknown: Nobody can say whether there is an update.
        UpdateFailed: It was tried, and undone.
    """
    container = await _settled(engine, text, defaults, dry_run=dry_run)
    policy = defaults.with_labels(container["Config"]["Labels"])
    await _refuse_own(engine, container)
    refuse(container, api=engine.api)
    if report is not None and policy.source == "registry":
        await _pull(engine, container, report)
    for _ in range(_TRIES):
        try:
            return await _update(engine, await reading.assess(engine, container), policy, dry_run=dry_run)
        except Moved:
            continue
    raise UpdateFailed(f"{text} could not be updated: its tag kept moving", advice="try again later")


async def listed(engine: Engine, defaults: Policy, *, every: bool = False) -> list[Listed]:
    """The containers that opted in, in any state, and with `every` also all that run; not the own one."""
    labelled = await engine.containers(stopped=True, label=ENABLE)
    running = await engine.containers()
    own = await own_container(engine, running)
    rows = {row["Id"]: row for row in labelled + (running if every else [])}
    shown = {row["Id"] for row in running} if every else set()
    found = [await _listed(engine, cid, defaults, always=cid in shown) for cid in rows if cid != own]
    return sorted((row for row in found if row), key=lambda row: row.name)


async def _listed(engine: Engine, cid: str, defaults: Policy, *, always: bool) -> Listed | None:
    try:
        assessment = await reading.assess(engine, await engine.container(cid))
    except NotFound:
        return None
    container, verdict = assessment.container, assessment.verdict
    try:
        policy = defaults.with_labels(container["Config"]["Labels"])
    except UnreadableSetting as error:
        policy, verdict = None, Verdict(Status.UNKNOWN, str(error), container["Image"])
    if policy and not policy.enable and not always:
        return None
    mode = policy.mode if policy and policy.enable else "-"
    return Listed(assessment.name, container["Config"]["Image"], container["State"]["Status"], mode, verdict)


async def _pull(engine: Engine, container: Json, report: Reporter) -> None:
    ref = await reading.reference(engine, container)
    if ref is None:
        return
    image = await reading.known_image(engine, container["Image"])
    with report(ref.familiar) as progress:
        await reading.pull(engine, ref, platform(container, image, engine.platform), progress)


async def _settled(engine: Engine, text: str, defaults: Policy, *, dry_run: bool) -> Json:
    """Find a container, after an update of it that was cut short has been finished or undone."""
    scenes = await open_updates(engine)
    try:
        container = await find(engine, text)
    except NoSuchContainer:
        if container_name(text) not in scenes:
            raise
        name = str(container_name(text))
    else:
        name = container["Name"].removeprefix("/")
        if marker := Marker.parse(name):
            raise Refused(
                f"{name} is part of an update of {marker.name} that was cut short",
                advice=f"`watcher update {marker.name}` brings that to its end",
            )
    if dry_run or name not in scenes:
        return await find(engine, name)
    await settle(engine, name, _demand(defaults))
    return await find(engine, name)


async def _refuse_own(engine: Engine, container: Json) -> None:
    if container["Id"] == await own_container(engine, await engine.containers()):
        raise Refused(
            "this is the container that the updater itself runs in",
            advice="pull and recreate it from outside",
        )


async def _update(engine: Engine, assessment: Assessment, policy: Policy, *, dry_run: bool) -> Outcome:
    verdict, container = assessment.verdict, assessment.container
    if verdict.status is Status.CURRENT:
        return Outcome(assessment, Done.CURRENT)
    if assessment.image is None:
        raise Unknown(f"{assessment.name}: {verdict.reason}", advice="pull or build it first, or use --pull")
    made, steps = await draft(engine, container, assessment.image), plan(container, str(verdict))
    if not dry_run:
        settings = Settings(_demand(policy), _whole_seconds(policy.stop_timeout))
        await Update(engine, container, steps, made, settings).run()
    done = Done.PLANNED if dry_run else Done.UPDATED
    return Outcome(assessment, done, str(steps), made.payload.assumed)


def _demand(policy: Policy) -> Demand:
    return Demand(policy.stable_for, policy.health_timeout)


def _whole_seconds(seconds: float | None) -> int | None:
    """The engine counts a stop's time in whole seconds; a part of one is rounded up."""
    return None if seconds is None else math.ceil(seconds)

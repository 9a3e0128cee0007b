"""One container's update from beginning to end: claimed, settled, pulled, judged, carried out, remembered."""

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator, Iterator, Mapping
from enum import StrEnum

from attrs import evolve, field, frozen

from watcher import app
from watcher import assess as reading
from watcher.assess import Assessment
from watcher.cleanup import clean_up
from watcher.context import Context
from watcher.engine import Engine, Json
from watcher.errors import NoSuchContainer, Refused, RegistryError, Unknown, UpdateFailed
from watcher.lookup import find
from watcher.names import Marker, container_name
from watcher.payload import refuse
from watcher.plan import plan
from watcher.progress import Reporter
from watcher.proof import Demand
from watcher.recovery import left_aside, open_updates, settle
from watcher.settings import Policy
from watcher.successor import Moved, draft
from watcher.update import Settings, Update
from watcher.verdict import Status

_TRIES = 3
_LOOK_AGAIN_S = 0.5


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
        warnings: What a person should know all the same, a line each.
        took: Seconds that each step took, by its name.
    """

    assessment: Assessment
    done: Done
    plan: str = ""
    warnings: tuple[str, ...] = ()
    took: Mapping[str, float] = field(factory=dict)


@frozen
class Request:
    """What a person, or the daemon, wants of an update.

    Attributes:
        report: Pull first, and report there; None looks at the local cache only.
        dry_run: Only plan.
        again: Also try an image that failed before.
        cautious: Rather leave a container alone than keep values that may be its old image's defaults.
    """

    report: Reporter | None = None
    dry_run: bool = False
    again: bool = False
    cautious: bool = False


async def update(context: Context, text: str, request: Request) -> Outcome:
    """Update a container where its tag means another image than it runs.

    Args:
        context: Where it is.
        text: Its name, its id or a prefix of that.
        request: What is wanted.

    Raises:
        NoSuchContainer: No container, or more than one, is meant.
        Refused: It is not ours to update, or another process is at work on it for too long.
        UnreadableSetting: A label of it cannot be read.
        Unknown: Nobody can say whether there is an update.
        UpdateFailed: It was tried, and undone.
    """
    name = await _name(context.engine, text)
    if request.dry_run:
        return await _update(context, await find(context.engine, name), request)
    async with _claimed(context, name):
        aside = await _settle(context, name)
        outcome = await _update(context, await find(context.engine, name), request)
    return evolve(outcome, warnings=outcome.warnings + aside)


async def settle_open(context: Context, name: str) -> None:
    """Bring an update of a container that was cut short to its end, if there is one."""
    if name in await open_updates(context.engine):
        async with _claimed(context, name):
            await _settle(context, name)


async def _name(engine: Engine, text: str) -> str:
    """The name of the container that is meant; one whose update was cut short may be missing just now."""
    try:
        name = str((await find(engine, text))["Name"]).removeprefix("/")
    except NoSuchContainer:
        if container_name(text) not in await open_updates(engine):
            raise
        return str(container_name(text))
    if marker := Marker.parse(name):
        raise Refused(
            f"{name} is part of an update of {marker.name} that was cut short",
            advice=f"`watcher update {marker.name}` brings that to its end",
        )
    return name


@contextlib.asynccontextmanager
async def _claimed(context: Context, name: str) -> AsyncIterator[None]:
    """Wait until no other updater of this machine is at work on the container."""
    while True:
        with context.memory.claim(name) as ours:
            if ours:
                yield
                return
        await asyncio.sleep(_LOOK_AGAIN_S)


async def _settle(context: Context, name: str) -> tuple[str, ...]:
    """Bring an update that was cut short to its end, and remember an image that failed in it.

    Returns:
        A line for a person, where something is left that only a person can decide.
    """
    scene = (await open_updates(context.engine)).get(name)
    if scene is None:
        return ()
    holder = await context.engine.container(scene.holder) if scene.holder else None
    policy = context.defaults.with_labels(holder["Config"]["Labels"]) if holder else context.defaults
    for reason in await settle(context.engine, name, _demand(policy)):
        if holder:
            context.memory.keep_failure(name, holder["Image"], reason)
    aside = await left_aside(context.engine, name)
    return (
        (f"{aside} was set aside, and another container has its name: rename or remove it",) if aside else ()
    )


async def _update(context: Context, container: Json, request: Request) -> Outcome:
    policy = context.defaults.with_labels(container["Config"]["Labels"])
    await _refuse_own(context, container)
    refuse(container, api=context.engine.api)
    asks = request.report if policy.source == "registry" else None
    if request.dry_run:
        return await _planned(context, container, asks_registry=asks is not None)
    unpulled = await _pulled(context, container, asks) if asks else None
    for _ in range(_TRIES):
        with contextlib.suppress(Moved):
            container = await context.engine.container(container["Id"])
            outcome = await _carried_out(context, container, policy, request)
            if unpulled and outcome.done is Done.CURRENT:
                raise unpulled
            return outcome
    name = container["Name"].removeprefix("/")
    raise UpdateFailed(
        f"{name} could not be updated: it, or its tag, kept changing", advice="try again later"
    )


async def _pulled(context: Context, container: Json, report: Reporter) -> RegistryError | None:
    """Pull a container's tag; where that was made here and no registry knows it, the error that says so.

    Then the tag here decides, but a pull that failed never ends as "up to date".
    """
    try:
        await app.pull(context, container, report)
    except RegistryError as error:
        ref = await reading.reference(context.engine, container)
        if ref is None or not await reading.is_built_here(context.engine, ref, error):
            raise
        return error
    return None


async def _refuse_own(context: Context, container: Json) -> None:
    if container["Id"] == await context.own.find(context.engine):
        raise Refused(
            "this is the container that the updater itself runs in",
            advice="pull and recreate it from outside",
        )


async def _planned(context: Context, container: Json, *, asks_registry: bool) -> Outcome:
    """Say what an update would do: from the local cache, and else from what the registry says."""
    found, pull = await app.assess(context, container), False
    if found.verdict.status is Status.CURRENT and asks_registry:
        found = evolve(found, verdict=await app.judge_remote(context, container))
        pull = found.verdict.status is Status.OUTDATED
    if found.verdict.status is not Status.OUTDATED:
        return _left_alone(found)
    return Outcome(found, Done.PLANNED, str(plan(container, str(found.verdict), pull=pull)))


async def _carried_out(context: Context, container: Json, policy: Policy, request: Request) -> Outcome:
    found = await app.assess(context, container)
    tries = found.verdict.status is Status.OUTDATED or (request.again and found.verdict.status is Status.HELD)
    if not tries or found.image is None:
        return _left_alone(found)
    old_image = await reading.known_image(context.engine, container["Image"]) or context.memory.image(
        container["Image"]
    )
    made, steps = (
        await draft(context.engine, container, found.image, old_image),
        plan(container, str(found.verdict)),
    )
    if request.cautious and made.payload.assumed:
        raise Unknown(
            f"{found.name}: nobody knows its old image any more, whose defaults these may be: "
            + ", ".join(made.payload.assumed),
            advice=f"`watcher update {found.name}` keeps them and goes on",
        )
    work = Update(context.engine, container, steps, made, _settings(policy))
    await _run(context, found, work)
    if policy.cleanup:
        await clean_up(context.engine, container["Image"])
    return Outcome(
        found, Done.UPDATED, str(steps), tuple(_warnings(made.payload.assumed, work.warning)), work.took
    )


async def _run(context: Context, found: Assessment, work: Update) -> None:
    try:
        await work.run()
    except UpdateFailed:
        if work.failed:
            context.memory.keep_failure(found.name, found.verdict.target, work.failed)
        raise
    context.memory.forget_failure(found.name)


def _left_alone(found: Assessment) -> Outcome:
    """Say why nothing is done; only `current` is a good end."""
    line = f"{found.name}: {found.verdict}"
    if found.verdict.status is Status.UNKNOWN:
        raise Unknown(line, advice="pull or build it first")
    if found.verdict.status is Status.HELD:
        raise UpdateFailed(line, advice=f"`watcher update --again {found.name}` tries it once more")
    return Outcome(found, Done.CURRENT)


def _warnings(assumed: tuple[str, ...], trouble: str) -> Iterator[str]:
    if assumed:
        yield (
            "nobody knows the old image any more, so these were kept though they may have been its defaults: "
            + ", ".join(assumed)
        )
    if trouble:
        yield f"it was in bad health before and still is: {trouble}"


def _settings(policy: Policy) -> Settings:
    """The engine counts a stop's time in whole seconds; a part of one is rounded up."""
    seconds = policy.stop_timeout
    return Settings(_demand(policy), None if seconds is None else math.ceil(seconds))


def _demand(policy: Policy) -> Demand:
    return Demand(policy.stable_for, policy.health_timeout)

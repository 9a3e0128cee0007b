"""One container's update from beginning to end: claimed, settled, pulled, judged, carried out, remembered."""

import contextlib
from collections.abc import Collection, Mapping
from enum import StrEnum

from attrs import evolve, field, frozen

from watcher import app, lineage, links
from watcher import assess as reading
from watcher.assess import Assessment
from watcher.attempt import Announce, attempt, demand_of, planned
from watcher.claims import Wider, with_claims
from watcher.context import Context
from watcher.engine import Engine, Json
from watcher.errors import NoSuchContainer, Refused, RegistryError, Unknown, UnreadableSetting, UpdateFailed
from watcher.lookup import find
from watcher.members import Company, company
from watcher.names import Marker, container_name
from watcher.payload import refuse
from watcher.progress import Reporter
from watcher.proof import Demand
from watcher.settings import Policy
from watcher.settle import Demands, down, glance, settle
from watcher.stages import Tell
from watcher.successor import Moved
from watcher.undoing import left_aside, open_updates
from watcher.verdict import Status

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
        warnings: What a person should know all the same, a line each.
        took: Seconds that each step took, by its name; with the container's where that is another one.
        with_it: The names of those that were replaced with it.
        took_s: Seconds that all of it took, from its first look at the image on.
    """

    assessment: Assessment
    done: Done
    plan: str = ""
    warnings: tuple[str, ...] = ()
    took: Mapping[str, float] = field(factory=dict)
    with_it: tuple[str, ...] = ()
    took_s: float = 0.0


@frozen
class Settled:
    """What became of updates that were cut short.

    Attributes:
        was_open: Whether there was one to bring to its end.
        aside: A line, where something is left that only a person can decide.
    """

    was_open: bool = False
    aside: tuple[str, ...] = ()


@frozen
class Request:
    """What a person, or the daemon, wants of an update.

    Attributes:
        report: Pull first, and report there; None looks at the local cache only.
        dry_run: Only plan.
        again: Also try an image that failed before.
        cautious: Rather leave a container alone than keep values that may be its old image's defaults.
        spared: Names of those that are not to be restarted after it, for they are updated themselves.
        announce: Told the update and its plan before the first step.
        tell: Told each stage as it begins.
    """

    report: Reporter | None = None
    dry_run: bool = False
    again: bool = False
    cautious: bool = False
    spared: frozenset[str] = frozenset()
    announce: Announce = lambda *_: None
    tell: Tell = lambda _: None


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

    async def work(claims: frozenset[str]) -> Outcome:
        nonlocal request
        aside = (await _settle(context, name, claims)).aside
        try:
            outcome = await _update(context, await find(context.engine, name), request, claims)
        except Wider:
            request = evolve(request, report=None)  # its tag was pulled
            raise
        return evolve(outcome, warnings=outcome.warnings + aside)

    return await with_claims(context.memory, name, work)


async def settle_open(context: Context, name: str) -> Settled:
    """Bring an update of a container that was cut short to its end, if there is one."""
    if name not in await open_updates(context.engine):
        return Settled()
    return await with_claims(context.memory, name, lambda claims: _settle(context, name, claims))


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


async def _settle(context: Context, name: str, claims: Collection[str]) -> Settled:
    """Bring updates that were cut short to their end, and remember the images that failed in them.

    Raises:
        Wider: There are others that must be settled with it, and are not claimed.
        EngineError: The engine refused; or it is done, and a link was lost, which the next run would not see.
    """
    found = await glance(context.engine, context.holds)
    unit = {*found.concerned(name)}
    if found.scenes.keys().isdisjoint(unit):
        return Settled()
    if not unit <= {*claims}:
        raise Wider(unit)
    halves = {each: [cid for cid in found.scenes[each].pair if cid] for each in unit & found.scenes.keys()}
    async with context.downtimes.around(await down(context.engine, found, unit)):
        failures = await settle(context.engine, name, _demands(context.defaults))
    for failure in failures:
        await lineage.keep_failure(context, failure, next(iter(halves.get(failure.name, [])), ""))
    for each, before in halves.items():
        await lineage.hand_on(context, each, *before)
    await links.refuse_forgotten(context.engine, links.in_open_updates(found, unit))
    aside = await left_aside(context.engine, name)
    line = f"{aside} was set aside, and another container has its name: rename or remove it"
    return Settled(any(found.recovery(each) for each in unit), (line,) if aside else ())


async def _update(
    context: Context, container: Json, request: Request, claims: frozenset[str] = frozenset()
) -> Outcome:
    policy = context.defaults.with_labels(container["Config"]["Labels"])
    await _refuse_own(context, container)
    refuse(container, api=context.engine.api)
    asks = request.report if policy.source == "registry" else None
    if request.dry_run:
        return await _planned(context, container, request, asks_registry=asks is not None)
    unpulled = await _pulled(context, container, asks) if asks else None
    for _ in range(_TRIES):
        with contextlib.suppress(Moved):
            container = await context.engine.container(container["Id"])
            outcome = await _carried_out(context, container, request, claims)
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


async def _planned(context: Context, container: Json, request: Request, *, asks_registry: bool) -> Outcome:
    """Say what an update would do: from the local cache, and else from what the registry says."""
    found, pull = await app.assess(context, container), False
    if found.verdict.status is Status.CURRENT and asks_registry:
        found = evolve(found, verdict=await app.judge_remote(context, container))
        pull = found.verdict.status is Status.OUTDATED
    if found.verdict.status is not Status.OUTDATED:
        return _left_alone(found)
    concerned = await _company(context, container, request)
    steps = planned(found, concerned, pull=pull)
    return Outcome(found, Done.PLANNED, str(steps), with_it=concerned.names)


async def _carried_out(
    context: Context, container: Json, request: Request, claims: frozenset[str]
) -> Outcome:
    found = await app.assess(context, container)
    tries = found.verdict.status is Status.OUTDATED or (request.again and found.verdict.status is Status.HELD)
    if not tries or found.image is None:
        return _left_alone(found)
    concerned = await _company(context, container, request)
    if not claims.issuperset(concerned.names):
        raise Wider(concerned.names)
    done = await attempt(
        context,
        found,
        concerned,
        cautious=request.cautious,
        announce=request.announce,
        tell=request.tell,
    )
    return Outcome(found, Done.UPDATED, done.plan, done.warnings, done.took, concerned.names, done.took_s)


async def _company(context: Context, container: Json, request: Request) -> Company:
    return await company(context, container, spared=request.spared, cautious=request.cautious)


def _left_alone(found: Assessment) -> Outcome:
    """Say why nothing is done; only `current` is a good end."""
    line = f"{found.name}: {found.verdict}"
    if found.verdict.status is Status.UNKNOWN:
        raise Unknown(line, advice="pull or build it first")
    if found.verdict.status is Status.HELD:
        raise UpdateFailed(line, advice=f"`watcher update --again {found.name}` tries it once more")
    return Outcome(found, Done.CURRENT)


def _demands(defaults: Policy) -> Demands:
    """What containers must prove by their labels; one whose labels cannot be read, what others must."""

    def demand(labels: Mapping[str, str] | None) -> Demand:
        try:
            return demand_of(defaults.with_labels(labels))
        except UnreadableSetting:
            return demand_of(defaults)

    return demand

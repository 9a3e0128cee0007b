"""One container's update from beginning to end: claimed, settled, pulled, judged, carried out, remembered."""

import asyncio
import random

from attrs import evolve

from watcher.check import checks, facts, freshness
from watcher.check.judgement import Assessment, assessed
from watcher.check.verdict import Status, Verdict
from watcher.container.recreate import refuse
from watcher.container.successor import Contended, Moved
from watcher.engine.client import Engine
from watcher.host.context import Context
from watcher.host.lookup import find
from watcher.model.errors import NoSuchContainer, NotFound, Refused, RegistryError, Unknown, UpdateFailed
from watcher.model.inspection import Container, left_by
from watcher.model.json_object import Json
from watcher.model.labels import ENABLE
from watcher.model.names import Marker, container_name
from watcher.recovery.reading import outline
from watcher.recovery.state import set_aside, strays
from watcher.store.locks import Wider, with_claims
from watcher.update import gates, rollback
from watcher.update.affected import Affected, affected_by, undisturbed
from watcher.update.attempt import attempt, planned
from watcher.update.consent import refuse_held, refuse_vetoed, refuse_withheld
from watcher.update.helper_terms import refuse_another
from watcher.update.open_updates import is_open
from watcher.update.request import Done, Outcome, Request
from watcher.update.settlement import settled

_TRIES = 3
_UNJUDGED = Verdict(Status.UNKNOWN, "", "")
_CONTENTIONS = 20
_GIVE_WAY_S = (0.1, 2.0)


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
    context = evolve(context, by=request.by or context.by)
    look = context.looking()
    name = await _name(look, text)
    if request.dry_run:
        return await _planned(look, await find(look.engine, name), request)

    async def work(claims: frozenset[str]) -> Outcome:
        nonlocal request
        for number in range(_CONTENTIONS):
            done = await settled(context, name, claims)
            try:
                found = await _found(look.engine, name, was_there=number > 0)
                if request.back == "" and done.was_open and left_by(found):
                    outcome = await _back_already(context, found)
                else:
                    outcome = await _update(context, look, found, request, claims)
            except Wider:
                request = evolve(request, pull=False)  # its tag was pulled
                raise
            except Contended:
                # Both give way where two begin at once; by chance one of them is first the next time.
                await asyncio.sleep(random.uniform(*_GIVE_WAY_S))  # noqa: S311 - spreads load
            else:
                return evolve(outcome, warnings=outcome.warnings + done.aside)
        raise _kept_changing(name)

    return await with_claims(context.memory, name, work)


async def _back_already(context: Context, container: Json) -> Outcome:
    """A rollback that was cut short was brought to its end: to go back once more would undo it."""
    return Outcome(await rollback.assess(context, container, container["Image"], fetch=False), Done.CURRENT)


async def _found(engine: Engine, name: str, *, was_there: bool) -> Json:
    """Inspect a container, that another updater may just be giving its name."""
    try:
        return await find(engine, name)
    except NoSuchContainer as error:
        if name in (await outline(engine)).scenes:
            raise Contended(f"another updater is at work on {name}") from error
    try:
        return await find(engine, name)
    except NoSuchContainer as error:
        if was_there:
            gone = f"{name} was removed by somebody else in the middle of its update"
            raise NoSuchContainer(gone) from error
        raise


async def _name(context: Context, text: str) -> str:
    """The name of the container that is meant; one whose update was cut short may be missing just now."""
    try:
        name = Container(await find(context.engine, text)).name
    except NoSuchContainer:
        if not await is_open(context, str(container_name(text))):
            raise
        return str(container_name(text))
    if marker := Marker.parse(name):
        rows = await context.engine.containers(stopped=True)
        if name in strays(rows) or name in set_aside(rows):
            why = f"{name} has a temporary name of an update, and another container is called {marker.name}"
            raise Refused(why, advice="rename or remove it")
        raise Refused(
            f"{name} is part of an update of {marker.name} that was cut short",
            advice=f"`watcher update {marker.name}` brings that to its end",
        )
    return name


async def _update(
    context: Context, look: Context, container: Json, request: Request, claims: frozenset[str]
) -> Outcome:
    unpulled = await _pulled(look, container) if await _asks(look, container, request) else None
    for _ in range(_TRIES):
        look = context.looking()
        try:
            container = await undisturbed(look.engine, container["Id"])
            outcome = await _carried_out(context, look, container, request, claims)
        except Contended:
            raise
        except Moved:
            continue
        except NotFound as error:
            await _refuse_replaced(context.engine, container, error)
            raise
        if unpulled and outcome.done is Done.CURRENT:
            raise unpulled
        return outcome
    raise _kept_changing(Container(container).name)


async def _refuse_replaced(engine: Engine, container: Json, error: NotFound) -> None:
    """Begin anew where what was not found is the container itself: another one may have its name now."""
    try:
        await engine.container(container["Id"])
    except NotFound:
        raise Contended(f"{container['Name'].removeprefix('/')} is gone, or another one") from error


def _kept_changing(name: str) -> UpdateFailed:
    return UpdateFailed(
        f"{name} could not be updated: it, or its tag, kept changing", advice="try again later"
    )


async def _pulled(context: Context, container: Json) -> RegistryError | None:
    """Pull a container's tag; where that was made here and no registry knows it, the error that says so.

    Then the tag here decides, but a pull that failed never ends as "up to date".
    """
    try:
        await freshness.pull(context, container)
    except RegistryError as error:
        if not await freshness.is_built_here(context.engine, container, error):
            raise
        return error
    return None


async def _asks(context: Context, container: Json, request: Request) -> bool:
    """Whether a container's registry is to be asked; raises Refused where it is not ours to update at all."""
    policy = context.policy_of(container)
    await _refuse_own(context, container, request)
    refuse(container, api=context.engine.api)
    if not request.again:
        await refuse_held(context, Assessment(container, None, _UNJUDGED), goes_back=request.back is not None)
    return request.pull and policy.source == "registry" and request.back is None


async def _refuse_own(context: Context, container: Json, request: Request) -> None:
    """Let the own container pass only where it opted in: a helper updates it then."""
    if not await _is_own(context, container):
        return
    name, why = Container(container).name, "this is the container that the updater itself runs in"
    if str((container["Config"]["Labels"] or {}).get(ENABLE, "")).strip() != "true":
        raise Refused(
            why, advice=f"give it the label {ENABLE}=true, or update it from outside: `watcher update {name}`"
        )
    if request.back is not None:
        raise Refused(why, advice=f"roll it back from outside: `watcher rollback {name}`")


async def _is_own(context: Context, container: Json) -> bool:
    return bool(container["Id"] == await context.own.find(context.engine))


async def _planned(context: Context, container: Json, request: Request) -> Outcome:
    """Say what an update would do: from the local cache, and else from what the registry says."""
    asks_registry = await _asks(context, container, request)
    found, pull = await _foreseen(context, container, request, asks_registry=asks_registry)
    if not _is_tried(found, request):
        return _left_alone(found)
    affected = await _affected(context, container, request)
    if not request.again:
        await refuse_held(context, found, goes_back=found.goes_back)
        await _refuse_vetoed(context, found, affected)
    doubts = await gates.foreseen(context, found, again=request.again)
    steps = planned(found, affected, context.policy_of(container), pull=pull)
    return Outcome(found, Done.PLANNED, str(steps), doubts, with_it=affected.names, steps=steps)


async def _foreseen(
    context: Context, container: Json, request: Request, *, asks_registry: bool
) -> tuple[Assessment, bool]:
    """The update that there would be, and whether its image would have to be pulled."""
    if request.back is not None:
        found = await rollback.assess(context, container, request.back, fetch=False)
        return found, found.image is None
    known = await facts.read(context, container)
    found = assessed(known)
    if found.verdict.status is not Status.CURRENT or not asks_registry:
        return found, False
    found = assessed(await freshness.ask(context, known))
    return found, found.verdict.status is Status.OUTDATED


async def _carried_out(
    context: Context, look: Context, container: Json, request: Request, claims: frozenset[str]
) -> Outcome:
    back = request.back
    found = await (
        checks.assess(look, container) if back is None else rollback.assess(look, container, back, fetch=True)
    )
    if not _is_tried(found, request) or found.image is None:
        return _left_alone(found)
    refuse_another(found, request.target)

    async def consent() -> None:
        if request.unattended:
            await refuse_withheld(context, found, context.policy_of(container))
        elif not request.again:
            await refuse_held(context, found, goes_back=found.goes_back)
        if not request.again:
            await _refuse_vetoed(context, found, affected)

    await gates.refuse_barred(context, found, again=request.again, by_hand=not request.unattended)
    affected = await _affected(look, container, request)
    if not claims.issuperset(affected.names):
        raise Wider(affected.names)
    if request.by_helper or await _is_own(context, container):
        await consent()
        request.announce(found, planned(found, affected, context.policy_of(container)))
        return Outcome(found, Done.PLANNED, with_it=affected.names, for_helper=True)
    done = await attempt(
        context,
        found,
        affected,
        cautious=request.cautious,
        announce=request.announce,
        consent=consent,
    )
    return Outcome(found, Done.UPDATED, done.plan, done.warnings, done.took, affected.names, done.took_s)


async def _refuse_vetoed(context: Context, found: Assessment, affected: Affected) -> None:
    along = (each.dependent.container for each in affected.containers)
    await refuse_vetoed(context, [found.container, *along], goes_back=found.goes_back)


async def _affected(context: Context, container: Json, request: Request) -> Affected:
    return await affected_by(
        context, container, spared=request.spared, cautious=request.cautious, asks_gates=not request.dry_run
    )


def _is_tried(found: Assessment, request: Request) -> bool:
    """Whether there is an update, and one that is tried."""
    status = found.verdict.status
    return status is Status.OUTDATED or (request.again and status is Status.HELD)


def _left_alone(found: Assessment) -> Outcome:
    """Say why nothing is done; only `current` is a good end."""
    line = f"{found.name}: {found.verdict}"
    if found.verdict.status is Status.UNKNOWN:
        raise Unknown(line, advice="pull or build it first")
    if found.verdict.status is Status.HELD and found.verdict.by_person:
        ends = f"`watcher release {found.name}` ends that"
        raise Refused(
            line, advice=f"{ends}, and `watcher update --again {found.name}` takes that image all the same"
        )
    if found.verdict.status is Status.HELD:
        raise UpdateFailed(line, advice=f"`watcher update --again {found.name}` tries it once more")
    return Outcome(found, Done.CURRENT)

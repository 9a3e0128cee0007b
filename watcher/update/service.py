"""One container's update from beginning to end: claimed, settled, pulled, judged, carried out, remembered."""

import contextlib

from attrs import evolve

from watcher.check import checks, freshness
from watcher.check.judgement import Assessment
from watcher.check.status import unknown_while_open
from watcher.container.successor import Contended, Moved
from watcher.engine.client import Engine
from watcher.host.context import Context
from watcher.host.lookup import find
from watcher.model.errors import NoSuchContainer, NotFound, Refused, RegistryError, UpdateFailed
from watcher.model.inspection import Container, left_by
from watcher.model.json_object import Json
from watcher.model.names import Marker, container_name
from watcher.recovery.open_names import open_names, own_name
from watcher.recovery.reading import outline
from watcher.store.locks import Wider, with_claims
from watcher.update import gates, rollback
from watcher.update.affected import Affected, undisturbed
from watcher.update.attempt import attempt, planned
from watcher.update.consent import refuse_cooling
from watcher.update.contention import tries
from watcher.update.dry_run import dry_run
from watcher.update.open_updates import is_open
from watcher.update.own.helper_terms import refuse_another
from watcher.update.own.own_update import refuse_beside
from watcher.update.preconditions import (
    affected_of,
    asks_registry,
    is_own,
    is_tried,
    refuse_untried,
    refuse_withheld_now,
)
from watcher.update.request import Done, Outcome, Request
from watcher.update.settlement import settled

_TRIES = 3


async def update(context: Context, text: str, request: Request) -> Outcome:
    """Update a container where its tag means another image than it runs.

    Args:
        context: Where it is.
        text: Its name, its id or a prefix of its id.
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
        await _refuse_open(look, name)
        return await dry_run(look, await find(look.engine, name), request)
    await refuse_beside(look, name)
    return await with_claims(context.memory.claims, name, _Update(context, look, name, request).claimed)


class _Update:
    """The update of one container; it begins anew while others are at work on it, or to claim more.

    Args:
        context: Where the container is.
        look: The context of this look, with what it has read so far.
        name: The container's.
        request: What is wanted.
    """

    def __init__(self, context: Context, look: Context, name: str, request: Request) -> None:
        self._context = context
        self._look = look
        self._name = name
        self._request = request

    async def claimed(self, claims: frozenset[str]) -> Outcome:
        """Settle what was cut short, and update the container, now that these names are claimed.

        Raises:
            Wider: Others are replaced with it, and are not claimed.
        """
        async with tries() as numbers:
            async for number in numbers:
                done = await settled(self._context, self._name, claims)
                with contextlib.suppress(Contended):
                    outcome = await self._settled(claims, was_open=done.was_open, was_there=number > 0)
                    return evolve(outcome, warnings=outcome.warnings + done.aside)
        raise _kept_changing(self._name)

    async def _settled(self, claims: frozenset[str], *, was_open: bool, was_there: bool) -> Outcome:
        """Update the container, of which nothing is open any more."""
        container = await _found(self._look.engine, self._name, was_there=was_there)
        if self._request.back == "" and was_open and left_by(container):
            return await _back_already(self._context, container)
        asks = await asks_registry(self._look, container, self._request)
        unpulled = await _pulled(self._look, container) if asks else None
        outcome = await self._pulled(container, claims)
        if unpulled and outcome.done is Done.CURRENT:
            raise unpulled
        return outcome

    async def _pulled(self, container: Json, claims: frozenset[str]) -> Outcome:
        """Update the container to what its tag means here; again where either changes meanwhile."""
        for _ in range(_TRIES):
            look = self._context.looking()
            try:
                container = await undisturbed(look.engine, container["Id"])
                return await self._judged(look, container, claims)
            except Contended:
                raise
            except Moved:
                continue
            except NotFound as error:
                await _refuse_replaced(self._context.engine, container, error)
                raise
        raise _kept_changing(Container(container).name)

    async def _judged(self, look: Context, container: Json, claims: frozenset[str]) -> Outcome:
        """Carry out the update that a look finds, where it finds one that is to be tried."""
        request, context = self._request, self._context
        found = await _assessed(look, container, request)
        if not is_tried(found, request) or found.image is None:
            refuse_untried(found)
            return Outcome(found, Done.CURRENT)
        refuse_another(found, request.target)
        policy = context.policy_of(container)
        if policy.cooldown and request.unattended and not request.target:
            # The tag may have moved since the daemon's look, by a pull for another follower of it.
            refuse_cooling(await checks.assess(look, container, policy))
        await refuse_withheld_now(context, found, request)  # no gate is asked in vain
        again, by_hand = request.again, not request.unattended
        await gates.refuse_barred(context, found, again=again, by_hand=by_hand)
        affected = await affected_of(look, container, request)
        if not claims.issuperset(affected.names):
            self._request = evolve(request, pull=False)  # the tag was pulled
            raise Wider(affected.names)
        return await _carried_out(context, found, affected, request)


async def _assessed(look: Context, container: Json, request: Request) -> Assessment:
    if request.back is None:
        return await checks.assess(look, container)
    return await rollback.assess(look, container, request.back, fetch=True)


async def _carried_out(context: Context, found: Assessment, affected: Affected, request: Request) -> Outcome:
    """Carry an update out, unless a helper has to."""

    async def consent() -> None:
        await refuse_withheld_now(context, found, request, affected)

    if request.by_helper or await is_own(context, found.container):
        await consent()
        request.announce(found, planned(found, affected, context.policy_of(found.container)))
        return Outcome(found, Done.PLANNED, with_it=affected.names, for_helper=True)
    cautious, announce = request.cautious, request.announce
    done = await attempt(context, found, affected, cautious=cautious, announce=announce, consent=consent)
    return Outcome(found, Done.UPDATED, done.plan, done.warnings, done.took, affected.names, done.took_s)


async def _refuse_open(context: Context, name: str) -> None:
    """Refuse to plan for a container whose update is open: nobody knows which image it ends on.

    Raises:
        Unknown: The container's update is open.
    """
    if name in open_names(await context.engine.containers(stopped=True)):
        raise await unknown_while_open(context, name)


async def _back_already(context: Context, container: Json) -> Outcome:
    """The outcome where the rollback that was asked for was cut short before, and is finished by now."""
    return Outcome(await rollback.assess(context, container, container["Image"], fetch=False), Done.CURRENT)


async def _found(engine: Engine, name: str, *, was_there: bool) -> Json:
    """Inspect a container; contended where another updater has its open update, and no one has the name."""
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
    """The name of the container that a text means; after an update cut short it may be missing just now."""
    try:
        found = await find(context.engine, text)
    except NoSuchContainer:
        if not await is_open(context, str(container_name(text))):
            raise
        return str(container_name(text))
    name = Container(found).name
    if marker := Marker.parse(name):
        rows = await context.engine.containers(stopped=True)
        if own_name(rows, name, found["Id"]) == name:
            why = f"{name} has a temporary name of an update, and another container is called {marker.name}"
            raise Refused(why, advice="rename or remove it")
        raise Refused(
            f"{name} is part of an update of {marker.name} that was cut short",
            advice=f"`watcher update {marker.name}` brings that to its end",
        )
    return name


async def _refuse_replaced(engine: Engine, container: Json, error: NotFound) -> None:
    """Begin anew where the engine did not find the container itself: another may have its name now."""
    try:
        await engine.container(container["Id"])
    except NotFound:
        raise Contended(f"{Container(container).name} is gone, or another one") from error


def _kept_changing(name: str) -> UpdateFailed:
    return UpdateFailed(
        f"{name} could not be updated: it, or its tag, kept changing", advice="try again later"
    )


async def _pulled(context: Context, container: Json) -> RegistryError | None:
    """Pull a container's tag; the error that says so, where its image was made here and no registry knows it.

    Then the tag here decides, but a pull that failed never ends as "up to date".
    """
    try:
        await freshness.pull(context, container)
    except RegistryError as error:
        if not await freshness.is_built_here(context.engine, container, error):
            raise
        return error
    return None

"""One service's update from beginning to end: claimed, taken up, judged, rolled out, proved, remembered."""

from collections.abc import Mapping

from attrs import evolve, field

from watcher.check.status import unknown_while_open
from watcher.check.verdict import Status, Verdict
from watcher.engine.swarm import Swarm
from watcher.host.context import Context
from watcher.model.errors import NoSuchContainer, NotFound, Refused, UpdateFailed
from watcher.model.inspection import Container
from watcher.model.json_object import Json
from watcher.model.names import short
from watcher.model.reference import begins_with
from watcher.model.values import frozen
from watcher.store.locks import with_claims
from watcher.swarm import attempt, gates
from watcher.swarm.attempt import Attempting, Changed
from watcher.swarm.earlier import earlier
from watcher.swarm.reading import Found, Reader, is_followed
from watcher.swarm.spec import Service, pinned
from watcher.update.consent import forget_release, refuse_held_from_all, refuse_unwanted
from watcher.update.own.own_update import refuse_beside
from watcher.update.preconditions import is_tried, refuse_untried
from watcher.update.request import Done, Request
from watcher.update.rollback import misfit

_TRIES = 5
_SERVICE_ID = "com.docker.swarm.service.id"


@frozen
class ServiceOutcome:
    """What became of one service.

    Attributes:
        found: As it was judged.
        done: What was done about it.
        why: How far it came, as a clause.
        took_s: Seconds that it took.
        images: What was rolled out, as events tell it: the digests `old` and `new`.
    """

    found: Found
    done: Done
    why: str = ""
    took_s: float = 0.0
    images: Mapping[str, str] = field(factory=dict)


async def update(reader: Reader, said: Json, request: Request) -> ServiceOutcome:
    """Update a service where its tag means another image than its spec says.

    Args:
        reader: Reads it.
        said: The service, as read.
        request: What is wanted.

    Raises:
        NotNow: It has to wait, for the end of the updater's own update as well.
        Refused: It is not ours to update, or a person holds it.
        Unknown: Nobody can say whether there is an update.
        UpdateFailed: It was tried, and the swarm went back.
    """
    name, reader = Service(said).name, reader.asked_by(request.by)
    if request.dry_run:
        await _refuse_open(reader.context, said)
        return await _planned(reader.context, await _wanted(reader, said, request), request)

    async def work(_: frozenset[str]) -> ServiceOutcome:
        for _try in range(_TRIES):
            fresh = await again(reader.swarm, said["ID"], name)
            if taken_up := await settled(reader.context, fresh):
                fresh = await again(reader.swarm, said["ID"], name)
                return ServiceOutcome(await reader.shown(fresh), *taken_up)
            try:
                return await _rolled_out(reader, fresh, request)
            except Changed:
                continue
        raise UpdateFailed(f"{name} could not be updated: it kept changing", advice="try again later")

    return await with_claims(reader.context.memory.claims, name, work)


async def again(swarm: Swarm, service_id: str, name: str) -> Json:
    """Read a service once more.

    Raises:
        NoSuchContainer: It is gone.
    """
    try:
        return await swarm.service(service_id)
    except NotFound as error:
        raise NoSuchContainer(f"{name} is gone: somebody else removed it") from error


async def settled(context: Context, said: Json) -> tuple[Done, str, float, Mapping[str, str]] | None:
    """Take up a rollout that any process left open, and see it to its end; None where none is open.

    Raises:
        UpdateFailed: The rollout failed, and the swarm went back.
    """
    found = await attempt.left_open(context, said)
    if found is None:
        return None
    done = await found.end()
    return Done.UPDATED, done.why, done.took_s, found.images


async def _rolled_out(reader: Reader, said: Json, request: Request) -> ServiceOutcome:
    await refuse_beside(reader.context, Service(said).name)
    reader.forget_tag(Service(said))  # what it meant when a wait began may have been withdrawn since
    found = await _wanted(reader, said, request)
    if request.unattended and not _is_wanted(reader.context, found):
        return ServiceOutcome(found, Done.CURRENT)
    if not is_tried(found, request):
        refuse_untried(found, where_unknown="")
        return ServiceOutcome(found, Done.CURRENT)
    await _refuse_own(reader.context, found.service)
    await _refuse_unwanted(reader.context, found, request)  # no gate is asked in vain
    await gates.refuse_barred(reader.context, found, request)
    begun = attempt.anew(reader.context, found, await attempt.running_now(reader.swarm, found.service))

    async def consent() -> None:
        await refuse_beside(reader.context, found.name)
        await _refuse_unwanted(reader.context, found, request)
        if found.goes_back:
            await forget_release(reader.context, found.name)

    await _begun(begun, found, consent)
    done = await begun.end()
    return ServiceOutcome(found, Done.UPDATED, done.why, done.took_s, begun.images)


def _is_wanted(context: Context, found: Found) -> bool:
    """Whether a service's labels, which may be others than the judged ones, still let a daemon update it."""
    return is_followed(context, found.service) and found.policy is not None and found.policy.is_carried_out


async def _refuse_unwanted(context: Context, found: Found, request: Request) -> None:
    """Let only an update pass that no person and no clock holds back just now."""
    unattended, again = request.unattended, request.again
    await refuse_unwanted(context, found, found.policy, unattended=unattended, again=again)


async def _begun(begun: Attempting, found: Found, consent: attempt.Consent) -> None:
    left = found.service.digest if found.goes_back else ""
    with begun.stages.under_way(begun.stage("roll out")):
        await begun.begin(pinned(begun.tag, found.verdict.target), consent, left)


async def _refuse_own(context: Context, service: Service) -> None:
    """Let the updater's own service pass only where the swarm brings it back should the new one not work."""
    own = await context.own.find(context.engine)
    if own is None:
        return
    labels = Container(await context.engine.container(own)).labels
    config = service.spec.get("UpdateConfig") or {}
    if labels.get(_SERVICE_ID) == service.id and config.get("FailureAction") != "rollback":
        raise Refused(
            f"{service.name} is the service that the updater itself runs in, and nobody would bring it back",
            advice="give it update_config: failure_action: rollback",
        )


async def _wanted(reader: Reader, said: Json, request: Request) -> Found:
    """The update that there is, or the rollback that is asked for."""
    if not request.again and request.back is None:
        await refuse_held_from_all(reader.context, Service(said).name)
    found = await reader.found(said, waits=request.unattended)
    return found if request.back is None else await _back(reader.context, found, request.back)


async def _back(context: Context, found: Found, text: str) -> Found:
    """The rollback to a digest that a service ran before."""
    running = found.service.digest
    if found.service.tag is None or found.policy is None or not running:
        raise Refused(
            f"{found.name}: {found.verdict}", advice="`docker service update --image` takes any image"
        )
    known = [each.image for each in await earlier(context, found.service)]
    if not known:
        raise Refused(
            f"{found.name} has no image to go back to: it is not known to have run another one",
            advice="`docker service update --image` takes any image",
        )
    fitting = [each for each in known if begins_with(each, text)] if text else known[:1]
    if len(fitting) != 1:
        raise misfit(found.name, text, [*map(short, fitting or known)], is_any=bool(fitting))
    target = fitting[0]
    why = f"it runs {short(running)}, goes back to {short(target)}"
    return evolve(found, verdict=Verdict(Status.OUTDATED, why, running, target), goes_back=True)


async def _refuse_open(context: Context, said: Json) -> None:
    """Let only a service be planned for of which no rollout is open: nobody knows which digest it ends on.

    Raises:
        Unknown: One is.
    """
    if await attempt.left_open(context, said) is not None:
        raise await unknown_while_open(context, Service(said).name)


async def _planned(context: Context, found: Found, request: Request) -> ServiceOutcome:
    if not is_tried(found, request):
        refuse_untried(found, where_unknown="")
        return ServiceOutcome(found, Done.CURRENT)
    await _refuse_own(context, found.service)
    await _refuse_unwanted(context, found, request)
    first = await gates.foreseen(context, found, again=request.again)
    plan = f"the swarm rolls it out: {found.verdict.cause}"
    return ServiceOutcome(found, Done.PLANNED, f"{plan}; {first}" if first else plan)

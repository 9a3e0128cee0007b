"""What lets an update of one container begin, for the dry run and the real one alike."""

from watcher.check.judgement import Assessment
from watcher.check.verdict import Status
from watcher.container.recreate import refuse
from watcher.host.context import Context
from watcher.model.errors import Refused, Unknown, UpdateFailed
from watcher.model.inspection import Container
from watcher.model.json_object import Json
from watcher.model.labels import ENABLE
from watcher.update.affected import Affected, affected_by
from watcher.update.consent import (
    Subject,
    refuse_cooling,
    refuse_held_from_all,
    refuse_unwanted,
    refuse_vetoed,
)
from watcher.update.request import Request


async def asks_registry(context: Context, container: Json, request: Request) -> bool:
    """Whether a container's registry is to be asked.

    Raises:
        Refused: The container is not ours to update at all, or a person holds it whatever its image.
    """
    policy = context.policy_of(container)
    await _refuse_own(context, container, request)
    refuse(container, api=context.engine.api)
    if not request.again:
        await refuse_held_from_all(context, Container(container).name, goes_back=request.back is not None)
    return request.pull and policy.source == "registry" and request.back is None


async def _refuse_own(context: Context, container: Json, request: Request) -> None:
    """Refuse the own container unless it opted in (then a helper updates it), and any rollback of it."""
    if not await is_own(context, container):
        return
    name, why = Container(container).name, "this is the container that the updater itself runs in"
    if Container(container).labels.get(ENABLE, "").strip() != "true":
        raise Refused(
            why, advice=f"give it the label {ENABLE}=true, or update it from outside: `watcher update {name}`"
        )
    if request.back is not None:
        raise Refused(why, advice=f"roll it back from outside: `watcher rollback {name}`")


async def is_own(context: Context, container: Json) -> bool:
    """Whether this program runs in a container."""
    return bool(container["Id"] == await context.own.find(context.engine))


def is_tried(found: Subject, request: Request) -> bool:
    """Whether there is an update that is tried."""
    status = found.verdict.status
    return status is Status.OUTDATED or (request.again and status is Status.HELD)


def refuse_untried(found: Subject, *, where_unknown: str = "pull or build it first") -> None:
    """Raise why the update of a container, or service, is not tried; return where it is up to date.

    Args:
        found: The container, or service.
        where_unknown: What a person can do where nobody can say.

    Raises:
        Unknown: Nobody can say whether there is an update.
        Refused: A person holds it.
        NotNow: Its cooldown runs.
        UpdateFailed: It failed before.
    """
    line, status = f"{found.name}: {found.verdict}", found.verdict.status
    if status is Status.UNKNOWN:
        raise Unknown(line, advice=where_unknown)
    if status is Status.HELD and found.verdict.by_person:
        ends = f"`watcher release {found.name}` ends that"
        raise Refused(
            line, advice=f"{ends}, and `watcher update --again {found.name}` takes that image all the same"
        )
    refuse_cooling(found)
    if status is Status.HELD:
        raise UpdateFailed(line, advice=f"`watcher update --again {found.name}` tries it once more")


async def affected_of(context: Context, container: Json, request: Request) -> Affected:
    """The other containers that the update of a container affects, as it is asked for.

    Raises:
        Refused: One of those containers cannot be replaced.
    """
    return await affected_by(
        context, container, spared=request.spared, cautious=request.cautious, asks_gates=not request.dry_run
    )


async def refuse_withheld_now(
    context: Context, found: Assessment, request: Request, affected: Affected | None = None
) -> None:
    """Refuse an update that a person, a clock or one of its containers holds back just now.

    Args:
        context: Where it is.
        found: The update.
        request: What is wanted.
        affected: The containers that the update affects; None where they are not known yet.

    Raises:
        NotNow: A person holds it, or it has to wait.
    """
    policy, unattended = context.policy_of(found.container), request.unattended
    await refuse_unwanted(context, found, policy, unattended=unattended, again=request.again)
    if request.again:
        return
    along = (each.dependent.container for each in affected.containers) if affected else ()
    await refuse_vetoed(context, [found.container, *along], goes_back=found.goes_back)

"""One attempt at an update: planned with all whom it concerns, carried out, remembered."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping

from watcher.check.judgement import Assessment
from watcher.config.policy import Policy
from watcher.config.stop_timeout import whole
from watcher.container.image_cleanup import clean_up
from watcher.container.readiness import Demand
from watcher.container.successor import Draft, draft, go_back, go_forth
from watcher.engine.client import Engine
from watcher.engine.images import known_image
from watcher.host.context import Context
from watcher.model.errors import NotKept, Unknown, WatcherError
from watcher.model.inspection import reference_of
from watcher.model.json_object import Json
from watcher.model.values import frozen
from watcher.recovery.lease import Lease
from watcher.store.decisions import Decision, DecisionKind
from watcher.store.owner import owner_of
from watcher.update import lineage
from watcher.update.account import Account
from watcher.update.affected import Affected, drafting, noted_files
from watcher.update.consent import NotNow
from watcher.update.executor import Update
from watcher.update.keeping import Keeper, let_go
from watcher.update.lineage import workshop
from watcher.update.steps.marking import wanted_state
from watcher.update.steps.permissions import refuse_forbidden
from watcher.update.steps.plan import Plan, Settings
from watcher.update.steps.planning import plan
from watcher.update.steps.prune_guard import Rescue
from watcher.update.steps.replacement import Replacement

Announce = Callable[[Assessment, Plan], None]
_USED: tuple[DecisionKind, ...] = ("approve",)
Consent = Callable[[], Awaitable[None]]


@frozen
class Finished:
    """An update that was carried out.

    Attributes:
        plan: What was done, as text.
        warnings: What a person should know all the same, a line each.
        took: Seconds that each step took, by its name.
        took_s: Seconds that all of it took, without the wait for a slot.
    """

    plan: str
    warnings: tuple[str, ...]
    took: Mapping[str, float]
    took_s: float


def planned(found: Assessment, affected: Affected, policy: Policy, *, pull: bool = False) -> Plan:
    """Plan the update of a container that has one; `pull` where the image has yet to be fetched."""
    return plan(
        found.container,
        str(found.verdict),
        policy,
        affected=affected.containers,
        restarts=affected.restarts,
        left_alone=affected.left_alone,
        pull=pull,
    )


async def attempt(  # noqa: PLR0913 - what is wanted of it, by keywords
    context: Context,
    found: Assessment,
    affected: Affected,
    *,
    cautious: bool,
    announce: Announce,
    consent: Consent,
) -> Finished:
    """Update a container, and those that are replaced with it; what failed is remembered, the end recorded.

    Args:
        context: Where they are.
        found: Its update, with the image that it is to have.
        affected: The other containers of the update.
        cautious: Rather leave it alone than keep values that may be its old image's defaults.
        announce: Told the update and its plan before the first step.
        consent: Called right before the announcement; it raises where people do not let the update begin.

    Raises:
        NotNow: People do not let the update begin.
        Unknown: Nobody knows the old image's defaults, and the container must be left alone.
        Barred: A proxy in front of the engine refuses a request that the update needs.
        Moved: A tag, or a container, was changed meanwhile; try again.
        UpdateFailed: The update was tried, and undone.
    """
    async with context.downtimes.of(_running(found, affected)) as downtime:
        began = time.monotonic()
        made = await _drafted(context, found, cautious=cautious)
        steps = planned(found, affected, _policy(context, found))
        await refuse_forbidden(context.engine, steps, made)
        await consent()
        announce(found, steps)
        async with Lease(context.engine, owner_of(context.memory.claims.home)) as lease:
            parts = _parts(context, lease.engine, found, made, steps, affected)
            keeper = Keeper(context, lease.engine)
            rescue = Rescue(workshop(context, lease.engine), parts, keeper.keep)
            account = Account(context, found, parts)
            target, stages = found.verdict.target, account.stages
            work = Update(lease.engine, steps, parts, target, downtime, rescue, stages, account.expect)
            async with account.kept():
                await _run(context, work, found, _old_ids(found, affected))
    await _tidy(context, found, affected)
    doubts = (*_warnings(parts), *keeper.unkept)
    warnings = (*doubts, *affected.left_alone, *work.restarted, *_unwritten(context))
    return Finished(str(steps), warnings, stages.took, time.monotonic() - began)


async def _drafted(context: Context, found: Assessment, *, cautious: bool) -> Draft:
    assert found.image  # noqa: S101 - there is no update without it
    await context.memory.keep_image(found.image)
    noted = await noted_files(context, found.container)
    made = await draft(context.engine, found.container, found.image, found.running, noted=noted)
    if found.goes_back:
        _gone_back(made, found.container, await known_image(context.engine, reference_of(found.container)))
    if cautious and made.payload.assumed:
        raise Unknown(
            f"{found.name}: nobody knows its old image any more, whose defaults these may be: "
            + ", ".join(made.payload.assumed),
            advice=f"`watcher update {found.name}` keeps them and goes on",
        )
    return made


def _gone_back(made: Draft, container: Json, tagged: Json | None) -> None:
    """Have the successor of a rollback follow the same tag as before, whichever image that means."""
    if tagged is None or tagged["Id"] != made.image:
        go_back(made, container, tagged["Id"] if tagged else container["Image"])
    else:
        go_forth(made)


async def _run(context: Context, work: Update, found: Assessment, old_ids: Mapping[str, str]) -> None:
    try:
        await work.run()
    except NotNow as error:
        what = found.verdict.target, "hook", error.wait.why
        await context.memory.decisions.note(
            Decision(found.name, "veto", time.time(), error.wait.until, *what)
        )
        raise
    except (WatcherError, asyncio.CancelledError):
        if failure := work.failed:
            await lineage.keep_failure(context, failure, old_ids[failure.name])
        raise


def demand_of(context: Context, policy: Policy) -> Demand:
    """What a container must prove by its settings."""
    return Demand(policy.stable_for, policy.health_timeout, policy.post_hook, *context.lacks)


def _running(found: Assessment, affected: Affected) -> Iterator[Json]:
    """The containers of the update that run now, and will be down for a while."""
    every = (found.container, *(each.dependent.container for each in affected.containers))
    return (each for each in every if wanted_state(each) != "s")


def _parts(  # noqa: PLR0913, PLR0917 - one value per thing that must have been found out
    context: Context, engine: Engine, found: Assessment, made: Draft, steps: Plan, affected: Affected
) -> list[Replacement]:
    async def drafted(_: Mapping[str, str]) -> Draft:
        return made

    settings = _settings(context, _policy(context, found))
    first, *rest = steps.parts
    parts = [Replacement(engine, found.container, first, drafted, settings)]
    for part, each in zip(rest, affected.containers, strict=True):
        settings = _settings(context, each.policy)
        parts.append(Replacement(engine, each.dependent.container, part, drafting(context, each), settings))
    return parts


async def _tidy(context: Context, found: Assessment, affected: Affected) -> None:
    """Forget the failures of containers that have a new image, and remove old images where settings say so.

    The failures of dependents that keep their image are handed on to their successors.
    """
    for kept in (each.dependent for each in affected.containers if each.update is None):
        await lineage.hand_on(context, kept.name, kept.container["Id"])
    renewed = [(found, _policy(context, found))]
    renewed += [(each.update, each.policy) for each in affected.containers if each.update]
    for each, policy in renewed:
        await context.memory.forget_failure(each.container["Id"])
        await let_go(context, context.engine, each.name)
        if policy.mode == "approve":
            with contextlib.suppress(NotKept):  # the approval is of this image alone, which is here
                await context.memory.decisions.forget(each.name, _USED)
        if policy.cleanup:
            await clean_up(context.engine, each.container["Image"])


def _old_ids(found: Assessment, affected: Affected) -> dict[str, str]:
    dependents = [each.dependent for each in affected.containers]
    return {found.name: found.container["Id"]} | {each.name: each.container["Id"] for each in dependents}


def _policy(context: Context, found: Assessment) -> Policy:
    return context.policy_of(found.container)


def _warnings(parts: list[Replacement]) -> Iterator[str]:
    for part in parts:
        whose = f"{part.name}: " if part.relation else ""
        if part.assumed:
            yield (
                f"{whose}nobody knows the old image any more, so these were kept though they may have been "
                "its defaults: " + ", ".join(part.assumed)
            )
        yield from (f"{whose}{doubt}" for doubt in part.doubts)
        if part.warning:
            yield f"{whose}it was in bad health before and still is: {part.warning}"


def _unwritten(context: Context) -> Iterator[str]:
    """The warning that nothing can be noted, unless the daemon has said so of the whole state directory."""
    if (why := context.notes.said_once()) and not context.memory.has_said:
        yield (
            f"what would make it anew after a prune in the middle of its update cannot be noted ({why}): "
            "only the process that updates it could"
        )


def _settings(context: Context, policy: Policy) -> Settings:
    seconds = policy.stop_timeout
    stop_timeout = None if seconds is None else whole(seconds)
    return Settings(demand_of(context, policy), stop_timeout, policy.pre_hook)

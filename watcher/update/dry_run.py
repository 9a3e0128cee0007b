"""What an update of one container would do, as `--dry-run` tells it; nothing is changed."""

from watcher.check import facts, freshness
from watcher.check.judgement import Assessment, Facts, assessed
from watcher.check.verdict import Status, digests
from watcher.host.context import Context
from watcher.model.errors import RegistryError
from watcher.model.json_object import Json
from watcher.update import gates, rollback
from watcher.update.attempt import planned
from watcher.update.preconditions import (
    affected_of,
    asks_registry,
    is_tried,
    refuse_untried,
    refuse_withheld_now,
)
from watcher.update.request import Done, Outcome, Request


async def dry_run(context: Context, container: Json, request: Request) -> Outcome:
    """Say what an update would do: from the local cache, and else from what the registry says.

    Args:
        context: Where the container is.
        container: As inspected.
        request: What is wanted.

    Raises:
        WatcherError: As the update itself, where it would be refused before it began.
    """
    asks = await asks_registry(context, container, request)
    found, pull = await _foreseen(context, container, request, asks=asks)
    if not is_tried(found, request):
        refuse_untried(found)
        return Outcome(found, Done.CURRENT)
    await refuse_withheld_now(context, found, request)
    doubts = await gates.foreseen(context, found, again=request.again)
    affected = await affected_of(context, container, request)
    await refuse_withheld_now(context, found, request, affected)
    steps = planned(found, affected, context.policy_of(container), pull=pull)
    return Outcome(found, Done.PLANNED, str(steps), doubts, with_it=affected.names, steps=steps)


async def _foreseen(
    context: Context, container: Json, request: Request, *, asks: bool
) -> tuple[Assessment, bool]:
    """The update that there would be, and whether its image would have to be pulled."""
    if request.back is not None:
        found = await rollback.assess(context, container, request.back, fetch=False)
        return found, found.image is None
    known = await facts.read(context, container)
    found = assessed(known)
    if found.verdict.status is Status.OUTDATED or not asks:
        return found, False
    is_held = found.verdict.status is Status.HELD
    try:
        asked = await freshness.ask(context, known)
    except RegistryError as error:
        if is_held and await freshness.is_built_here(context.engine, container, error):
            return found, False
        raise
    if is_held and _is_here(asked):
        return found, False
    found = assessed(asked)
    return found, found.verdict.status is Status.OUTDATED


def _is_here(asked: Facts) -> bool:
    """Whether the registry, which was asked, has the image that the tag means here."""
    return bool(asked.meaning and asked.tagged and asked.meaning.digest in digests(asked.tagged))

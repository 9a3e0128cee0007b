"""What the commands that update say of a service: a line for people, JSON for scripts."""

from typing import Any

from watcher.check.records import record
from watcher.host.context import Context
from watcher.model.errors import WatcherError
from watcher.swarm.named import service_named
from watcher.swarm.reading import Reader
from watcher.swarm.status import row_of
from watcher.swarm.update import ServiceOutcome
from watcher.update.request import Done


def line(outcome: ServiceOutcome, context: Context) -> str:
    """What became of a service."""
    found, reason = outcome.found, outcome.found.verdict.cause
    name = f"{context.prefix}{found.name}"
    if outcome.done is Done.PLANNED:
        return f"{name}: {outcome.why}"
    if outcome.done is Done.UPDATED:
        word = "rolled back" if found.goes_back else "updated"
        return f"{name}: {word}: {reason}: {outcome.why}"
    return f"{name}: {found.verdict}"


async def result(context: Context, outcome: ServiceOutcome) -> dict[str, Any]:
    """The service as JSON: what it is now, and what was done."""
    reader = Reader(context)
    said = await reader.swarm.service(outcome.found.service.id)
    found = record(await row_of(reader, said)) | {"done": outcome.done.value}
    # The swarm knows its own steps: what there is to say of the plan is a note.
    return found | ({"plan": [], "notes": [outcome.why]} if outcome.done is Done.PLANNED else {})


async def failed(context: Context, name: str, error: WatcherError) -> dict[str, Any] | None:
    """The same of a service whose update failed; None where none is meant."""
    try:
        said = await service_named(context, name)
        row = await row_of(Reader(context), said) if said else None
    except WatcherError:
        return None
    return record(row) | {"done": "failed"} | error.record if row else None

"""What a person names, updated one after another: containers in their order, and services of a swarm."""

from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing

from watcher.host.context import Context
from watcher.model.errors import (
    EngineUnavailable,
    NoSuchContainer,
    WatcherError,
    unexpected,
)
from watcher.model.update_events import AttemptKind
from watcher.swarm.named import service_named
from watcher.swarm.reading import Reader
from watcher.swarm.spec import Service
from watcher.swarm.update import ServiceOutcome
from watcher.swarm.update import update as update_service
from watcher.update import by_hand
from watcher.update.account import is_refusal, record_refusal
from watcher.update.request import Request
from watcher.update.sequencer import Turns

Result = by_hand.Result | ServiceOutcome


async def update(
    context: Context,
    texts: Iterable[str],
    request: Request,
    turns: Turns | None = None,
    reader: Reader | None = None,
) -> AsyncGenerator[tuple[str, Result], None]:
    """Update what a person names; arguments, results and errors are those of `update.by_hand`.

    `reader` is the daemon's, which then knows what was heard of registries here.
    """
    reader = reader or Reader(context)
    async with aclosing(by_hand.update(context, texts, request, turns)) as results:
        async for text, result in results:
            if isinstance(result, NoSuchContainer):
                yield text, await _service(reader, text, request) or result
            else:
                yield text, result


async def _service(reader: Reader, text: str, request: Request) -> Result | None:
    """What became of the service of a name; None where there is none either."""
    context = reader.context
    try:
        said = await service_named(context, text)
        return await update_service(reader, said, request) if said else None
    except EngineUnavailable as error:
        return error
    except WatcherError as error:
        if not request.dry_run:
            kind: AttemptKind = "service" if request.back is None else "rollback"
            await refused(context, text, error, kind)
        return error
    except Exception as error:  # noqa: BLE001 - an error of ours must not stop the others
        return unexpected(text, error)


async def refused(context: Context, text: str, error: WatcherError, kind: AttemptKind = "service") -> None:
    """Have it recorded where an update, or a rollback, of a service was refused before it began."""
    if is_refusal(error) and (said := await service_named(context, text)):
        await record_refusal(context, Service(said).change(), error, kind)

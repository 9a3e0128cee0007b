"""What `check` and `list` say of services: one row each, as of containers."""

from collections.abc import Sequence

from attrs import evolve

from watcher.check import eligibility
from watcher.check.gates import Standing
from watcher.check.shown import Answer, Shown, circumstances, mode_of
from watcher.check.status import UPDATING, how_open
from watcher.check.verdict import Status, Verdict
from watcher.engine.swarm import Swarm
from watcher.host.context import Context
from watcher.model.errors import EngineUnavailable, NoSuchContainer, WatcherError
from watcher.model.json_object import Json
from watcher.model.kept import Kept
from watcher.model.labels import ENABLE
from watcher.model.release import NOTHING
from watcher.store.decisions import Decisions
from watcher.swarm import gates
from watcher.swarm.attempt import left_open
from watcher.swarm.earlier import earlier
from watcher.swarm.named import service_named
from watcher.swarm.reading import Found, Reader, is_followed
from watcher.swarm.spec import Service

_SHOWN = 5  # of the digests that it ran before


async def followed(context: Context) -> list[Json]:
    """The services that opted in: whose label says true, or cannot be read; of jobs no others ever."""
    rows = await Swarm(context.engine).services("" if context.follows_all else ENABLE)
    return [row for row in rows if is_followed(context, Service(row))]


async def listed(context: Context, reader: Reader | None = None) -> list[Shown]:
    """The services that opted in, where the engine is a manager."""
    if await context.engine.role() != "manager":
        return []
    rows, reader = await followed(context), reader or Reader(context)
    return [await row_of(reader, each) for each in sorted(rows, key=lambda each: Service(each).name)]


async def row_of(reader: Reader, said: Json) -> Shown:
    """What is said of one service."""
    context = reader.context
    if "ServiceStatus" not in said:
        said = await reader.swarm.counted(said)
    found, decisions = await reader.shown(said), await context.memory.decisions.read()
    row = shown(context, found, decisions, await gates.standing(context, found))
    before = await earlier(context, found.service) if found.policy else ()
    return await _with_open_update(context, said, evolve(row, kept=_kept(before)))


def _kept(before: Sequence[Kept]) -> tuple[tuple[Kept, float], ...]:
    """What a service may go back to: the registry keeps it, and nobody says until when."""
    return tuple((each, 0.0) for each in before[:_SHOWN])


async def _with_open_update(context: Context, said: Json, row: Shown) -> Shown:
    """The same while a rollout of it is open: nobody knows yet which digest it ends on."""
    if await left_open(context, said) is None:
        return row
    why = await how_open(context, row.name)
    verdict = Verdict(Status.UNKNOWN, why, row.verdict.running)
    waits = (eligibility.under_way(why), *row.waits)
    return evolve(row, state=UPDATING, verdict=verdict, releases=NOTHING, waits=waits, stage="prove")


def shown(context: Context, found: Found, decisions: Decisions, gate: Standing | None = None) -> Shown:
    """What is said of a service that was judged.

    Args:
        context: The engine, and what holds for all.
        found: The service.
        decisions: What people decided.
        gate: How the digest that it is to have stands with its gate.
    """
    service, policy = found.service, found.policy
    at = circumstances(context, decisions, gate)
    return Shown(
        found.name,
        service.id,
        service.tag.familiar if service.tag else service.image,
        service.running or "-",
        mode_of(policy),
        found.verdict,
        remarks=tuple(found.remarks),
        engine=context.engine_name,
        releases=evolve(NOTHING, link=service.link(found.verdict.target)),
        waits=eligibility.waits(found.name, found.verdict, policy, at),
        prefix=context.prefix,
        kind="service",
    )


async def instead(context: Context, text: str, answer: Answer) -> Answer:
    """The answer for a service, where what was asked for is the name of no container."""
    if not isinstance(answer, NoSuchContainer):
        return answer
    try:
        said = await service_named(context, text)
        return await row_of(Reader(context), said) if said else answer
    except EngineUnavailable:
        raise
    except WatcherError as error:
        return error

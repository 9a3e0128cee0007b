"""The steps of an update, each coded once: `update.steps.replacement` and recovery take the same ones.

Each leaves something in the engine's names and states from which `state` tells what must follow, so that any
of them can be the last one before a crash.
"""

from collections.abc import Iterable

from attrs import evolve

from watcher.config.hooks import Hook
from watcher.container import hooks
from watcher.container.baseline import EVERYTHING, Baseline, seen_running
from watcher.container.changed_options import Known, for_successor, policy
from watcher.container.exits import ends
from watcher.container.probe import prove
from watcher.container.readiness import Demand, Meddled, NotProved
from watcher.container.rejoin import CutOff, put_back
from watcher.container.stop import NO_RESTART, quiet
from watcher.engine.client import Engine
from watcher.model.errors import Conflict, EngineError, NotFound
from watcher.model.inspection import Container
from watcher.model.json_object import Json
from watcher.model.labels import COMPOSE_PROJECT
from watcher.model.listing import GOING
from watcher.model.names import Marker, short


async def halt(engine: Engine, old: Json) -> None:
    """Stop an old container that runs again: a restart of the engine revived it, or a person did."""
    if Container(old).is_running:
        await engine.stop(old)


async def hold_restart_policy(engine: Engine, old: str, marker: Marker) -> None:
    """Hold the restart policy of an old container that was stopped, if the engine would start it so.

    At its own restart the engine starts a container with the policy `always`, and one with `on-failure` that
    ended with another code than 0, also by a stop (20.10 to 28.5). A policy that somebody set since stands.

    Args:
        engine: Where it is.
        old: Its id.
        marker: A temporary name of the update.
    """
    if marker.held_policy and policy(await engine.container(old)) == marker.held_policy:
        await engine.set_restart_policy(old, NO_RESTART)


async def set_aside(engine: Engine, old: str, new: str, marker: Marker) -> None:
    """Rename an old container aside.

    Args:
        engine: Where it is.
        old: Its id.
        new: The id of its successor.
        marker: A temporary name of the update.
    """
    await engine.rename(old, str(marker.of_old(new)))


async def note_going(engine: Engine, spare: str, new: str, marker: Marker) -> None:
    """Have the name of a spare say that the stop of its container, which removes itself, is asked for."""
    await engine.rename(spare, str(evolve(marker.of_old(new), going=True)))


async def name_successor(engine: Engine, new: str, old: str, marker: Marker) -> None:
    """Give a successor the temporary name that tells of the old container, or of its spare.

    Args:
        engine: Where they are.
        new: The id of the successor.
        old: The id of the old container, or of its spare.
        marker: A temporary name of the update.
    """
    await engine.rename(new, str(marker.of_new(old)))


async def take_name(engine: Engine, cid: str, marker: Marker) -> None:
    """Give a container the name of the update, X."""
    await engine.rename(cid, marker.name)


async def pause(engine: Engine, cid: str, marker: Marker) -> None:
    """Pause a container that runs, where its wanted state is paused."""
    if marker.wanted == "p" and not await is_paused(engine, cid):
        await engine.act(cid, "pause")


async def is_paused(engine: Engine, cid: str) -> bool:
    """Whether a container is paused now."""
    return Container(await engine.container(cid)).state.is_paused


async def measured(engine: Engine, old: Json, kept: str) -> Baseline:
    """The baseline for the proof of a successor.

    Args:
        engine: Where they are.
        old: As inspected while it ran.
        kept: The id of the old container, where it is there after its stop; else empty.
    """
    after = await read(engine, kept) if kept else None
    return await with_ends(engine, after, seen_running(old)) if after else seen_running(old)


async def with_ends(engine: Engine, old: Json, baseline: Baseline) -> Baseline:
    """The baseline, with how the old container ended while it served.

    Args:
        engine: Where it is.
        old: As inspected after its stop; a container that removes itself is not there any more.
        baseline: What is known so far.
    """
    if not old.get("RestartCount"):
        return baseline.with_end(old, ())
    known = await ends(engine, old["Id"])
    return baseline.with_end(old, (end.code for end in known if not end.signal))


async def proved(
    engine: Engine, cid: str, demand: Demand, marker: Marker, baseline: Baseline = EVERYTHING
) -> str:
    """Prove a successor; where there is nothing to go back to, return what is wrong with it.

    Raises:
        NotProved: The successor does not work, and the old container did.
        Meddled: Somebody kept the successor from showing whether it works.
    """
    try:
        await _prove(engine, cid, demand, marker, baseline)
    except NotProved as error:
        if not marker.unjudged and not marker.back:
            raise
        return str(error)
    return ""


async def hooked(engine: Engine, cid: str, hook: Hook | None, marker: Marker) -> str:
    """Run the hook in a proved successor; return a failure of the hook that is only told.

    Raises:
        HookFailed: The hook failed, and there is something to go back to.
        EngineError: The engine did not let the hook be run.
    """
    if hook is None:
        return ""
    try:
        end = await hooks.run(engine, cid, hook)
        if end.code:
            raise hooks.failed(hook, end)
    except hooks.HookFailed as error:
        if not hook.is_optional and not marker.unjudged and not marker.back:
            raise
        return str(error)
    return ""


async def _prove(engine: Engine, cid: str, demand: Demand, marker: Marker, baseline: Baseline) -> None:
    try:
        await prove(engine, cid, demand, baseline)
    except NotFound as error:
        if not marker.removes_itself:
            raise
        if any(end.signal for end in await ends(engine, cid)):
            raise Meddled("somebody stopped it, and it removed itself (--rm)") from error
        raise NotProved("it ended, and removed itself (--rm)") from error


async def depart(engine: Engine, old: Json, seconds: int | None = None) -> None:
    """Stop a container that removes itself, and wait until it is gone."""
    try:
        await engine.stop(old, seconds)
    except NotFound:
        return
    await engine.wait_removed(old["Id"])


async def commit(engine: Engine, new: str, old: str, marker: Marker, known: Known | None = None) -> None:
    """Give a proved successor what it still lacks, and remove the old container or its spare.

    An old container that somebody started or renamed meanwhile stays.

    Args:
        engine: Where they are.
        new: The successor's id; it has the name.
        old: The id of the old container, or of its spare.
        marker: What was wanted of it.
        known: The known options of both, as they were when they were read or created.
    """
    before = await read(engine, old)
    await engine.amend(new, for_successor(await engine.container(new), before, marker, known or {}))
    if await _is_ours(engine, old):
        await _remove(engine, old)
    if before:
        await _joined_again(engine, new, before)


async def _joined_again(engine: Engine, new: str, before: Json) -> None:
    """Put a successor back on a network that another updater took it off after the last look.

    Raises:
        CutOff: The successor is off the network, and cannot be put back.
    """
    try:
        await put_back(engine, new, before)
    except CutOff as error:
        error.advice = f"`docker network connect {error.network} {short(new)}`"
        raise


async def _is_ours(engine: Engine, old: str) -> bool:
    now = await read(engine, old)
    return now is not None and Marker.parse(Container(now).name) is not None and not Container(now).is_running


async def drop(engine: Engine, cid: str) -> None:
    """Remove a container that is not needed, with the volumes that are its own alone.

    `docker compose up` starts the container of a service that it keeps, right after it has removed the
    others; where Compose started this one, it is stopped once more. It may have ended by itself meanwhile.
    """
    await quiet(engine, cid)
    try:
        await _remove(engine, cid, with_own_volumes=True)
    except Conflict:
        if await _is_started_by_a_person(engine, cid):
            raise
        await quiet(engine, cid)
        await _remove(engine, cid, with_own_volumes=True)


async def _is_started_by_a_person(engine: Engine, cid: str) -> bool:
    now = await read(engine, cid)
    return bool(now and Container(now).is_running and COMPOSE_PROJECT not in Container(now).labels)


async def _remove(engine: Engine, cid: str, *, with_own_volumes: bool = False) -> None:
    try:
        await engine.remove(cid, with_own_volumes=with_own_volumes)
    except NotFound:
        return
    except Conflict:
        # A container that removes itself may be at it already.
        if (await _status(engine, cid)) not in {*GOING, "gone"}:
            raise
        await engine.wait_removed(cid)


async def read(engine: Engine, cid: str) -> Json | None:
    """A container, as inspected; None where it is gone."""
    try:
        return await engine.container(cid)
    except NotFound:
        return None


async def _status(engine: Engine, cid: str) -> str:
    try:
        return Container(await engine.container(cid)).status
    except EngineError:
        return "gone"


async def left_of(engine: Engine, ids: Iterable[str], otherwise: str) -> Json:
    """The first of these containers that is there; else the container of the name.

    The name comes last: a stranger may have it, unless neither the old container nor its spare is there any
    more: then the old one was made anew.
    """
    for cid in ids:
        if now := await read(engine, cid):
            return now
    return await engine.container(otherwise)

"""An open update of a container is brought to its end, which is told of and recorded."""

import contextlib
import time
from collections.abc import AsyncIterator, Collection
from contextlib import nullcontext

from attrs import evolve

from watcher.host.context import Context
from watcher.model.errors import EngineError, NotFound
from watcher.model.inspection import left_by
from watcher.model.json_object import Json
from watcher.model.update_events import AttemptKind, Change, Doubted, OpenUpdateSettled, OtherUpdaterAwaited
from watcher.recovery.state import Scene
from watcher.store.locks import with_claims
from watcher.update import open_updates as recovering
from watcher.update.account import untried
from watcher.update.change import change_of_scene
from watcher.update.consent import forget_release, keep_release
from watcher.update.open_updates import Settled, is_open
from watcher.update.steps.stages import SETTLE, Stages, stage_called


async def settle_open(context: Context, name: str) -> Settled:
    """Bring an update of a container that was cut short to its end, if there is one."""
    if not await is_open(context, name):
        return Settled()
    taken = context.memory.claims
    done, change = await with_claims(taken, name, lambda claims: _settled(context, name, claims))
    for line in done.aside if done.was_open else ():
        context.events.publish(Doubted(change, line))
    return done


async def settled(context: Context, name: str, claims: Collection[str]) -> Settled:
    """Settle the open update of a container that the caller has claimed; nothing is open afterwards.

    Raises:
        Wider: There are others that must be settled with it, and are not claimed.
        EngineError: The engine refused.
    """
    return (await _settled(context, name, claims))[0]


async def _settled(context: Context, name: str, claims: Collection[str]) -> tuple[Settled, Change]:
    (scene, nothing), began = await recovering.sighted(context, name), time.monotonic()
    change, publish = await change_of_scene(context.engine, name, scene), context.events.publish
    if nothing:
        return nothing, change
    kind = await _kind(context, scene)

    def waits(who: str, seconds: float) -> None:
        publish(OtherUpdaterAwaited(change, who, seconds))

    with Stages(publish).under_way(stage_called(name, SETTLE)) if scene else nullcontext():
        async with _ending_a_release(context, change, kind):
            done = await recovering.settled(context, name, claims, waits)
    if done.was_open:
        await _told(context, change, kind, scene, time.monotonic() - began)
    return done, change


async def _told(
    context: Context, change: Change, kind: AttemptKind, scene: Scene | None, took_s: float
) -> None:
    runs = await _now(context, change.container)
    context.events.publish(OpenUpdateSettled(change, runs))
    attempt = untried(context, change, "recovered", _how(change, runs), kind)
    await context.events.ended(evolve(attempt, took_s=took_s, containers=_ids(scene)))


@contextlib.asynccontextmanager
async def _ending_a_release(context: Context, change: Change, kind: AttemptKind) -> AsyncIterator[None]:
    """Forget the release of the image that a rollback leaves; keep it again where the rollback is undone.

    A kill in between leaves the image held: the daemon takes nothing that nobody released.
    """
    forgotten = await forget_release(context, change.container) if kind == "rollback" else ()
    try:
        yield
    finally:
        with contextlib.suppress(EngineError):
            if forgotten and await _now(context, change.container) != change.new:
                await keep_release(context, forgotten)


def _ids(scene: Scene | None) -> tuple[str, str]:
    """The ids of the old container itself, not of its spare, and of its successor."""
    old, new = scene.pair if scene else ("", "")
    return (scene.retired.spare_of if scene and scene.retired else "") or old, new


async def _kind(context: Context, scene: Scene | None) -> AttemptKind:
    """Whether a rollback was cut short: its successor has another image, and a label names the image left."""
    old, new = [await _container(context, cid) for cid in scene.pair] if scene else (None, None)
    is_back = new is not None and left_by(new) and (old is None or old["Image"] != new["Image"])
    return "rollback" if is_back else context.kind


async def _now(context: Context, name: str) -> str:
    """The image that a container runs now."""
    container = await _container(context, name)
    return str(container["Image"]) if container else ""


async def _container(context: Context, name: str) -> Json | None:
    try:
        return await context.engine.container(name) if name else None
    except NotFound:
        return None


def _how(change: Change, runs: str) -> str:
    """The end of an update that was cut short, in words: finished or undone."""
    if runs and runs == change.new != change.old:
        return "it was cut short, and was finished"
    return "it was cut short, and was undone" if runs == change.old else "it was cut short"

"""Carries out the decisions of recovery, and so brings open updates that belong together to a safe end.

The work can be cut short anywhere. The root's old container is removed before any other: until then all can
go back, from then on none needs to.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Self, get_args

from attrs import evolve, field

from watcher.container.changed_options import Known
from watcher.container.commit_check import confirm
from watcher.container.readiness import Demand, Meddled, NotProved
from watcher.container.restart import restart_with
from watcher.container.stop import quiet
from watcher.dependencies.namespaces import providers
from watcher.engine.client import Engine
from watcher.model.errors import EngineError, EngineUnavailable, TaskLeft
from watcher.model.inspection import Container
from watcher.model.names import short
from watcher.model.values import frozen
from watcher.recovery import endings
from watcher.recovery.decision import (
    Aim,
    Close,
    Complete,
    MakeAnew,
    Prove,
    RecoveryStep,
    Refuse,
    RespawnAnew,
    Restoring,
    Revive,
    RollBack,
    TakePlace,
    next_step,
)
from watcher.recovery.group import OpenUpdates
from watcher.recovery.reading import read
from watcher.recovery.restore import restore_alone
from watcher.recovery.steps import commit, depart, drop, proved, take_name
from watcher.recovery.table import Adopt, Depart, Discard, Finish, Inherit, Respawn, Restore, Undo

Demands = Callable[[Mapping[str, str] | None], Demand]


@frozen
class FailedImage:
    """An image that is to blame for an update that was undone.

    Attributes:
        name: The container that was to run it.
        image: Its id.
        reason: One line.
        stays: There was nothing left to go back to: the container runs it, or is down.
    """

    name: str
    image: str
    reason: str
    stays: bool = False

    @classmethod
    def of(cls, dependent: tuple[str, str], root: tuple[str, str], reason: str, *, is_new: bool) -> Self:
        """Blame the image of a dependent that failed, where the image is new to it; else its provider's.

        Args:
            dependent: The name of the container that failed, and the id of the image that it ran.
            root: The name and the image's id of the container that is updated.
            reason: One line.
            is_new: Whether the dependent ran another image before the update.
        """
        return cls(*(dependent if is_new else root), reason)


@frozen
class Open:
    """An open update, and what its steps need.

    Attributes:
        engine: Where it is.
        found: All open updates, as they were read.
        name: The name of the container.
        demands: What a container must prove, by its labels.
        known: The known options of containers, as they were when they were read or created.
    """

    engine: Engine
    found: OpenUpdates
    name: str
    demands: Demands = lambda _: Demand()
    known: Known = field(factory=dict)

    def demand(self, cid: str) -> Demand:
        """What the container of this id must prove."""
        return self.demands(Container(self.found.inspects[cid]).labels)


async def settle(engine: Engine, name: str, demands: Demands) -> list[FailedImage]:
    """Finish or undo the open update of a container, and the open updates that belong to it.

    Args:
        engine: Where they are.
        name: The container's.
        demands: What a container must prove, by its labels.

    Returns:
        The images that failed, so that their updates were undone; empty where none did.
    """
    failures = []
    for each in (await read(engine)).concerned(name):
        failures += await _settle_one(engine, each, demands)
    return failures


async def _settle_one(engine: Engine, name: str, demands: Demands) -> list[FailedImage]:
    failures, is_completed = list[FailedImage](), False
    while step := next_step(found := await read(engine), name):
        update = Open(engine, found, name, demands)
        try:
            failed = await carry_out(update, step)
        except EngineUnavailable:
            raise
        except TaskLeft:
            if is_completed or not await _completed(engine, name):
                raise
            is_completed = True
        except EngineError as error:
            await _advise(update, step, error)
            raise
        else:
            failures += [failed] if failed else []
    return failures


async def _completed(engine: Engine, name: str) -> bool:
    """Complete an update with its successor where the engine cannot start the old container (`TaskLeft`)."""
    step = next_step(found := await read(engine), name, cannot_start=True)
    if not isinstance(step, TakePlace | MakeAnew):
        return False
    await carry_out(Open(engine, found, name), step)
    return True


async def _advise(update: Open, step: RecoveryStep, error: EngineError) -> None:
    """Add the advice to an error where a provider of the old container does not run.

    The engine's own death may have stopped the provider, with no update of it open.
    """
    if isinstance(step, get_args(Restoring)) and (idle := await _idle(update)):
        name, provider = update.name, update.found.names[idle]
        advice = f"{name} holds on to {provider}, which does not run: `docker start {short(idle)}`"
        raise EngineError(error.message, status=error.status, advice=advice) from error


async def _idle(update: Open) -> str:
    """The id of a provider of the old container that does not run; empty where all do."""
    found = update.found
    old = found.inspects.get(found.scenes[update.name].pair[0])
    for cid in providers(old, found.names) & found.names.keys() if old else ():
        if not Container(await update.engine.container(cid)).is_running:
            return cid
    return ""


async def carry_out(update: Open, step: RecoveryStep) -> FailedImage | None:
    """Take a step that was decided.

    Returns:
        The image that failed, so that its update was undone; None where none did.

    Raises:
        EngineError: The engine refused, or the step is a refusal; everything is left in place.
    """
    return await DOES[type(step)](update, step)


async def _inherit(update: Open, step: Inherit) -> FailedImage | None:
    """Let a successor whose old container is gone take its place; return its image where it does not work."""
    engine, cid, marker = update.engine, step.successor, step.marker
    await endings.inherit(engine, cid, marker)
    await restart_with(engine, marker.name)
    if marker.wanted == "s":
        return None
    fault = await proved(engine, cid, update.demand(cid), evolve(marker, unjudged=True))
    return FailedImage(marker.name, update.found.inspects[cid]["Image"], fault, stays=True) if fault else None


async def _finish(update: Open, step: Finish) -> FailedImage | None:
    """Prove a successor and those of its dependents, and remove the old containers; or else go back."""
    engine, found, name = update.engine, update.found, update.name
    members, current = found.members(name), name
    try:
        await endings.bring_up(engine, step, update.demand(step.successor))
        for current in members:
            await _go_with_its_provider(engine, current, update.demands)
    except EngineUnavailable:
        raise
    except (NotProved, EngineError) as error:
        if step.marker.back:
            # A rollback is never rolled back; this is tried again.
            raise EngineError(str(error)) from error
        await silence(engine, members)
        if isinstance(error, Meddled) and error.wanted and not members:
            step = evolve(step, marker=evolve(step.marker, wanted=error.wanted))
        await endings.roll_back(engine, step)
        return _blamed(found, name, current, str(error)) if isinstance(error, NotProved) else None
    await restart_with(engine, name)
    await confirm(engine, step.successor, step.marker)
    await commit(engine, step.successor, step.old, step.marker)
    return None


async def _go_with_its_provider(engine: Engine, name: str, demands: Demands) -> None:
    """Take a dependent where its provider goes, but for the removal of the old container.

    Raises:
        NotProved: The successor of the dependent does not work.
        EngineError: The dependent has no successor any more, or the engine refused.
    """
    step: RecoveryStep | None = None
    while not isinstance(step, Prove):
        step = next_step(found := await read(engine), name, Aim.FOLLOW)
        if step is None:
            return
        await carry_out(Open(engine, found, name, demands), step)


async def silence(engine: Engine, members: Sequence[str]) -> None:
    """Stop the dependents' successors that have their names: none may outlive its provider."""
    found = await read(engine) if members else None
    for name in reversed(members):
        if found and isinstance(step := next_step(found, name, Aim.FOLLOW), Prove):
            await quiet(engine, step.update.successor)


def _blamed(found: OpenUpdates, root: str, name: str, reason: str) -> FailedImage:
    """Blame the image of a container that failed, where the image is new; else the root's."""
    old, new = (found.inspects[cid]["Image"] for cid in found.scenes[name].pair)
    if name == root:
        return FailedImage(root, new, reason)
    updated = (root, found.inspects[found.scenes[root].pair[1]]["Image"])
    if old == new:
        reason = f"{name}, which holds on to it: {reason}"
    return FailedImage.of((name, new), updated, reason, is_new=old != new)


async def _refuse(_: Open, step: Refuse) -> None:
    raise EngineError(step.why)


async def _depart(update: Open, step: Depart) -> None:
    await depart(update.engine, await update.engine.container(step.old))


# What carries out each kind of step; what comes of it is told from the names that are read anew then.
DOES: Mapping[type[RecoveryStep], Callable[[Open, Any], Awaitable[FailedImage | None]]] = {
    Undo: lambda on, step: endings.undo(on.engine, step, on.known),
    Restore: lambda on, step: restore_alone(on.engine, step.old, step.marker),
    Depart: _depart,
    Adopt: lambda on, step: take_name(on.engine, step.successor, step.marker),
    Inherit: _inherit,
    Revive: lambda on, step: endings.inherit(on.engine, step.update.successor, step.update.marker),
    Respawn: lambda on, step: endings.respawn(on.engine, step, on.found.renewed(on.name)),
    RespawnAnew: lambda on, step: endings.respawn_anew(on.engine, step.update, on.found.renewed(on.name)),
    Discard: lambda on, step: drop(on.engine, step.cid),
    Finish: _finish,
    Prove: lambda on, step: endings.bring_up(on.engine, step.update, on.demand(step.update.successor)),
    RollBack: lambda on, step: endings.roll_back(on.engine, step.update),
    Close: lambda on, step: endings.close(on.engine, step.update),
    Complete: lambda on, step: endings.complete(on.engine, step.update),
    TakePlace: lambda on, step: endings.take_place(on.engine, step.update),
    MakeAnew: lambda on, step: endings.make_anew(on.engine, step.update, on.found.renewed(on.name)),
    Refuse: _refuse,
}

"""Updates that are open: waited for while somebody is at work on them, and else brought to an end."""

import contextlib
from collections.abc import Collection, Iterable, Mapping

from attrs import evolve

from watcher.container.downtime import OVERTAKEN
from watcher.container.readiness import Demand
from watcher.container.successor import Contended
from watcher.host.context import Context
from watcher.model.errors import EngineError, NeedsHelper, UnreadableSetting
from watcher.model.values import frozen
from watcher.model.watchtower import COUNTS, settings_of
from watcher.recovery import links
from watcher.recovery.compose_recreations import left_behind, open_among, settle_recreations
from watcher.recovery.departures import open_scenes
from watcher.recovery.executor import Demands, FailedImage, settle
from watcher.recovery.group import OpenUpdates
from watcher.recovery.lease import Lease
from watcher.recovery.reading import down, glance, grouped, outline
from watcher.recovery.state import Scene
from watcher.recovery.takeover import May, Waits, take_over
from watcher.store.locks import Wider
from watcher.store.owner import owner_of
from watcher.update import lineage
from watcher.update.attempt import demand_of
from watcher.update.contention import tries
from watcher.update.keeping import keep_open, let_go
from watcher.update.steps.prune_guard import mending


@frozen
class Settled:
    """What became of updates that were cut short.

    Attributes:
        was_open: Whether there was an update to bring to its end.
        aside: A line for each container that is left, and that only a person can decide about.
    """

    was_open: bool = False
    aside: tuple[str, ...] = ()


async def is_open(context: Context, name: str) -> bool:
    """Whether a container has an open update, by the engine's names or by our notes."""
    rows, found = await open_scenes(context.engine)
    return name in found or bool(open_among(rows, name)) or bool(await context.notes.of(name))


async def sighted(context: Context, name: str) -> tuple[Scene | None, Settled | None]:
    """Look, for the price of one list call, whether anything of a container is open.

    Returns:
        The container's own open update, if any; and what `settled` would give where there is nothing to
        settle, else None.
    """
    rows, found = await open_scenes(context.engine)
    group = (await grouped(context.engine, context.namespaces, rows, found)).concerned(name)
    if found.keys() & group or open_among(rows, name) or await context.notes.of(name):
        return found.get(name), None
    return None, Settled(aside=tuple(left_behind(rows, name)))


async def settled(context: Context, name: str, claims: Collection[str], waits: Waits) -> Settled:
    """Bring an update that was cut short to its end; the caller has claimed the container.

    What a prune took of the update is made anew first.

    Raises:
        Wider: There are others that must be settled with it, and are not claimed.
        EngineError: The engine refused; or all is done and a link was lost, which the next run would not see.
    """
    if not (group := await context.notes.with_it(name)) <= {*claims}:
        raise Wider(group)
    was_recreated = await settle_recreations(context.engine, name)
    done, lines = await _mended(context, name, claims, _once(waits))
    was_recreated |= done.was_open and await settle_recreations(context.engine, name)
    aside = (*done.aside, *lines, *left_behind(await context.engine.containers(stopped=True), name))
    return evolve(done, was_open=done.was_open or was_recreated or bool(lines), aside=aside)


async def _mended(
    context: Context, name: str, claims: Collection[str], waits: Waits
) -> tuple[Settled, tuple[str, ...]]:
    """Take the open updates over, and settle them with what a prune took made anew; what became of them."""
    async with tries() as numbers:
        async for _ in numbers:
            with contextlib.suppress(Contended):
                return await _mended_once(context, name, claims, waits)
    raise EngineError(f"{name} could not be made anew: other updaters are at it each time")


async def _mended_once(
    context: Context, name: str, claims: Collection[str], waits: Waits
) -> tuple[Settled, tuple[str, ...]]:
    async with Lease(context.engine, owner_of(context.memory.claims.home)) as lease:
        at = lineage.workshop(context, lease.engine)
        while (found := await _open(context, name, claims)) and not await take_over(
            lease, found, found.concerned(name), waits, _not_own(context)
        ):
            continue
        return await mending(at, name, lambda: _settled(context, lease, name, claims, waits))


async def _open(context: Context, name: str, claims: Collection[str]) -> OpenUpdates | None:
    """The open updates, where one of the container's group can be settled; else None.

    Raises:
        Wider: There are others that must be settled with it, and are not claimed.
    """
    found = await glance(context.engine, context.namespaces)
    if not found.scenes.keys() & (group := found.concerned(name)):
        return None
    if not {*group} <= {*claims}:
        raise Wider(group)
    return found if any(map(found.recovery, group)) else None


async def _settled(
    context: Context, lease: Lease, name: str, claims: Collection[str], waits: Waits
) -> tuple[Settled, bool]:
    """Settle until nothing is open; what became of the updates, and whether all successors worked."""
    failures, was_open, stays = list[FailedImage](), False, list[str]()
    while found := await _open(context, name, claims):
        failed = await _settle(context, lease, name, found, waits, stays)
        was_open |= failed is not None
        failures += failed or ()
    scene = (await outline(context.engine)).scenes.get(name)
    if scene and (aside := scene.aside):
        stays.append(f"{aside} was set aside, and another container has its name: rename or remove it")
    return Settled(was_open, tuple(stays)), not failures


async def _settle(  # noqa: PLR0913, PLR0917 - one value per thing that it works with
    context: Context, lease: Lease, name: str, found: OpenUpdates, waits: Waits, stays: list[str]
) -> list[FailedImage] | None:
    """Settle the open updates, unless they are another updater's, and remember the images that failed.

    A container that stays although it does not work is added to `stays`, as a line.

    Returns:
        The images that failed; None where the updates are another updater's.
    """
    group = found.concerned(name)
    if not await take_over(lease, found, group, waits, _not_own(context)):
        return None
    halves = {each: [*filter(None, found.scenes[each].pair)] for each in group if each in found.scenes}
    for each in group:
        await keep_open(context, lease.engine, found.scenes.get(each))
    halted = await down(context.engine, found, group)
    async with context.downtimes.around(halted, is_back=True) as is_alone:
        failures = await settle(lease.engine, name, _demands(context))
    stays += [] if is_alone else [OVERTAKEN]
    stays += [_nothing_left(each) for each in failures if each.stays]
    scenes = [found.scenes[each] for each in group if each in found.scenes]
    stays += [_taken(each) for each in scenes if each.is_taken_by_compose]
    for failure in (each for each in failures if not each.stays):
        await lineage.keep_failure(context, failure, next(iter(halves.get(failure.name, [])), ""))
    for each, before in halves.items():
        await lineage.hand_on(context, each, *before)
        await let_go(context, lease.engine, each)
    await links.refuse_forgotten(context.engine, links.in_open_updates(found, {*group}))
    return failures


def _not_own(context: Context) -> May:
    """A check that refuses the open update of the own container: settling it would stop this process."""

    async def may(scenes: Iterable[Scene]) -> None:
        own = await context.own.find(context.engine)
        for scene in scenes:
            if own in scene.ids:
                raise NeedsHelper(
                    f"the update of {scene.name}, which the updater itself runs in, is open",
                    advice=f"`watcher run` in it, or `watcher update {scene.name}` from outside, ends it",
                )

    return may


def _taken(scene: Scene) -> str:
    return (
        f"docker compose had taken what was made for an update of {scene.name} for one of its own; that is "
        "removed: run the `docker compose up` once more"
    )


def _nothing_left(failure: FailedImage) -> str:
    return (
        f"somebody removed {failure.name} in the middle of its update, so there is nothing to go back to; "
        f"its new container does not work: {failure.reason}"
    )


def _once(waits: Waits) -> Waits:
    said = list[str]()

    def once(name: str, seconds: float) -> None:
        if not said:
            waits(name, seconds)
        said.append(name)

    return once


def _demands(context: Context) -> Demands:
    """The proof that a container's labels ask for; the default one where they cannot be read."""
    marked = {COUNTS: True} if context.watchtower else {}

    def demand(labels: Mapping[str, str] | None) -> Demand:
        try:
            return demand_of(context, context.with_labels(settings_of({"Labels": labels, **marked})))
        except UnreadableSetting:
            return demand_of(context, context.defaults)

    return demand

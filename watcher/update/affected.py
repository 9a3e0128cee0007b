"""Which containers are replaced, restarted or lost together with one, and whether it can be done."""

import contextlib
from collections.abc import Collection, Iterator, Mapping, Sequence

from watcher.check import checks, eligibility
from watcher.check.judgement import Assessment
from watcher.check.verdict import Status
from watcher.config.policy import Policy
from watcher.container.recreate import refusals
from watcher.container.restart import is_running
from watcher.container.successor import Contended, Draft, draft, same
from watcher.dependencies.namespaces import Dependent, dependents, references
from watcher.dependencies.order import Order
from watcher.engine.client import Engine
from watcher.engine.images import known_image
from watcher.host.context import Context
from watcher.model.errors import NotFound, Refused
from watcher.model.inspection import Container
from watcher.model.json_object import Json
from watcher.model.labels import is_one_off
from watcher.model.listing import Row
from watcher.model.names import Marker, name_of, short
from watcher.model.values import frozen
from watcher.update import gates
from watcher.update.consent import withheld
from watcher.update.steps.plan import AffectedContainer, Restart
from watcher.update.steps.replacement import Drafting

_SERVING = ("running", "restarting")
_BY_HAND = "recreate it by hand"


@frozen
class Affected:
    """All containers that the update of one container affects.

    Attributes:
        containers: The dependents that are replaced with it, providers first.
        restarts: The containers that are restarted once it is replaced.
        left_alone: A line for each container that loses its provider and is not ours to replace.
    """

    containers: tuple[AffectedContainer, ...] = ()
    restarts: tuple[Restart, ...] = ()
    left_alone: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the dependents that are replaced in the same update."""
        return tuple(each.dependent.name for each in self.containers)


async def affected_by(
    context: Context,
    container: Json,
    *,
    spared: Collection[str] = (),
    cautious: bool = False,
    asks_gates: bool = False,
) -> Affected:
    """Find out which other containers the update of a container affects.

    Args:
        context: Where they are.
        container: The container that is to be updated, as inspected.
        spared: Names of the dependents that are not to be restarted, whatever they ask for.
        cautious: Keep the image of a dependent whose old image's defaults nobody knows any more.
        asks_gates: Ask the gate of each dependent that has one and an update of its own; else what the gate
            let pass before counts.

    Raises:
        Refused: One of them cannot be recreated.
    """
    rows = await context.engine.containers(stopped=True)
    listed = {row["Id"]: row for row in rows}
    one_offs = {cid for cid, row in listed.items() if is_one_off(Row(row).labels)}
    outlines = await context.namespaces.of(context.engine, rows, {row["Id"] for row in rows if _counts(row)})
    found = await _found(context, container, [each for each in outlines if each["Id"] not in one_offs])
    await _refuse(context, container, found, rows)
    containers = [
        await _with_its_update(context, container, each, cautious=cautious, asks_gates=asks_gates)
        for each in found
    ]
    left = [
        f"{each.name} (docker compose run) {each.clause} and loses it"
        for each in dependents(container["Id"], outlines)
        if (cid := each.container["Id"]) in one_offs and Row(listed[cid]).state in _SERVING
    ]
    apart = {each.name for each in found} | {*spared}
    return Affected(tuple(containers), tuple(_restarts(rows, container, apart)), tuple(left))


def drafting(context: Context, each: AffectedContainer) -> Drafting:
    """How the successor of an affected container is drafted."""

    async def drafted(successors: Mapping[str, str]) -> Draft:
        container = each.dependent.container
        noted = await noted_files(context, container)
        if each.update is None or each.update.image is None:
            return await same(context.engine, container, successors, noted=noted)
        old = await old_image(context, container)
        return await draft(context.engine, container, each.update.image, old, successors, noted=noted)

    return drafted


async def old_image(context: Context, container: Json) -> Json | None:
    """The image that a container was created from, as the engine or our memory knows it."""
    image = container["Image"]
    return await known_image(context.engine, image) or context.memory.image(image)


async def noted_files(context: Context, container: Json) -> Mapping[str, str] | None:
    """What was put into a container before its process ran; None where no daemon saw this start of it."""
    seen = await context.memory.injected(container["Id"])
    return seen.files if seen and seen.started == Container(container).state.started else None


async def undisturbed(engine: Engine, cid: str) -> Json:
    """Inspect a container that is about to be updated.

    Raises:
        Contended: It has a temporary name: another updater has set it aside, or not named it yet.
    """
    container = await engine.container(cid)
    if marker := Marker.parse(Container(container).name):
        raise Contended(f"another updater is at work on {marker.name}")
    return container


def _counts(row: Json) -> bool:
    """Whether a listed container stays, and has no temporary name."""
    return not Row(row).is_going and Marker.parse(name_of(row)) is None


async def _found(context: Context, container: Json, outlines: Sequence[Json]) -> tuple[Dependent, ...]:
    """The dependents of a container, inspected; a container that depends on it no more is left out."""
    inspects = [container]
    for each in dependents(container["Id"], outlines):
        with contextlib.suppress(NotFound):
            inspects.append(await undisturbed(context.engine, each.container["Id"]))
    return dependents(container["Id"], inspects)


async def _refuse(
    context: Context, container: Json, found: Sequence[Dependent], rows: Sequence[Json]
) -> None:
    """Refuse a container that cannot be recreated and brought back together with its dependents."""
    name = Container(container).name
    own = await context.own.find(context.engine)
    for each in found:
        for reason in _reasons(context, container, each, own):
            raise Refused(f"{name} cannot be updated: {each}, and {reason.message}", advice=reason.advice)
    for who, inspect in (("it", container), *((each.name, each.container) for each in found)):
        for reason in _unstartable(inspect, rows):
            raise Refused(f"{name} cannot be updated: {who} {reason.message}", advice=reason.advice)


def _reasons(context: Context, container: Json, each: Dependent, own: str | None) -> Iterator[Refused]:
    yield from refusals(each.container, api=context.engine.api)
    if each.container["Id"] == own:
        yield Refused(
            "that is the container that the updater itself runs in", advice="recreate both from outside"
        )
    if container["HostConfig"].get("AutoRemove"):
        yield Refused("there is no way back to what removes itself (--rm)", advice="recreate both by hand")


def _unstartable(container: Json, rows: Sequence[Json]) -> Iterator[Refused]:
    """Why a running container, once stopped, could not be started again."""
    known = {key: row for row in rows for key in (row["Id"], name_of(row))}
    for kind, text in references(container) if Container(container).is_running else ():
        provider = known.get(text)
        if provider is None:
            yield Refused(f"{kind} a container that is gone, and could not be started again", advice=_BY_HAND)
        elif not Row(provider).is_up:
            name = name_of(provider)
            yield Refused(
                f"{kind} {name}, which does not run, and could not be started again",
                advice=f"`docker start {short(provider['Id'])}`, or stop what shares it, first",
            )


async def _with_its_update(
    context: Context, container: Json, dependent: Dependent, *, cautious: bool, asks_gates: bool
) -> AffectedContainer:
    policy = context.readable_policy(dependent.container)
    found = await _own_update(context, dependent, policy) if policy else None
    if found and policy and not await _may_pass(context, found, policy, asks=asks_gates):
        found = None
    if found and cautious and await old_image(context, dependent.container) is None:
        found = None
    if found is None and await known_image(context.engine, dependent.container["Image"]) is None:
        name = Container(container).name
        raise Refused(
            f"{name} cannot be updated: {dependent}, and the image that {dependent.name} runs is gone here",
            advice="recreate both by hand",
        )
    return AffectedContainer(dependent, found, policy or context.defaults)


async def _own_update(context: Context, dependent: Dependent, policy: Policy) -> Assessment | None:
    """The update of its own that a dependent would get now; None where there is none, or it has to wait."""
    if not eligibility.goes_along(policy):
        return None
    found = await checks.assess(context, dependent.container, policy)
    is_here = found.image is not None and found.image["Id"] == found.verdict.target
    if await withheld(context, found, policy):
        return None
    return found if is_here and found.verdict.status is Status.OUTDATED else None


async def _may_pass(context: Context, found: Assessment, policy: Policy, *, asks: bool) -> bool:
    """Whether the gate of an affected container lets its image pass, or the container has no gate."""
    if not policy.gate or not asks:
        return not policy.gate or (found.gate is not None and found.gate.has_passed)
    return await gates.asked(context, found, policy) is None


def _restarts(rows: Sequence[Json], container: Json, apart: set[str]) -> Iterator[Restart]:
    """The running dependents that ask to be restarted; `apart` are those that are replaced or spared."""
    name = Container(container).name
    running = {name_of(row) for row in rows if Row(row).state == "running"}
    order = Order.of(rows)
    restarted = order.restarted_with(name) if is_running(container) else ()
    for each in restarted:
        if each in running - apart:
            above = (on for on in order.dependencies[each] if on.restart and on.name in {name, *restarted})
            yield Restart(each, next(above).cause)

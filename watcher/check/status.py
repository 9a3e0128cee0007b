"""What `check` and `list` say of containers: one row each, under its own name while it is updated too.

Most looks find no open update, and nothing to wait for: what tells of those is imported where there is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from attrs import evolve

from watcher.check import checks, eligibility, judgement
from watcher.check.at_once import gathered
from watcher.check.checks import Judge
from watcher.check.eligibility import For, Wait
from watcher.check.judgement import Assessment
from watcher.check.shown import Answer, Shown, shown_of, shown_unjudged
from watcher.check.verdict import Status, Verdict
from watcher.check.veto import vetoed
from watcher.host.context import Context
from watcher.host.lookup import find
from watcher.model.errors import EngineUnavailable, NotFound, Unknown, WatcherError, unexpected
from watcher.model.inspection import Container
from watcher.model.json_object import Json
from watcher.model.listing import Row
from watcher.model.names import Marker, container_name, name_of
from watcher.store.decisions import Decisions

if TYPE_CHECKING:
    from watcher.dependencies.order import Order
    from watcher.recovery.open_names import OpenNames
    from watcher.recovery.state import Scene

UPDATING = "updating"


async def listed(context: Context, *, every: bool = False) -> list[Shown]:
    """The containers that opted in, in any state; with `every` all others that run, but the own one."""
    answers = await check_all(context, checks.judged, every=every)
    return [
        each if isinstance(each, Shown) else shown_unjudged(context, name, each) for name, each in answers
    ]


async def check_all(context: Context, judge: Judge, *, every: bool = False) -> list[tuple[str, Answer]]:
    """Judge the containers that `listed` names; those that went meanwhile are left out."""
    context = context.looking()
    rows = await context.engine.containers(stopped=True)
    own = await context.own.find(context.engine, rows)
    await context.watchtowers.see(context.engine, rows)
    wanted = await context.opted_in(rows)
    if every:
        wanted += [row for row in rows if row["Id"] != own and Row(row).is_up]
    found = _Found(context, rows, judge, await context.memory.decisions.read())
    ids = {found.own_name(name_of(row), row["Id"]): row["Id"] for row in wanted}
    answers = await gathered(lambda name: found.answer(name, ids[name]), sorted(ids))
    named = zip(sorted(ids), answers, strict=True)
    return [(name, answer) for name, answer in named if not isinstance(answer, NotFound)]


async def check(context: Context, texts: Iterable[str], judge: Judge) -> list[tuple[str, Answer]]:
    """Judge the containers that a person named: what each was called, and the answer or the error."""
    texts, context = [*texts], context.looking()
    rows = await context.engine.containers(stopped=True)
    await context.watchtowers.see(context.engine, rows)
    found = _Found(context, rows, judge, await context.memory.decisions.read())
    answers = await gathered(found.meant, texts)
    return [*zip(texts, answers, strict=True)]


def _names(rows: list[Json]) -> OpenNames:
    from watcher.recovery.open_names import OpenNames

    return OpenNames.of(rows)


class _Found:
    """The containers of one list call, and the updates among them that are open.

    Args:
        context: Where they are.
        rows: GET /containers/json?all=1.
        judge: How a container with no open update is judged.
        decisions: What people hold and approve.
    """

    def __init__(self, context: Context, rows: list[Json], judge: Judge, decisions: Decisions) -> None:
        self._decisions = decisions
        self._context = context
        self._rows = rows
        self._judge = judge
        self._names = _names(rows) if any(Marker.parse(name_of(row)) for row in rows) else None
        self._open: Mapping[str, Scene] = self._names.scenes if self._names else {}

    def own_name(self, name: str, cid: str) -> str:
        """The name of the container whose open update another is part of; of any other its own name."""
        return self._names.own_name(name, cid) if self._names else name

    async def meant(self, text: str) -> Answer:
        """Answer for the container that a person means."""
        name = container_name(text) or text
        if name in self._open:
            return await self.answer(name, name)
        try:
            container = await find(self._context.engine, text)
        except EngineUnavailable:
            raise
        except WatcherError as error:
            return error
        cid = str(container["Id"])
        return await self.answer(self.own_name(Container(container).name, cid), cid)

    async def answer(self, name: str, cid: str) -> Answer:
        """Answer for a container; an error is an answer, too, unless the engine is gone."""
        try:
            if name in self._open and (found := await self._updated(self._open[name])):
                return found
            container = await self._context.engine.container(name if name in self._open else cid)
            if self._names and name in self._names.aside:
                return self._shown(_left("it was set aside", container, self._names.aside[name]))
            if self._names and name in self._names.strays:
                why = "it has a temporary name of an update"
                return self._shown(_left(why, container, self._names.strays[name]))
            return await self._judged(container)
        except EngineUnavailable:
            raise
        except WatcherError as error:
            return error
        except Exception as error:  # noqa: BLE001 - an error of ours must not keep the others from being shown
            return unexpected(name, error)

    def _shown(self, found: Assessment) -> Shown:
        return shown_of(self._context, found, self._decisions)

    async def _judged(self, container: Json) -> Shown:
        """Answer for a container that has no open update; an update waits for what it depends on, too."""
        found = await self._judge(self._context, container)
        row = self._shown(found)
        if not row.is_carried_out or found.verdict.status not in eligibility.UPDATES:
            return row
        unmet = await self._unmet_before(container)
        others = (await self._vetoed(container), eligibility.held_back(unmet) if unmet else None)
        return evolve(row, waits=(*row.waits, *filter(None, others)))

    async def _vetoed(self, container: Json) -> Wait | None:
        """The wait for the container's own veto, or for its file to be where it can be looked for."""
        try:
            return await vetoed(self._context.engine, container, self._context.policy_of(container))
        except EngineUnavailable:
            raise
        except WatcherError as error:
            return Wait(For.VETO, str(error))

    async def _unmet_before(self, container: Json) -> str:
        from watcher.check.unmet import unmet_before

        return await unmet_before(self._context, self._order, container)

    @cached_property
    def _order(self) -> Order:
        from watcher.dependencies.order import Order

        return Order.of(self._rows)

    async def _updated(self, scene: Scene) -> Shown | None:
        """Answer for a container whose update is open; None where it has come to its end meanwhile."""
        cid = scene.holder or next(half.cid for half in (scene.retired, scene.successor) if half)
        try:
            container = await self._context.engine.container(cid)
        except NotFound:
            return None
        verdict = Verdict(Status.UNKNOWN, await how_open(self._context, scene.name), container["Image"])
        running = self._context.memory.image(container["Image"])
        found = Assessment(container | {"Name": f"/{scene.name}"}, None, verdict, running)
        from watcher.check.stages import stage_seen

        stage = stage_seen(scene, {row["Id"]: Row(row).state for row in self._rows})
        row = self._shown(found)
        waits = (eligibility.under_way(verdict.reason), *row.waits)
        return evolve(row, state=UPDATING, waits=waits, stage=stage)


async def how_open(context: Context, name: str) -> str:
    """Whether somebody is at work on a container's open update, as far as this machine can tell."""
    async with context.memory.claims.take(name) as is_ours:
        if not is_ours:
            return "an update of it is under way"
    return f"an update of it is open: if no updater is at work on it, `watcher update {name}` ends it"


async def unknown_while_open(context: Context, name: str) -> Unknown:
    """The error where something is asked of a container, or service, that the end of its update tells."""
    return Unknown(f"{name}: unknown: {await how_open(context, name)}")


def _left(what: str, container: Json, name: str) -> Assessment:
    why = f"{what}, and another container is called {name}: rename or remove it"
    return judgement.unknown(container, why)

"""The update of the updater's own container: whether it is open, by the names, and who is to end it.

No process settles an update that would stop it. So an updater inside of one of the two containers, the old
one or its successor, begins nothing while the update is open; where nobody is at work on it any more, that
updater has a helper settle it.
"""

from collections.abc import Iterable, Sequence

from attrs import evolve

from watcher.check.eligibility import under_way
from watcher.engine.client import Engine
from watcher.host.context import Context
from watcher.model.errors import NotFound, UpdateFailed
from watcher.model.helper import Helper, helpers
from watcher.model.json_object import Json
from watcher.model.names import Marker, name_of
from watcher.model.update_events import Change, NotUpdated, Updated, Waiting
from watcher.model.values import frozen
from watcher.recovery.state import Scene, scenes
from watcher.update.consent import NotNow
from watcher.update.own.helper_terms import Errand
from watcher.update.own.helping import Ended, begun, looked_after
from watcher.update.sequencer import Turns

_BESIDE = "the updater's own update is under way"


@frozen
class OwnUpdate:
    """What the names tell of the own container's update.

    Attributes:
        name: The container's name; empty outside of any.
        scene: Its open update; None where none is open.
        is_aside: Whether this is the old container, which was set aside.
        helpers: The helpers that this updater looks after.
    """

    name: str = ""
    scene: Scene | None = None
    is_aside: bool = False
    helpers: tuple[Helper, ...] = ()

    @property
    def left(self) -> set[str]:
        """The container's name, where its update is open and no helper is at work on it."""
        is_left = self.scene is not None and not any(each.runs for each in self.helpers)
        return {self.name} if is_left else set()

    @property
    def is_under_way(self) -> bool:
        """Whether the own update is under way, so that nothing else is to begin."""
        return self.scene is not None or any(each.name == self.name for each in self.helpers)


def own_update(rows: Sequence[Json], own: str | None, doors: Iterable[str] = ()) -> OwnUpdate:
    """Read from the names what there is of the own container's update.

    Args:
        rows: GET /containers/json?all=1.
        own: The id of the own container; None outside of any.
        doors: The names of the containers that the engine is reached through.
    """
    called = next((name_of(row) for row in rows if own and row["Id"] == own), "")
    if not own or not called:
        return OwnUpdate()
    marker, found = Marker.parse(called), scenes(rows)
    name = marker.name if marker else called
    scene = next((each for each in found.values() if own in each.ids and (marker or not each.aside)), None)
    ours = tuple(each for each in helpers(rows) if each.name in {name, *doors} or each.old == own)
    return OwnUpdate(name, scene, marker is not None and marker.kind == "old", ours)


async def see_to(context: Context, rows: Sequence[Json], turns: Turns) -> OwnUpdate:
    """Look after the helpers that a process before this one made, and say how the own update is.

    Args:
        context: Where they are.
        rows: GET /containers/json?all=1.
        turns: The containers that are being updated; a helper of one of them is looked after there.

    Raises:
        EngineError: The engine refused.
    """
    found = own_update(rows, await context.own.find(context.engine), turns.order.doors)
    left = list[Helper]()
    for helper in found.helpers:
        ended = None if turns.is_taken(helper.name) else await looked_after(context, helper)
        if ended is None:
            left.append(helper)
        else:
            _tell(context, helper, ended)
    return evolve(found, helpers=tuple(left))


async def refuse_beside(context: Context, name: str) -> None:
    """Refuse another container's update while the own container's is under way, which stops this process.

    Raises:
        NotNow: The own update is under way.
        EngineError: The engine refused.
    """
    own = await context.own.find(context.engine)
    if own is None:
        return
    found = own_update(await context.engine.containers(stopped=True), own)
    if found.is_under_way and found.name != name:
        raise NotNow(f"{name} is not updated now: {_BESIDE}", under_way(_BESIDE), advice="try again soon")


async def have_settled(context: Context, name: str) -> None:
    """Have a helper settle the own container's open update, which nobody is at work on.

    Raises:
        UpdateFailed: No helper can be made.
        EngineError: The engine refused.
    """
    engine = context.engine
    scene = scenes(await engine.containers(stopped=True)).get(name)
    if scene is None or scene.aside:
        return
    old, new = scene.pair
    own = str(await context.own.find(engine))
    present = await _image(engine, old)
    target = await _image(engine, new or own) or present
    errand = Errand(name, old or own, target, unattended=True, cautious=True, image=present)
    await begun(context, errand)


async def _image(engine: Engine, cid: str) -> str:
    """The id of the image of a container; empty where the container is gone."""
    try:
        return str((await engine.container(cid))["Image"]) if cid else ""
    except NotFound:
        return ""


def _tell(context: Context, helper: Helper, ended: Ended) -> None:
    """Publish how an update ended that an earlier process had handed over to a helper."""
    attempt, why, wait = ended.attempt, ended.why, ended.wait
    change = Change(helper.name, new=helper.target)
    if attempt:
        change = Change(
            helper.name,
            attempt.image,
            attempt.old.id,
            attempt.new.id,
            old_version=attempt.old.version or "",
            new_version=attempt.new.version or "",
            link=attempt.link or "",
        )
    if wait:
        context.events.publish(Waiting(change, wait.cause.value, wait.why, wait.until))
    elif why:
        is_back = attempt is not None and attempt.outcome == "rolled back"
        context.events.publish(NotUpdated(change, why, UpdateFailed.exit_code, is_back))
    elif attempt:
        context.events.publish(Updated(change, attempt.along, attempt.took_s, attempt.stages))

"""One container's own steps in an update; `executor` says which, and when, and undoes them."""

import contextlib
from collections.abc import Awaitable, Callable, Mapping

from attrs import evolve

from watcher.container import spare, successor
from watcher.container.changed_options import Known
from watcher.container.commit_check import confirm
from watcher.container.hooks import HookFailed
from watcher.container.last_output import mask_of, told
from watcher.container.probe import start
from watcher.container.readiness import Demand, NotProved
from watcher.container.successor import Draft
from watcher.engine.client import Engine
from watcher.engine.stop_timeout import stop_seconds
from watcher.host.notes import Noted
from watcher.model.errors import EngineError, EngineUnavailable, NoAnswer, NotFound
from watcher.model.inspection import Container
from watcher.model.json_object import Json
from watcher.model.names import Marker, Wanted
from watcher.recovery import steps
from watcher.recovery.endings import roll_back
from watcher.recovery.rebuild import part_noted
from watcher.recovery.table import Finish
from watcher.recovery.undo import Returning
from watcher.update.steps.advice import seen, way_back
from watcher.update.steps.drift import astray, still_as_read, still_idle
from watcher.update.steps.hooks import ask
from watcher.update.steps.marking import wanted_state
from watcher.update.steps.plan import Action, PlannedReplacement, Settings

# Made when the successors of those that it holds on to are known: their ids by the old ids and by name.
Drafting = Callable[[Mapping[str, str]], Awaitable[Draft]]


class Replacement:
    """The replacement of one container, as it is carried out, and what is known of the successor.

    Attributes:
        name: The container's name.
        relation: What the container holds on to, as a clause; empty for the container that is updated.
        new: The id of its successor, or empty.
        kept: The id of what is left of the old container: itself, or its spare.
        image: The id of the image that its successor got, or empty.
        assumed: The options that were kept though they may have been defaults of the old image.
        doubts: What may have been put into the old container and is not carried over, a line each.
        warning: What is wrong with a successor that was kept for want of a better one, or empty.
    """

    def __init__(
        self, engine: Engine, old: Json, part: PlannedReplacement, draft: Drafting, settings: Settings
    ) -> None:
        self.name = part.name
        self.relation = part.relation
        self.new = ""
        self.image = ""
        self.assumed: tuple[str, ...] = ()
        self.doubts: tuple[str, ...] = ()
        self.warning = ""
        self._engine = engine
        self._old = old
        self._is_anew = False
        self._made: Draft | None = None
        self._marker = evolve(part.marker, owner=engine.owner)
        self._draft = draft
        self._settings = settings
        self.kept = old["Id"]
        self._is_stopping = False
        self._limits = {Action.STOP: stop_seconds(old, settings.stop_timeout)} | settings.hook_limits
        self._is_touched = False
        self._known: Known = {old["Id"]: old["HostConfig"]}

    @property
    def old(self) -> Returning:
        """The old container, as it is to come back."""
        is_there = self._is_touched and not self._marker.removes_itself
        return Returning(self.kept, self.new, self._marker if is_there else None, self._known)

    @property
    def removes_itself(self) -> bool:
        """Whether its old container was run with `--rm`."""
        return self._marker.removes_itself

    @property
    def keeps_its_image(self) -> bool:
        """Whether the successor runs the image that the old container ran."""
        return self.image == self._old["Image"]

    async def do(self, action: Action, successors: dict[str, str]) -> None:
        """Take one step.

        Args:
            action: Any but `PULL` and `RESTART`.
            successors: The successors that were created so far; a creation is noted there.

        Raises:
            Moved: The tag, or the container, was changed meanwhile.
            EngineError: The engine refused.
            NotProved: The successor does not work; or a hook failed.
            NotNow: A hook says so.
        """
        does: dict[Action, Callable[[], Awaitable[None]]] = {
            Action.CREATE: lambda: self._create(successors),
            Action.SPARE: self._create_spare,
            Action.PRE_HOOK: self._pre_hook,
            Action.GO: self._go,
            Action.STOP: self._stop,
            Action.HOLD: self._hold,
            Action.SET_ASIDE: self._set_aside,
            Action.TAKE_NAME: self._take_name,
            Action.START: self._start,
            Action.PROVE: self._prove,
            Action.POST_HOOK: self._post_hook,
            Action.PAUSE: self._pause,
            Action.REMOVE: self._remove,
            Action.REMOVE_SPARE: self._remove,
        }
        await does[action]()

    def limit(self, action: Action) -> float | None:
        """Seconds after which a step is over; None where nobody can say."""
        return self._limits.get(action)

    async def told(self, error: NotProved) -> str:
        """What went wrong with the successor, on one line with the last words of it or of the hook."""
        return str(error) if isinstance(error, HookFailed) else await told(self._engine, self.new, str(error))

    @property
    def inspected(self) -> Json:
        """The old container, as it was read before its update."""
        return self._old

    async def noted(self) -> Noted:
        """The note of what makes the old container and its successor anew."""
        assert self._made  # noqa: S101 - it is noted once all successors are created
        ids = self.kept, self.new
        return await part_noted(self._engine, self._old, self._marker, ids, self._made)

    def made_anew(self, cid: str) -> None:
        """Note the id of what was made anew of the old container, or of its spare."""
        self.kept, self._is_anew = cid, True

    @property
    def as_it_was(self) -> str:
        """The clause that says of the old container that it is as it was."""
        if self._is_anew:
            return f"it is {'as it was' if self._marker.wanted == 's' else 'running'}"
        return f"the old container is {'' if self._marker.wanted == 's' else 'running '}as it was"

    async def astray(self) -> str:
        """What of the old container is not as it was; empty where all is."""
        ids = (self._old["Id"], self.kept) if self.removes_itself else (self.kept,)
        return await astray(self._engine, self._old, ids, self._marker)

    async def has_lost_old(self) -> bool:
        """Whether somebody removed the old container, so that its successor alone is left."""
        if not self.new or await steps.read(self._engine, self.kept) is not None:
            return False
        # The spare of a container that removes itself is gone, too, once it has served to make that anew.
        now = await steps.read(self._engine, self.name) if self._marker.removes_itself else None
        return now is None or now["Id"] == self.new

    def ails(self, now: Json) -> str:
        """What is wrong with a successor whose old container is gone; empty where it works."""
        if wanted_state(now) != self._marker.wanted:
            return f"it is {Container(now).status}"
        return ""

    def demands(self, _: Mapping[str, str] | None) -> Demand:
        """What the successor must prove, by the settings that the update began with."""
        return self._settings.demand

    async def drop(self) -> None:
        """Remove the successor and the spare; the old container is not touched."""
        for made in {self.kept, self.new} - {self._old["Id"], ""}:
            await steps.drop(self._engine, made)

    async def yield_to(self, wanted: Wanted) -> None:
        """Put the old container in the place of a successor that somebody stopped or paused, and leave it so.

        The temporary names tell of it, as of every way back, so that recovery does not start it either.
        """
        marker = evolve(self._retired(), wanted=wanted)
        await roll_back(self._engine, Finish(self.kept, self.new, marker))

    async def stopped(self) -> None:
        """Wait for the end of a stop whose answer was lost.

        The engine goes on with it (20.10 to 28.5), and a start in the middle of it does nothing.
        """
        if self._is_stopping:
            with contextlib.suppress(NotFound):
                await self._ask_to_stop()
            self._is_stopping = False

    async def seen(self) -> tuple[str, str]:
        """What runs now, the old container or its successor; and the command that brings the old one back."""
        try:
            old = await self._engine.container(self.kept)
            new = await steps.read(self._engine, self.new) if self.new else None
        except EngineError:
            return "what runs now cannot be told, for the engine does not say", ""
        return seen(old, new), way_back(old, new, self._marker)

    async def _create(self, successors: dict[str, str]) -> None:
        try:
            draft = await self._draft(successors)
            new = await successor.create(self._engine, str(self._marker), draft)
        except NotFound:
            await self.still_as_read()
            raise
        self.new, self._made = new["Id"], draft
        self._known[self.new] = new["HostConfig"]
        self.image, self.assumed, self.doubts = draft.image, draft.payload.assumed, draft.doubts
        self._limits[Action.PROVE] = self._settings.demand.limit(new)
        successors |= {self._old["Id"]: self.new, self.name: self.new}

    async def _create_spare(self) -> None:
        self.kept = await spare.create(self._engine, self._old, str(self._retired()))

    async def _go(self) -> None:
        await steps.note_going(self._engine, self.kept, self.new, self._marker)

    async def _stop(self) -> None:
        if self._marker.removes_itself:
            await steps.depart(self._engine, self._old, self._settings.stop_timeout)
            return
        self._is_stopping = self._is_touched = True
        try:
            await self._ask_to_stop()
        except NoAnswer as error:
            self._is_stopping = error.was_asked
            raise
        except EngineUnavailable:
            # The connection may have led through this very container; a second stop waits for the first.
            await self._ask_to_stop()
        except EngineError:
            self._is_stopping = False  # it is not asked for again; if it goes on, the engine's events tell
            raise
        self._is_stopping = False

    async def _ask_to_stop(self) -> None:
        await self._engine.stop(self._old, self._settings.stop_timeout)

    async def still_as_read(self) -> None:
        """See that nobody has changed the old container, before anything is done with it; Moved, if so."""
        await still_as_read(self._engine, self._old)

    async def _hold(self) -> None:
        await steps.hold_restart_policy(self._engine, self._old["Id"], self._marker)

    async def _set_aside(self) -> None:
        """Rename the old container; it must not run before that, nor after it."""
        await still_idle(self._engine, self._old)
        self._is_touched = True
        await steps.set_aside(self._engine, self._old["Id"], self.new, self._marker)
        await still_idle(self._engine, self._old)

    async def _take_name(self) -> None:
        await steps.take_name(self._engine, self.new, self._marker)

    async def _start(self) -> None:
        if self._marker.removes_itself:
            await start(self._engine, self.new, await mask_of(self._engine, self.new))
            return
        await still_idle(self._engine, self._old)
        await start(self._engine, self.new)

    async def _prove(self) -> None:
        baseline = await steps.measured(self._engine, self._old, "" if self.removes_itself else self.kept)
        self.warning = await steps.proved(
            self._engine, self.new, self._settings.demand, self._marker, baseline
        )

    async def _pre_hook(self) -> None:
        assert self._settings.pre_hook  # noqa: S101 - it is no step without
        await ask(self._engine, self._old, self._settings.pre_hook, is_along=bool(self.relation))

    async def _post_hook(self) -> None:
        told = await steps.hooked(self._engine, self.new, self._settings.demand.hook, self._marker)
        self.doubts = (*self.doubts, *filter(None, [told]))

    async def _pause(self) -> None:
        await steps.pause(self._engine, self.new, self._marker)

    async def confirm(self) -> None:
        """See once more that the successor has the name and is in the wanted state."""
        await confirm(self._engine, self.new, self._marker)

    async def _remove(self) -> None:
        if self._marker.wanted == "s":
            await still_idle(self._engine, self._old)
        await steps.commit(self._engine, self.new, self.kept, self._marker, self._known)

    def _retired(self) -> Marker:
        return self._marker.of_old(self.new)

"""What an update will do, decided before anything is done: `str(plan)` is what `--dry-run` shows.

The dependents of the container are replaced with it, in one transaction: all successors are created before
anything is stopped, no dependent outlives its provider, and the old container itself is removed first, when
all successors have proved themselves: until then all can go back, from then on none needs to.

Pure: no I/O. `executor` carries a plan out and decides nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum

from attrs import field

from watcher.check.judgement import Assessment
from watcher.config.hooks import Hook
from watcher.config.settings import Policy
from watcher.container.readiness import Demand
from watcher.dependencies.namespaces import Dependent
from watcher.model.json_object import Json
from watcher.model.names import Marker
from watcher.model.values import frozen
from watcher.update.marking import marker_of

Deed = tuple[str, "Action"]


class Action(Enum):
    """One step; the value is what is shown of it."""

    PULL = "pull its tag"
    CREATE = "create its successor"
    SPARE = "create a spare of it"
    PRE_HOOK = "run its pre-update hook"
    GO = "note that it is about to stop"
    STOP = "stop it"
    HOLD = "hold its restart policy"
    SET_ASIDE = "rename it aside"
    TAKE_NAME = "give the successor its name"
    START = "start the successor"
    PROVE = "prove the successor"
    POST_HOOK = "run its post-update hook"
    PAUSE = "pause the successor"
    RESTART = "restart it"
    REMOVE = "remove the old container"
    REMOVE_SPARE = "remove the spare"


_CAUSES = {
    Action.PULL: "the registry has another image for it",
    Action.CREATE: "what cannot be created must fail while the old one serves",
    Action.SPARE: "it removes itself when it stops, and there must be something to go back to",
    Action.GO: "from here on the way back is the spare",
    Action.STOP: "two of them must not run at once",
    Action.HOLD: "the engine would start a container of the policy `always` at its own restart",
    Action.SET_ASIDE: "it stays whole until its successor has proved itself",
    Action.TAKE_NAME: "names are fixed in logs and DNS when a container starts",
    Action.START: "it is to be in the state that the old one was in",
    Action.PROVE: "a container that starts is not yet one that works",
    Action.PAUSE: "it is to be in the state that the old one was in",
    Action.REMOVE: "nothing needs it any more; its volumes stay",
    Action.REMOVE_SPARE: "nothing needs it any more; its volumes stay",
}
_STOPPED_FIRST = "it must not outlive what it holds on to"
_REMOVED_FIRST = "all have proved themselves, and none needs it any more; its volumes stay"

_DEFAULTS = Policy()
_CREATION = (Action.PULL, Action.CREATE, Action.SPARE)
_ASKING = (Action.PRE_HOOK,)
_STOP = (Action.GO, Action.STOP, Action.HOLD)
_START = (Action.SET_ASIDE, Action.TAKE_NAME, Action.START)
_PROOF = (Action.PROVE, Action.POST_HOOK, Action.PAUSE)
_REMOVAL = (Action.REMOVE, Action.REMOVE_SPARE)


@frozen
class Settings:
    """What may be chosen of one update.

    Attributes:
        demand: What the successor must prove.
        stop_timeout: Seconds that the old container gets to stop; None is its own time.
        pre_hook: What is run in the old container before it stops.
    """

    demand: Demand = field(factory=Demand)
    stop_timeout: int | None = None
    pre_hook: Hook | None = None

    @property
    def hook_limits(self) -> dict[Action, float | None]:
        """Seconds after which each hook is over."""
        hooks = {Action.PRE_HOOK: self.pre_hook, Action.POST_HOOK: self.demand.hook}
        return {action: hook.timeout for action, hook in hooks.items() if hook}


@frozen
class AffectedContainer:
    """A container that is replaced because it holds on to the one that is updated.

    Attributes:
        dependent: The container, and what ties it to its providers.
        update: The container's own update, where that is taken along; None where it keeps its image.
        policy: The container's settings.
    """

    dependent: Dependent
    update: Assessment | None = None
    policy: Policy = field(factory=Policy)

    def __str__(self) -> str:
        return f"{self.dependent} ({self.update.verdict.reason if self.update else 'same image'})"


@frozen
class Restart:
    """A container that is restarted once another is replaced; `cause` is where that is said."""

    name: str
    cause: str


@frozen
class PlannedReplacement:
    """What is to be done to replace one container; `steps.Replacement` does it.

    Attributes:
        name: The container's name.
        marker: The successor's temporary name.
        actions: The container's own steps, in order.
        relation: What the container holds on to, as a clause; empty where it is the one that is updated.
    """

    name: str
    marker: Marker
    actions: tuple[Action, ...]
    relation: str = ""


@frozen
class Step:
    """One thing to do.

    Attributes:
        name: The container that it is done with.
        action: What is done.
        cause: Why.
    """

    name: str
    action: Action
    cause: str


@frozen
class Plan:
    """The steps of an update, in order.

    Attributes:
        name: The name of the container that is updated.
        change: What moves, as the verdict says it.
        parts: The replacements of this container and of its dependents, providers first.
        steps: What is done.
        notes: A line for each other container that the update affects.
    """

    name: str
    change: str
    parts: tuple[PlannedReplacement, ...]
    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        rows = [f"  {n}. {self._deed(step)}: {step.cause}" for n, step in enumerate(self.steps, 1)]
        return "\n".join([f"{self.name}: {self.change}", *(f"  {note}" for note in self.notes), *rows])

    @property
    def record(self) -> Json:
        """The steps and the notes for programs."""
        steps = [
            {"container": step.name, "step": step.action.name.lower(), "why": step.cause}
            for step in self.steps
        ]
        return {"plan": steps, "notes": [*self.notes]}

    @property
    def short(self) -> list[str]:
        """The notes and the steps for a log; of causes only those of restarts, as the others never differ."""
        causes = {step: f": {step.cause}" for step in self.steps if step.action is Action.RESTART}
        return [*self.notes, *(f"{self._deed(step)}{causes.get(step, '')}" for step in self.steps)]

    def _deed(self, step: Step) -> str:
        is_alone = {step.name for step in self.steps} == {self.name}
        return f"{'' if is_alone else f'{step.name}: '}{step.action.value}"


def plan(  # noqa: PLR0913 - one value per thing that must have been found out; all but two are keywords
    container: Json,
    change: str,
    policy: Policy = _DEFAULTS,
    *,
    affected: Sequence[AffectedContainer] = (),
    restarts: Sequence[Restart] = (),
    left_alone: Sequence[str] = (),
    pull: bool = False,
) -> Plan:
    """Plan the update of an inspected container.

    Args:
        container: As inspected.
        change: What moves, as the verdict says it.
        policy: Its settings.
        affected: The dependents that are replaced with it, providers first.
        restarts: The containers that ask to be restarted once it is replaced.
        left_alone: A line for each container that is lost by this, and not ours to replace.
        pull: Its image has yet to be fetched.
    """
    first = _part(container, policy, pull=pull)
    rest = [_part(each.dependent.container, each.policy, relation=str(each.dependent)) for each in affected]
    policies = [(first.name, policy), *((each.dependent.name, each.policy) for each in affected)]
    causes = _causes(first.name, affected) | dict(_of_hooks(policies))
    causes |= {(each.name, Action.RESTART): each.cause for each in restarts}
    deeds = (
        *_before(first, rest),
        *_after([first, *rest], affected),
        *((each.name, Action.RESTART) for each in restarts),
        *_of([first, *rest], _REMOVAL),
    )
    steps = [Step(name, action, causes.get((name, action)) or _CAUSES[action]) for name, action in deeds]
    notes = [*(f"with it: {each}" for each in affected), *(f"left alone: {line}" for line in left_alone)]
    return Plan(first.name, change, (first, *rest), tuple(steps), tuple(notes))


def _before(first: PlannedReplacement, rest: list[PlannedReplacement]) -> list[Deed]:
    """The steps while the old containers have their names."""
    going = [*reversed(rest), first]
    return [*_of([first, *rest], _CREATION), *_of(going, _ASKING), *_of(going, _STOP)]


def _after(parts: list[PlannedReplacement], affected: Sequence[AffectedContainer]) -> Iterator[Deed]:
    """The steps that start and prove the successors: providers first, then their dependents, by levels."""
    depths = {parts[0].name: 0}
    for each in affected:
        above = [depths.get(tie.provider, 0) for tie in each.dependent.ties]
        depths[each.dependent.name] = 1 + max(above, default=0)
    for depth in sorted(set(depths.values())):
        level = [part for part in parts if depths[part.name] == depth]
        yield from _of(level, _START)
        yield from _of(level, _PROOF)


def _of(parts: Iterable[PlannedReplacement], actions: tuple[Action, ...]) -> list[Deed]:
    return [(part.name, action) for part in parts for action in actions if action in part.actions]


def _causes(first: str, affected: Sequence[AffectedContainer]) -> dict[Deed, str]:
    """The causes that differ from the usual ones where several containers are replaced."""
    special = {(first, Action.REMOVE): _REMOVED_FIRST} if affected else {}
    for each in affected:
        providers = " and ".join(dict.fromkeys(tie.provider for tie in each.dependent.ties))
        special[each.dependent.name, Action.CREATE] = f"it holds on to the id of {providers}"
        special[each.dependent.name, Action.STOP] = _STOPPED_FIRST
    return special


def _of_hooks(policies: Iterable[tuple[str, Policy]]) -> Iterator[tuple[Deed, str]]:
    """The causes of the hooks' steps, which name the program that is run."""
    for name, policy in policies:
        if hook := policy.pre_hook:
            yield (name, Action.PRE_HOOK), f"{hook} has the last word"
        if hook := policy.post_hook:
            fate = "is only told" if hook.is_optional else "is a failed proof"
            yield (name, Action.POST_HOOK), f"what {hook} ends with, if it is not 0, {fate}"


def _part(container: Json, policy: Policy, *, relation: str = "", pull: bool = False) -> PlannedReplacement:
    marker = marker_of(container)
    runs, removes_itself = marker.wanted != "s", marker.removes_itself
    optional = {
        Action.PULL: pull,
        Action.SPARE: removes_itself,
        Action.GO: removes_itself,
        Action.PRE_HOOK: runs and policy.pre_hook is not None,
        Action.POST_HOOK: runs and policy.post_hook is not None,
        Action.STOP: runs,
        Action.HOLD: marker.always,
        Action.SET_ASIDE: not removes_itself,
        Action.START: runs,
        Action.PROVE: runs,
        Action.PAUSE: marker.wanted == "p",
        Action.RESTART: False,
        Action.REMOVE: not removes_itself,
        Action.REMOVE_SPARE: removes_itself,
    }
    actions = tuple(action for action in Action if optional.get(action, True))
    return PlannedReplacement(marker.name, marker, actions, relation)

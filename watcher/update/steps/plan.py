"""What an update will do, as data: `str(plan)` is what `--dry-run` shows. Pure: no I/O.

`planning` makes a plan before anything is done; `executor` carries it out, step by step, and goes back where
one fails.
"""

from enum import Enum

from attrs import field

from watcher.check.judgement import Assessment
from watcher.config.hooks import Hook
from watcher.config.policy import Policy
from watcher.container.readiness import Demand
from watcher.dependencies.namespaces import Dependent
from watcher.model.json_object import Json
from watcher.model.names import Marker
from watcher.model.values import frozen


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
    """A container that is replaced because it holds on to the container that is updated.

    Attributes:
        dependent: The container, and what ties it to its providers.
        update: The container's own update, where it is taken along; None where the container keeps its image.
        policy: The container's settings.
    """

    dependent: Dependent
    update: Assessment | None = None
    policy: Policy = field(factory=Policy)

    def __str__(self) -> str:
        return f"{self.dependent} ({self.update.verdict.reason if self.update else 'same image'})"


@frozen
class Restart:
    """A container that is restarted once another is replaced; `cause` tells why."""

    name: str
    cause: str


@frozen
class PlannedReplacement:
    """What is to be done to replace one container; `steps.Replacement` does it.

    Attributes:
        name: The container's name.
        marker: The successor's temporary name.
        actions: The container's own steps, in order.
        relation: What the container holds on to, as a clause; empty for the container that is updated.
    """

    name: str
    marker: Marker
    actions: tuple[Action, ...]
    relation: str = ""


@frozen
class Step:
    """One action of an update on one container.

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

"""The stages of an update: timed, and told as each begins and ends. No I/O."""

import contextlib
import time
from collections.abc import Callable, Iterator

from watcher.model.errors import EngineError
from watcher.model.events import Event
from watcher.model.update_events import StageBegan, StageEnded
from watcher.update.steps.plan import Action

_DOING = {
    Action.CREATE: "creating its successor",
    Action.SPARE: "creating a spare of it",
    Action.PRE_HOOK: "running its pre-update hook",
    Action.GO: "about to stop",
    Action.STOP: "stopping",
    Action.HOLD: "holding its restart policy",
    Action.SET_ASIDE: "setting it aside",
    Action.TAKE_NAME: "naming its successor",
    Action.START: "starting",
    Action.PROVE: "proving",
    Action.POST_HOOK: "running its post-update hook",
    Action.PAUSE: "pausing",
    Action.RESTART: "restarting",
    Action.REMOVE: "removing the old one",
    Action.REMOVE_SPARE: "removing the spare",
}
_STOP = Action.STOP.name.lower()
BACK = "back"
SETTLE = "settle"
GATE = "gate"
_OTHERS = {BACK: "going back", SETTLE: "settling an update that was left open", GATE: "asking its gate"}
WORDS = frozenset({*_DOING.values(), *_OTHERS.values()})

Publish = Callable[[Event], None]


def stage_of_step(update: str, name: str, action: Action, limit: float | None = None) -> StageBegan:
    """The stage that a step is.

    Args:
        update: The name of the container that is updated.
        name: The name of the container that the step is done with.
        action: The action of the step.
        limit: Seconds after which the step is over at the latest; None where nobody can say.
    """
    return StageBegan(update, name, action.name.lower(), _DOING[action], limit)


def stage_called(name: str, stage: str) -> StageBegan:
    """A stage that is no step of a plan: `BACK` or `SETTLE`."""
    return StageBegan(name, name, stage, _OTHERS[stage])


def gate_stage(name: str, limit: float) -> StageBegan:
    """The stage before an update in which its gate is asked, which has so many seconds."""
    return StageBegan(name, name, GATE, _OTHERS[GATE], limit)


class Stages:
    """The stages of one update.

    Args:
        publish: Told each stage as it begins, and as it ends.

    Attributes:
        took: Seconds that each stage took that came to its end, by its name; those of further containers
            with theirs.
        failed: Seconds that the stage took that failed, by its name.
    """

    def __init__(self, publish: Publish) -> None:
        self.took: dict[str, float] = {}
        self.failed: dict[str, float] = {}
        self._publish = publish
        self._down_since: float | None = None
        self._down_s: float | None = None

    @contextlib.contextmanager
    def under_way(self, stage: StageBegan) -> Iterator[None]:
        """Tell and time a stage; a stage that is left by an exception has failed."""
        began, done, is_refused = time.monotonic(), False, False
        self._publish(stage)
        try:
            yield
            done = True
        except EngineError as error:
            is_refused = error.status > 0 or not error.was_asked
            raise
        finally:
            took = time.monotonic() - began
            times = self.took if done else self.failed
            times[_name(stage)] = took
            if stage.stage == _STOP and not is_refused:
                self._down()
            self._publish(StageEnded(stage.update, stage.container, stage.stage, took, done))

    def _down(self) -> None:
        """Note that a container has stopped; until the end of its stop it served."""
        if self._down_since is None:
            self._down_since = time.monotonic()

    def up(self) -> None:
        """Note that all containers are started again, or left as they are."""
        if self._down_since is not None:
            self._down_s = time.monotonic() - self._down_since

    @property
    def down_s(self) -> float | None:
        """Seconds from the end of the first stop to the last start; None where nothing was stopped."""
        return self._down_s


def _name(stage: StageBegan) -> str:
    return stage.stage if stage.container == stage.update else f"{stage.container}.{stage.stage}"

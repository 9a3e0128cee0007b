"""What an update does now, for those who wait for it. Pure: no I/O."""

from collections.abc import Callable

from attrs import frozen

from watcher.update.plan import Action

_DOING = {
    Action.CREATE: "creating its successor",
    Action.SPARE: "creating a spare of it",
    Action.GO: "about to stop",
    Action.STOP: "stopping",
    Action.HOLD: "holding its restart policy",
    Action.SET_ASIDE: "setting it aside",
    Action.TAKE_NAME: "naming its successor",
    Action.START: "starting",
    Action.PROVE: "proving",
    Action.PAUSE: "pausing",
    Action.RESTART: "restarting",
    Action.REMOVE: "removing the old one",
    Action.REMOVE_SPARE: "removing the spare",
}
WORDS = frozenset(_DOING.values())
GOING_BACK = "going back"
SETTLING = "settling an update that was left open"


@frozen
class Stage:
    """What is done with a container now.

    Attributes:
        name: The container's.
        doing: What, as a participle.
        limit: Seconds after which that is over; None where nobody can say.
    """

    name: str
    doing: str
    limit: float | None = None

    def after(self, seconds: float) -> str:
        """The same for people, so many seconds after it began: `web: proving, 7 of 10 s`."""
        if self.limit is None:
            return f"{self.name}: {self.doing}, {seconds:.0f} s"
        return f"{self.name}: {self.doing}, {min(seconds, self.limit):.0f} of {self.limit:.0f} s"


# Told None where nothing is done any more that it would be told of.
Tell = Callable[[Stage | None], None]


def stage_of(name: str, action: Action, limit: float | None = None) -> Stage:
    """The stage that a step of a plan is."""
    return Stage(name, _DOING[action], limit)

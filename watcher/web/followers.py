"""What the listener needs of who follows the engines; `daemon` has it, and neither imports the other."""

from typing import Protocol

from watcher.host.context import Context
from watcher.model.reference import Choose
from watcher.swarm.reading import Reader
from watcher.update.sequencer import Turns


class FollowedServices(Protocol):
    """The Swarm services of an engine that is followed."""

    @property
    def reader(self) -> Reader:
        """Reads them, and keeps what it was told of their tags."""


class Follower(Protocol):
    """Who follows one engine.

    Attributes:
        context: The engine.
        turns: Who waits for whom, of what is updated there.
    """

    context: Context
    turns: Turns

    @property
    def services(self) -> FollowedServices:
        """The services, of a Swarm's manager."""


class Followers(Protocol):
    """Who follows all engines."""

    @property
    def next_pull(self) -> float:
        """When all tags are asked for next, in seconds since the epoch; 0 is not known."""

    def daemon(self, engine: str) -> Follower:
        """Who follows an engine, by its name."""

    def pushed(self, choose: Choose) -> list[str]:
        """Ask for the followed tags that were pushed, as a webhook tells; what people call them."""

    def look_at_everything(self) -> None:
        """Pull and look now on all engines, whatever waits for its next try."""

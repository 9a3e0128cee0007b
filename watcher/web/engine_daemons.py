"""What the listener needs of the engines' daemons; `daemon` has them, and neither imports the other."""

from typing import Protocol

from watcher.host.context import Context
from watcher.model.reference import Choose
from watcher.swarm.reading import Reader
from watcher.update.sequencer import Turns


class EngineServices(Protocol):
    """The Swarm services of an engine that has a daemon."""

    @property
    def reader(self) -> Reader:
        """Reads them, and keeps what it was told of their tags."""


class EngineDaemon(Protocol):
    """The daemon of one engine.

    Attributes:
        context: The engine.
        turns: Which container waits for which, of those that are updated there.
    """

    context: Context
    turns: Turns

    @property
    def services(self) -> EngineServices:
        """The services, of a Swarm's manager."""


class EngineDaemons(Protocol):
    """The daemons of all engines."""

    @property
    def next_pull(self) -> float:
        """When all tags are asked for next, in seconds since the epoch; 0 is not known."""

    def daemon(self, engine: str) -> EngineDaemon:
        """The daemon of an engine, by the engine's name."""

    def pushed(self, choose: Choose) -> list[str]:
        """Ask for the followed tags that were pushed, as a webhook tells; what people call them."""

    def look_at_everything(self) -> None:
        """Pull and look now on all engines, whatever waits for its next try."""

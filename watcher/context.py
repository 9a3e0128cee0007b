"""What every command works with."""

from collections.abc import Awaitable, Callable

from attrs import field, frozen

from watcher.downtime import Downtimes
from watcher.engine import Engine
from watcher.errors import EngineUnavailable
from watcher.holds import Holds
from watcher.memory import Memory
from watcher.notes import Notes
from watcher.registries import Registries
from watcher.self_id import OwnContainer
from watcher.settings import Policy

# Tells whether the engine is gone, after a request of it failed so, and says that.
IsGone = Callable[[EngineUnavailable], Awaitable[bool]]


@frozen
class Context:
    """One engine, what is remembered of it, and what was chosen.

    Attributes:
        engine: Open.
        registries: Where images come from.
        memory: The state folder.
        defaults: The settings of containers whose labels do not say otherwise.
        notes: What is noted of open updates.
        own: The container that this program runs in.
        holds: What was learnt of who holds on to whom.
        downtimes: Who is down just now.
    """

    engine: Engine
    registries: Registries
    memory: Memory
    defaults: Policy
    notes: Notes
    own: OwnContainer = field(factory=OwnContainer)
    holds: Holds = field(factory=Holds)
    downtimes: Downtimes = field(factory=Downtimes)

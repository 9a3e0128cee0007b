"""What every command works with."""

from attrs import frozen

from watcher.engine import Engine
from watcher.memory import Memory
from watcher.settings import Policy


@frozen
class Context:
    """One engine, what is remembered of it, and what was chosen.

    Attributes:
        engine: Open.
        memory: The state folder.
        defaults: The settings of containers whose labels do not say otherwise.
    """

    engine: Engine
    memory: Memory
    defaults: Policy

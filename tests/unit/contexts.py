"""A context of an engine that nobody asks for anything."""

from pathlib import Path
from typing import Any

from watcher.config.policy import Policy
from watcher.engine.client import Engine
from watcher.engine.endpoint import find
from watcher.host.context import Context
from watcher.host.publisher import Publisher
from watcher.store.state import Memory


def idle_context(defaults: Policy | None = None, **chosen: Any) -> Context:
    """Make one with these defaults of containers' settings; `chosen` are further attributes."""
    engine, events = Engine(find()), Publisher()
    opens = (lambda: None, lambda: None, lambda: events)
    known = (engine, Memory(Path("/nowhere"), engine.identity), defaults or Policy(), *opens)
    return Context(*known, **chosen)  # type: ignore[arg-type]

"""How long a container has to stop. Pure: no I/O."""

from watcher.model.json_object import Json

_ENGINES_OWN = 10  # seconds, on Linux (20.10 to 28.5)


def stop_seconds(container: Json, seconds: int | None = None) -> float | None:
    """How long an inspected container has to stop, arguments as in `Engine.stop`; None is for ever."""
    own = container["Config"].get("StopTimeout")
    longest = seconds if seconds is not None else own if own is not None else _ENGINES_OWN
    return None if longest < 0 else float(longest)

"""How long a container has to stop by its own label, whatever it is stopped for. Pure: no I/O."""

import math
from collections.abc import Mapping

from watcher.config.grammar import duration
from watcher.config.setting import label

STOP_TIMEOUT = label("stop_timeout")


def labelled(labels: Mapping[str, str]) -> int | None:
    """The seconds that a container's label gives it to stop; None where none can be read.

    A label that cannot be read starts no update (`Policy.with_labels`); but a stop that undoes an update
    cannot be refused any more.
    """
    try:
        return whole(duration(labels.get(STOP_TIMEOUT, "").strip()))
    except ValueError:
        return None


def whole(seconds: float) -> int:
    """Seconds as the engine counts a stop's time, in whole ones; a part of one is rounded up."""
    return math.ceil(seconds)

"""How a helper's attempt ended, as a line of its log that the updater reads. Pure: no I/O."""

import json

from attrs import asdict

from watcher.model.update_events import Attempt, ImageVersion

_KEY = "attempt"
_LISTS = ("along", "containers", "output")


def written(attempt: Attempt) -> str:
    """The line of an attempt."""
    return json.dumps({_KEY: asdict(attempt)})


def last_written(log: str) -> Attempt | None:
    """The last attempt that a log tells of; None where it tells of none that can be read."""
    return next(filter(None, map(_read, reversed(log.splitlines()))), None)


def _read(line: str) -> Attempt | None:
    try:
        said = json.loads(line)[_KEY]
        images = {side: ImageVersion(**said[side]) for side in ("old", "new")}
        return Attempt(**(said | images | {key: tuple(said[key]) for key in _LISTS}))
    except (ValueError, LookupError, TypeError, RecursionError):
        return None

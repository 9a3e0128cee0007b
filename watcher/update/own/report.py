"""What a helper tells its updater, as lines of its log: that it has begun, how it ended, what is to blame.

Pure: no I/O.
"""

import json

from attrs import asdict

from watcher.model.update_events import Attempt, ImageVersion

_KEY = "attempt"
_BEGUN = "the helper has begun"
_BLAMED = "the image is to blame"
_LISTS = ("along", "containers", "output")


def begun() -> str:
    """The line by which a helper tells that it has what it needs, and begins."""
    return _BEGUN


def has_begun(log: str) -> bool:
    """Whether the log has the line of a helper that has begun."""
    return _BEGUN in log.splitlines()


def blamed() -> str:
    """The line by which a helper tells that the image is to blame, which it remembers as failed."""
    return _BLAMED


def is_blamed(log: str) -> bool:
    """Whether the log has the line of a helper that blames the image."""
    return _BLAMED in log.splitlines()


def written(attempt: Attempt) -> str:
    """The line by which a helper tells of an attempt."""
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

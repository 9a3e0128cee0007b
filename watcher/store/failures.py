"""What is remembered of images and tags, and how it is read from a record that anybody may have written."""

from collections.abc import Mapping

from attrs import asdict

from watcher.model.json_object import Json
from watcher.model.values import frozen
from watcher.store.records import is_moment


@frozen
class Failure:
    """An image whose container did not start or did not prove itself.

    Attributes:
        image: The image's id.
        reason: One line.
        when: ISO 8601, in UTC.
    """

    image: str
    reason: str
    when: str


@frozen
class Seen:
    """What a tag means, as far as we have seen.

    Attributes:
        identities: Digests and ids that all are the one image.
        since: Seconds since the epoch by our own clock: since when the tag has meant it.
        local: The id of the image that the tag meant in the engine then; empty where none.
    """

    identities: tuple[str, ...]
    since: float
    local: str = ""


@frozen
class LastQuestion:
    """How the daemon's last question about a tag ended.

    Attributes:
        when: Seconds since the epoch: when it was asked.
        since: Since when questions have ended so.
        why: What went wrong, as one line; empty where the registry answered.
        local: The id of the image that the tag meant in the engine then; empty where none.
    """

    when: float
    since: float
    why: str
    local: str


@frozen
class Injected:
    """The files that were in a container before its process ran, as the daemon saw them.

    Attributes:
        started: `State.StartedAt` of the container when it was looked at.
        files: When each was written (RFC 3339), by its path.
    """

    started: str
    files: Mapping[str, str]


def failure_of(found: Json | None) -> Failure | None:
    """A failure, as its record says; None where that cannot be read."""
    try:
        failure = Failure(**found) if found else None
    except TypeError:
        return None
    return failure if failure and all(isinstance(text, str) for text in asdict(failure).values()) else None


def seen_of(found: Json | None) -> Seen | None:
    """What a tag was seen to mean, likewise."""
    said = found or {}
    try:
        identities, since, local = said["identities"], float(said["since"]), str(said["local"])
    except (LookupError, TypeError, ValueError, OverflowError):
        return None
    is_whole = identities and isinstance(identities, list | tuple) and is_moment(since)
    return Seen(tuple(map(str, identities)), since, local) if is_whole else None


def asked_of(found: Json | None) -> LastQuestion | None:
    """How a question ended, likewise."""
    said = found or {}
    try:
        times = float(said["when"]), float(said["since"])
        asked = LastQuestion(*times, str(said["why"]), str(said["local"]))
    except (LookupError, TypeError, ValueError, OverflowError):
        return None
    return asked if all(map(is_moment, times)) else None


def injected_of(found: Json | None) -> Injected | None:
    """What was put into a container, likewise."""
    said = found or {}
    started, files = said.get("started"), said.get("files")
    if not isinstance(started, str) or not isinstance(files, dict):
        return None
    is_text = all(isinstance(text, str) for text in files.values())
    return Injected(started, files) if is_text else None

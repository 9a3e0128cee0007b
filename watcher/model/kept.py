"""Earlier images of a container, and the local tag of ours that keeps them from `docker image prune`.

Pure: no I/O.
"""

from collections.abc import Sequence

from watcher.model.names import short
from watcher.model.reference import is_image_id
from watcher.model.values import frozen

REPOSITORY = "ctr-updater/kept"
_SHOWN_BY_ENGINE = f"{REPOSITORY}:"
_IN_FULL = f"docker.io/{REPOSITORY}:"


@frozen
class Kept:
    """An image that a container ran before its present one.

    Attributes:
        image: The image's id.
        since: Seconds since the epoch: when the container left it.
        version: Its version, as it says itself; empty where it does not.
        origin: A reference by digest that it can be pulled by; empty where none is known.
        is_tagged: Whether the image bears our tag; an image that bears it no more is only known to have been.
    """

    image: str
    since: float
    version: str = ""
    origin: str = ""
    is_tagged: bool = False


def kept_tag(image_id: str) -> str:
    """The tag that keeps an image."""
    return f"{REPOSITORY}:{short(image_id)}"


def is_kept_tag(reference: str) -> bool:
    """Whether a reference is a tag of ours, which no container follows and no registry has."""
    return reference.startswith((_SHOWN_BY_ENGINE, _IN_FULL))


def is_pinned(reference: str, image: str) -> bool:
    """Whether a container's reference follows no tag: a digest, an id, or a tag that is ours.

    Args:
        reference: As it was typed (`Config.Image`).
        image: The id of the image that the container runs.
    """
    return "@" in reference or is_kept_tag(reference) or is_image_id(reference, image)


def still_kept(images: Sequence[Kept], number: int, seconds: float, now: float) -> tuple[Kept, ...]:
    """Those of a container's earlier images that are to be kept.

    Args:
        images: All that are known, the last one first.
        number: How many are kept.
        seconds: For how long after the container left them.
        now: Seconds since the epoch.
    """
    return tuple(each for each in images[:number] if now < each.since + seconds)

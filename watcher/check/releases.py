"""What an update of a container brings: the versions of both images, and where people read what is new.

Pure: no I/O.
"""

from typing import Any

from watcher.check.judgement import Assessment
from watcher.model.release import Release, Releases, link, release_of

Json = dict[str, Any]


def releases_of(found: Assessment, own_address: str = "") -> Releases:
    """What is known of both images of a container that was judged; there is a link only to what is new.

    Args:
        found: The judgement; of an image that is still in its registry nothing is known.
        own_address: The user's own address for release notes, or empty.
    """
    running = _said(found, found.verdict.running)
    target = _said(found, found.verdict.target)
    is_new = found.verdict.target not in ("", found.verdict.running)
    return Releases(running, target, link(running, target, own_address) if is_new else "")


def _said(found: Assessment, image_id: str) -> Release:
    known = (image for image in (found.running, found.image) if image and image["Id"] == image_id)
    return release_of(next(known, None))

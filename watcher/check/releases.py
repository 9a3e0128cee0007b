"""What an update of a container brings: the versions of both images, and where people read what is new.

Pure: no I/O.
"""

from collections.abc import Mapping

from watcher.check.judgement import Assessment
from watcher.model.inspection import Container
from watcher.model.json_object import Json
from watcher.model.labels import RELEASE_URL
from watcher.model.release import Release, Releases, link, release_of, template


def releases_of(found: Assessment) -> Releases:
    """What is known of both images of a container that was judged; there is a link only to what is new.

    Of an image that is still in its registry nothing is known.
    """
    running = _said(found, found.verdict.running)
    target = _said(found, found.verdict.target)
    is_new = found.verdict.target not in ("", found.verdict.running)
    return Releases(running, target, link(running, target, own_address(found.container)) if is_new else "")


def own_address(container: Json) -> str:
    """The user's own address for release notes; empty where there is none, or none that can be read."""
    return labelled_address(Container(container).labels)


def labelled_address(labels: Mapping[str, str]) -> str:
    """The user's own address for release notes, in these labels; empty where there is none."""
    text = labels.get(RELEASE_URL, "").strip()
    try:
        return template(text)
    except ValueError:
        return ""


def _said(found: Assessment, image_id: str) -> Release:
    known = (image for image in (found.running, found.image) if image and image["Id"] == image_id)
    return release_of(next(known, None))

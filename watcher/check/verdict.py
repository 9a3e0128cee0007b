"""Whether a container runs the image that its own reference means now.

Identity alone decides, never a date: the id of the container's image against the id that the reference
it was created with has in the local cache. Pure: no I/O.
"""

from enum import StrEnum
from typing import Any

from attrs import evolve

from watcher.model.errors import Trouble
from watcher.model.inspection import platform_manifests, reference_of
from watcher.model.json_object import Json
from watcher.model.kept import is_pinned
from watcher.model.names import short
from watcher.model.reference import HUB, ImageRef, is_hexadecimal, names, readable
from watcher.model.release import release_of
from watcher.model.values import frozen

_ID_DIGITS = 64


class Status(StrEnum):
    """The closed vocabulary of answers."""

    CURRENT = "current"
    OUTDATED = "outdated"
    HELD = "held"
    UNKNOWN = "unknown"


@frozen
class Verdict:
    """The answer for one container.

    Attributes:
        status: What it is.
        reason: Why, as a clause of one line.
        running: The id of the image that the container runs.
        target: The id of the image that it should run; empty where there is none to be known.
        until: Seconds since the epoch when what holds it is over; 0 where no clock ends it.
        digest: The digest of the image that it should run, where its registry named it and it is not here.
        by_person: Whether a person holds it.
        unheld: What `reason` was before something held it; empty where nothing does.
    """

    status: Status
    reason: str
    running: str
    target: str = ""
    until: float = 0.0
    digest: str = ""
    by_person: bool = False
    unheld: str = ""

    @property
    def blocking(self) -> str:
        """How the update ended, where its end blocks the containers that come after; else empty.

        A clock blocks no container. An image that a person went back from does: a replica would get it, too.
        """
        if self.status is not Status.HELD or self.until:
            return ""
        return "was rolled back" if self.by_person else "failed"

    @property
    def cause(self) -> str:
        """Why there is an update, whatever holds it."""
        return self.unheld or self.reason

    def __str__(self) -> str:
        return f"{_SHOWN[self.status]}: {self.reason}"


_SHOWN = {
    Status.CURRENT: "up to date",
    Status.OUTDATED: "update available",
    Status.HELD: "held",
    Status.UNKNOWN: "unknown",
}


def followed(container: Json, image: Json | None) -> ImageRef | None:
    """The tag that a container follows; None where it is pinned to a digest or an id, or has no reference.

    Args:
        container: As inspected.
        image: What its `Config.Image` means now (GET /images/{Config.Image}/json), None for a 404.

    The engine keeps `Config.Image` as it was typed. A hexadecimal word may be an id's prefix or a name
    (`cafe`): it is a name where the image found bears that tag, and an id where the container's image
    begins with it.
    """
    text = reference_of(container)
    return None if _is_pinned(container, image, text) else readable(text)


@frozen
class Meaning:
    """What a tag means in its registry.

    Attributes:
        digest: Of its manifest or index.
        is_ours: Whether the tag means, for our platform, the image that it was compared with.
    """

    digest: str
    is_ours: bool


def compare(container: Json, image: Json | None, runs: Json | None = None) -> Verdict:
    """Compare the identities of the image that runs and of the image that the reference means.

    Args:
        container: As inspected.
        image: What its reference means now, None where nothing; with `Manifests` where the engine
            tells them (containerd store, API 1.48), so that an index that changed for another platform
            only, or in its attestation only, is no update.
        runs: The image that runs, where anybody knows it: it tells its version.
    """
    running, text = container["Image"], reference_of(container)
    ref = followed(container, image)
    if ref is None and not _is_pinned(container, image, text):
        return Verdict(Status.UNKNOWN, f"{text!r} is no image reference", running)
    if ref is None:
        return Verdict(Status.CURRENT, f"pinned: {text} follows no tag", running, running)
    if image is None or (is_hexadecimal(text) and not _bears(image, text)):
        return Verdict(Status.UNKNOWN, f"{ref.familiar} is not in the local image cache", running)
    if not _is_image(image):
        what = "its registry, or what stands in between, sent something else than an image"
        return Verdict(Status.UNKNOWN, f"{ref.familiar} is no image: {what}", running)
    if image["Id"] == running or _same_manifest(container, image):
        return Verdict(Status.CURRENT, f"{ref.familiar} is {_called(running, runs)}", running, running)
    moved = f"{ref.familiar} was {_called(running, runs)}, is {_called(image['Id'], image)}"
    return Verdict(Status.OUTDATED, moved, running, image["Id"])


def by_registry(running: str, ref: ImageRef, found: Meaning) -> Verdict:
    """Compare with what the registry says of the tag; `running` is the id of the image that runs."""
    if not found.is_ours:
        return Verdict(Status.OUTDATED, moved(ref, found.digest), running, digest=found.digest)
    same = f"{ref.familiar} is {short(found.digest)} in its registry too"
    return Verdict(Status.CURRENT, same, running, running)


def held(verdict: Verdict, failed_image: str, reason: str, image: Json | None = None) -> Verdict:
    """Hold an update to an image that failed in this container before; any other verdict stands.

    Args:
        verdict: By identities alone.
        failed_image: Its id.
        reason: How it failed.
        image: What the reference means, as inspected: it tells its version.
    """
    if verdict.status is not Status.OUTDATED or verdict.target != failed_image:
        return verdict
    return held_by(verdict, f"failed on {_called(failed_image, image)}: {reason}")


def held_by(verdict: Verdict, why: str, **more: Any) -> Verdict:
    """The verdict of an update that something holds."""
    return evolve(verdict, status=Status.HELD, reason=why, unheld=verdict.cause, **more)


def left(verdict: Verdict, image_left: str, image: Json | None) -> Verdict:
    """Hold an update to the image that a person went back from; any other verdict stands.

    Args:
        verdict: By identities alone, or by the registry.
        image_left: That image's id.
        image: What the reference means here, as inspected.
    """
    is_left = image_left == verdict.target or (
        image is not None and image["Id"] == image_left and verdict.digest in digests(image)
    )
    if verdict.status is not Status.OUTDATED or not is_left:
        return verdict
    why = f"rolled back by a person, from {_called(image_left, image)}"
    return held_by(verdict, why, target=image_left, by_person=True)


def cooling(verdict: Verdict, until: float, shown: str) -> Verdict:
    """Hold an update until its image has had the tag for long enough; `shown` is `until` for people."""
    return held_by(verdict, f"{verdict.reason}; cooldown until {shown}", until=until)


def is_built_here(image: Json | None, ref: ImageRef, trouble: Trouble) -> bool:
    """Whether a registry does not know an image because it was built, loaded or imported here.

    Args:
        image: What the reference means in the engine.
        ref: The reference.
        trouble: The registry's answer. Docker Hub says the same of a missing repository as of a private one.

    The engine notes the digest of each image that it pulled or pushed. On the containerd store it notes one
    for every image, so there nobody can tell, and the trouble stands.
    """
    not_there = trouble is Trouble.NOT_FOUND or (ref.domain == HUB and trouble is Trouble.FORBIDDEN)
    return (
        not_there
        and image is not None
        and not any(
            known.repository == ref.repository
            for text in image.get("RepoDigests") or []
            if (known := readable(text))
        )
    )


def _called(image_id: str, image: Json | None) -> str:
    """An image for people: its id, and its version where it says one."""
    return release_of(image).beside(short(image_id))


def _bears(image: Json | None, text: str) -> bool:
    if image is None or len(text) == _ID_DIGITS:
        return False
    return str(readable(text)) in names(image.get("RepoTags"))


def _is_pinned(container: Json, image: Json | None, text: str) -> bool:
    is_one = not _bears(image, text) if is_hexadecimal(text) else readable(text) is not None
    return is_one and is_pinned(text, container["Image"])


def _is_image(image: Json) -> bool:
    """The containerd store moves a tag to whatever came, a captive portal's page too (28.5)."""
    kind = (image.get("Descriptor") or {}).get("mediaType", "manifest")
    return "manifest" in kind or "index" in kind


def _same_manifest(container: Json, image: Json) -> bool:
    digest = (container.get("ImageManifestDescriptor") or {}).get("digest")
    return digest is not None and digest in platform_manifests(image)


def moved(ref: ImageRef, digest: str) -> str:
    """The reason of a verdict whose registry has another image, as a clause."""
    return f"{ref.familiar} is {short(digest)} in its registry, and the container runs another image"


def digests(image: Json | None) -> set[str]:
    """What an inspected image is known by: its id, its digests, and those of its platforms' manifests."""
    if image is None:
        return set()
    return identities(image) | platform_manifests(image)


def identities(image: Json) -> set[str]:
    """What an inspected image is known by: its id and its digests, without its platforms' manifests."""
    return {image["Id"]} | {text.rpartition("@")[2] for text in image.get("RepoDigests") or []}

"""Image references: parsed and normalised as the engine does it.

The grammar is that of github.com/distribution/reference (`regexp.go`, `normalize.go`): a first path
component is a registry's domain only where it holds a dot or a colon, or is `localhost`, or has an
upper-case letter; everything else lives on Docker Hub, where a single component means `library/...`.
Pure: no I/O.
"""

import re
from collections.abc import Callable, Iterable
from typing import Self

from attrs import evolve

from watcher.model.names import without_algorithm
from watcher.model.values import frozen

HUB = "docker.io"
_HUB_ALIAS = "index.docker.io"
_DEFAULT_TAG = "latest"
_MAX_PATH = 255  # as of distribution/reference 0.6 (engine 25); before, the domain counted too

_LABEL = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_DOMAIN = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_REFERENCE = re.compile(
    rf"(?:(?P<domain>{_DOMAIN})/)?(?P<path>{_COMPONENT}(?:/{_COMPONENT})*)"
    r"(?::(?P<tag>\w[\w.-]{0,127}))?"
    r"(?:@(?P<digest>[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?",
    re.ASCII,
)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}")
_HEX = re.compile(r"[0-9a-f]{1,64}")


@frozen
class ImageRef:
    """A normalised reference: always with a domain, and with a tag or a digest or both.

    Attributes:
        domain: The registry, `docker.io` for Docker Hub under all its names. Empty for names as
            `a_b.c/app`, which look as if they had one and cannot be pulled: a local tag may be so.
        path: The repository within it, `library/app` for Hub's `app`.
        tag: Empty only where a digest is given.
        digest: `sha256:<64 hex>`, or the longer sha384 and sha512; or empty.
    """

    domain: str
    path: str
    tag: str
    digest: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a reference as a user types it.

        Raises:
            ValueError: It is none; the message names it.
        """
        match = _REFERENCE.fullmatch(_with_domain(text))
        if not match or _bare_digest(text):
            raise ValueError(f"{text!r} is not an image reference")
        domain, path, tag, digest = match.group("domain", "path", "tag", "digest")
        if len(path) > _MAX_PATH or (digest and not _DIGEST.fullmatch(digest)):
            raise ValueError(f"{text!r} is not an image reference")
        return cls(domain or "", path, tag or ("" if digest else _DEFAULT_TAG), digest or "")

    @property
    def repository(self) -> str:
        """Domain and path, without tag and digest."""
        return f"{self.domain}/{self.path}".removeprefix("/")

    @property
    def familiar(self) -> str:
        """As docker shows it: without `docker.io/` and `library/`."""
        path = self.path if self.domain == HUB else self.repository
        if self.domain == HUB and self.path.count("/") == 1:
            path = path.removeprefix("library/")
        return str(evolve(self, domain="", path=path)).removeprefix("/")

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{self.repository}{tag}{digest}"


@frozen
class Tag:
    """A tag to pull, once for all containers that follow it.

    Attributes:
        ref: The reference.
        platform: As `?platform=`; empty is the engine's own.
    """

    ref: ImageRef
    platform: str = ""

    def __str__(self) -> str:
        return f"{self.ref} {self.platform}".rstrip()


# Chooses among the references that are followed, as a registry's webhook does.
Choose = Callable[[Iterable[ImageRef]], set[ImageRef]]


def readable(text: str) -> ImageRef | None:
    """Read a reference that a stranger wrote; None where it is none."""
    try:
        return ImageRef.parse(text)
    except ValueError:
        return None


def is_reference(text: str) -> bool:
    """Whether the engine could be asked for this: a reference, or (a prefix of) an image's id."""
    return is_hexadecimal(text) or readable(text) is not None


def names(image_tags: list[str] | None) -> frozenset[str]:
    """Normalise the `RepoTags` of an image.

    The list is null on 20.10, and holds `<none>:<none>` and, on the containerd store, digests and whatever
    others called an image there.
    """
    return frozenset(str(ref) for text in image_tags or [] if (ref := readable(text)))


def is_hexadecimal(text: str) -> bool:
    """Whether the engine could have read this as (a prefix of) an image id."""
    return _HEX.fullmatch(text) is not None


def is_image_id(text: str, image: str) -> bool:
    """Whether a reference, as it was typed, is an image's id, in full or (a prefix) without its algorithm.

    Args:
        text: The reference.
        image: The id of the image that it was typed for.
    """
    return text.startswith("sha256:") or (is_hexadecimal(text) and begins_with(image, text))


def begins_with(image: str, text: str) -> bool:
    """Whether a text is an image's id, or digest, or the beginning of it, with or without `sha256:`."""
    digits = without_algorithm(text)
    return bool(digits) and without_algorithm(image).startswith(digits)


def _bare_digest(text: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{64}", text) is not None


def _with_domain(text: str) -> str:
    first, slash, rest = text.partition("/")
    named = slash and (any(c in first for c in ".:") or first == "localhost" or first.lower() != first)
    if not named:
        first, rest = HUB, text
    if first == _HUB_ALIAS:
        first = HUB
    if first == HUB and "/" not in rest:
        rest = f"library/{rest}"
    return f"{first}/{rest}"

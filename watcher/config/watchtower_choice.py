"""Which containers a Watchtower updates: by its options, and by what the containers bear. Pure: no I/O.

Both containrrr's Watchtower and nickfedor's. Where they differ, and where something cannot be read, a
container counts as updated: of two updaters of one container the second breaks what the first has begun. So
without a scope all containers count, of which nickfedor's leaves alone those in a scope. A stopped container
counts too: it may just be between two images.
"""

import re
from collections.abc import Iterable, Mapping

from watcher.config.watchtower import Options
from watcher.model.values import frozen
from watcher.model.watchtower import PREFIX, boolean, scope_of

_ENABLE, _MONITOR_ONLY = f"{PREFIX}enable", f"{PREFIX}monitor-only"


@frozen
class Candidate:
    """A container, as a Watchtower chooses by it.

    Attributes:
        name: The container's.
        image: The reference that it was created with; an image's id where the reference is not known.
        labels: All of its labels, its image's too.
    """

    name: str
    image: str
    labels: Mapping[str, str]


def updates(options: Options, candidate: Candidate) -> bool:
    """Whether a Watchtower that was told so updates a container.

    Args:
        options: What the Watchtower was told.
        candidate: The container.
    """
    return (
        _is_named(options, candidate)
        and _is_labelled(options, candidate.labels)
        and options.text("scope") in {"", scope_of(candidate.labels)}
        and not _is_only_told(options, candidate.labels)
    )


def _is_named(options: Options, candidate: Candidate) -> bool:
    name, image, images = candidate.name, candidate.image, options.all("monitor-image-names")
    return (
        (not options.names or _fits(name, options.names))
        and not _fits(name, options.all("disable-containers"))
        and (not images or image.startswith("sha256:") or _fits(image, images))
        and not _fits(image, options.all("skip-image-names"))
    )


def _is_labelled(options: Options, labels: Mapping[str, str]) -> bool:
    """Whether a container's labels let it pass: of the labels that are asked for one is enough."""
    asked = [*options.all("enable-containers-by-label"), *[_ENABLE] * options.is_on("label-enable")]
    return (
        (not asked or _bears(labels, asked))
        and not _bears(labels, options.all("disable-containers-by-label"))
        and _said(labels, _ENABLE) is not False
    )


def _is_only_told(options: Options, labels: Mapping[str, str]) -> bool:
    everywhere, own = options.is_on("monitor-only"), _said(labels, _MONITOR_ONLY)
    if own is None:
        return everywhere
    return own if options.is_on("label-take-precedence") else own or everywhere


def _fits(text: str, patterns: Iterable[str]) -> bool:
    return any(_is_like(text, pattern.removeprefix("/")) for pattern in patterns)


def _is_like(text: str, pattern: str) -> bool:
    """Whether a text is what a pattern says, or fits it as a whole as a regular expression."""
    try:
        return text == pattern or re.fullmatch(pattern, text) is not None
    except re.error:
        return False


def _bears(labels: Mapping[str, str], pairs: Iterable[str]) -> bool:
    """Whether a container bears one of the labels asked for, with the value if one is asked for."""
    asked = (pair.partition("=") for pair in pairs)
    return any(name in labels and value in {"", labels[name]} for name, _, value in asked)


def _said(labels: Mapping[str, str], name: str) -> bool | None:
    """What a label says; None where it says nothing that can be read."""
    try:
        return boolean(labels.get(name, "").strip())
    except ValueError:
        return None

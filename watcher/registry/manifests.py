"""What a registry's manifests and indexes say; whatever is not of their form is refused. No I/O.

Both are strangers': a field may be missing, of another type, or there twice.
"""

import re
from typing import Any

from watcher.model.json_object import Json
from watcher.model.values import frozen

_DIGEST = re.compile(r"[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-f]{32,128}")
_PLATFORM = ("os", "architecture", "variant")


@frozen
class IndexEntry:
    """One manifest of an index.

    Attributes:
        digest: Its own.
        platform: What it is for, as operating system, architecture and variant; empty where not said.
    """

    digest: str
    platform: tuple[str, str, str]


def is_index(content: Json) -> bool:
    """Whether a content is an index and no manifest.

    Raises:
        ValueError: It may be taken for both, or for none; the words say so.
    """
    has_rows, has_config = "manifests" in content, "config" in content or "layers" in content
    if has_rows == has_config:
        raise ValueError("it is both a manifest and an index" if has_rows else "it names no config")
    return has_rows


def config_of(manifest: Json) -> str:
    """The digest of a manifest's config.

    Raises:
        ValueError: It is no manifest; the words say why.
    """
    layers = manifest.get("layers")
    for layer in layers if isinstance(layers, list) else [None]:
        _digest(layer, "a layer")
    return _digest(manifest.get("config"), "its config")


def rows_of(index: Json) -> list[IndexEntry]:
    """The manifests of an index.

    Raises:
        ValueError: It is no index; the words say why.
    """
    rows = index.get("manifests")
    if not isinstance(rows, list):
        raise ValueError("its list of manifests is none")  # noqa: TRY004 - of the content, not of the program
    return [IndexEntry(_digest(row, "a manifest of it"), _platform(row)) for row in rows]


def _digest(descriptor: Any, what: str) -> str:
    found = descriptor.get("digest") if isinstance(descriptor, dict) else None
    if not isinstance(found, str) or not _DIGEST.fullmatch(found):
        raise ValueError(f"{what} has no digest")
    return found


def _platform(row: Json) -> tuple[str, str, str]:
    platform = row.get("platform") or {}
    said = [platform.get(key) or "" for key in _PLATFORM] if isinstance(platform, dict) else [platform]
    if not all(isinstance(text, str) for text in said) or len(said) != len(_PLATFORM):
        raise ValueError("a platform of it cannot be read")
    return said[0], said[1], said[2]

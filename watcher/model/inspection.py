"""What an inspected container or image says of itself. Pure: no I/O."""

from typing import Any

from watcher.model.labels import REFERENCE
from watcher.model.reference import is_reference

Json = dict[str, Any]


def reference_of(container: Json) -> str:
    """The reference that a container follows: the one it was created with.

    A container that had to be made anew from its old image's id says it in a label; one that was created
    from anything else never got that label from us. A label that holds no reference counts as not there.
    """
    config = container["Config"]
    noted = (config.get("Labels") or {}).get(REFERENCE) if config["Image"] == container["Image"] else ""
    return str(noted if noted and is_reference(noted) else config["Image"])


def platform_manifests(image: Json) -> set[str]:
    """The digests of an inspected image's manifests that are images, attestations left out."""
    return {row["ID"] for row in image.get("Manifests") or [] if row.get("Kind") == "image"}

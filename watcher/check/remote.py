"""Asks a registry what a tag means, and pulls no layer: for notify, cooldowns, `--remote` and plans."""

from watcher.check.verdict import Meaning
from watcher.host.images import Registries
from watcher.model.errors import RegistryError, Trouble
from watcher.model.reference import ImageRef
from watcher.registry.manifests import IndexEntry, config_of, is_index, rows_of
from watcher.registry.messages import garbage


async def meaning(registries: Registries, ref: ImageRef, platform: str, known: set[str]) -> Meaning:
    """Ask what a tag means, and whether that is an image in hand.

    An index may have moved for another platform only, and the engine's id of an image is its config's
    digest (graph drivers) or its manifest's or index's (containerd store); so where the tag's own digest
    is not known, the manifest of the platform and its config are looked at too.

    Args:
        registries: To ask.
        ref: The tag.
        platform: As `os/architecture/variant`.
        known: The id of the image in hand and the digests that it is known by (`digests`).

    Raises:
        RegistryError: The registry could not be asked, or has nothing for this platform.
    """
    found = await registries.descriptor(ref)
    if found.digest in known:
        return Meaning(found.digest, is_ours=True)
    content = await registries.manifest(ref, found.digest)
    try:
        if content is not None and is_index(content):
            digest = _of_platform(ref, rows_of(content), platform)
            if digest in known:
                return Meaning(found.digest, is_ours=True)
            content = await registries.manifest(ref, digest)
        return Meaning(found.digest, is_ours=content is not None and config_of(content) in known)
    except ValueError as error:
        raise garbage(f"tell whether {ref.familiar} has an update", f"what it sent is odd: {error}") from None


def _of_platform(ref: ImageRef, index: list[IndexEntry], platform: str) -> str:
    wanted_os, architecture, variant = [*platform.split("/"), "", ""][:3]
    rows = [(row.platform[2], row.digest) for row in index if row.platform[:2] == (wanted_os, architecture)]
    if not rows:
        raise RegistryError(
            f"cannot tell whether {ref.familiar} has an update: it has nothing for {platform}",
            trouble=Trouble.OTHER,
            advice="wait until its publisher builds for this platform again; nothing was changed",
        )
    return next((digest for each, digest in rows if each == variant), rows[0][1])

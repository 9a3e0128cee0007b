"""Asks a registry what a tag means, and pulls no layer: for notify, cooldowns, `--remote` and plans."""

from watcher.check.verdict import Meaning
from watcher.host.images import Registries
from watcher.model.errors import RegistryError, Trouble
from watcher.model.json_object import Json
from watcher.model.reference import ImageRef
from watcher.registry.manifests import IndexEntry, config_of, is_index, rows_of
from watcher.registry.messages import garbage

_MOST = 8  # manifests of one platform that are asked for, of an index that a stranger wrote


async def meaning(registries: Registries, ref: ImageRef, platform: str, known: set[str]) -> Meaning:
    """Ask what a tag means, and whether it means the image in hand.

    An index may have moved for another platform only, and the engine's id of an image is its config's
    digest (graph drivers) or its manifest's or index's (containerd store); so where the tag's own digest
    is not known, the manifest of the platform and its config are looked at too.

    Args:
        registries: To ask.
        ref: The tag.
        platform: As `os/architecture/variant`. An engine does not say its variant (`linux/arm`); then an
            image of any is ours.
        known: The id of the image in hand and the digests that it is known by (`digests`).

    Raises:
        RegistryError: The registry could not be asked, or has nothing for this platform.
    """
    found = await registries.descriptor(ref)
    if found.digest in known:
        return Meaning(found.digest, is_ours=True)
    try:
        is_ours = await _is_ours(registries, ref, found.digest, platform, known)
    except ValueError as error:
        raise garbage(f"tell whether {ref.familiar} has an update", f"what it sent is odd: {error}") from None
    return Meaning(found.digest, is_ours=is_ours)


async def _is_ours(
    registries: Registries, ref: ImageRef, digest: str, platform: str, known: set[str]
) -> bool:
    """Whether the image in hand is what a manifest or an index means for a platform.

    Raises:
        RegistryError: They could not be asked for, or there is nothing for this platform.
        ValueError: What came is odd; the words say how.
    """
    content = await registries.manifest(ref, digest)
    if content is None or not is_index(content):
        return _has_config(content, known)
    fitting = _of_platform(ref, rows_of(content), platform)
    if not known.isdisjoint(fitting):
        return True
    for each in fitting[:_MOST]:
        if _has_config(await registries.manifest(ref, each), known):
            return True
    return False


def _has_config(manifest: Json | None, known: set[str]) -> bool:
    return manifest is not None and config_of(manifest) in known


def _of_platform(ref: ImageRef, index: list[IndexEntry], platform: str) -> list[str]:
    """The digests of the manifests for a platform: of its variant, or of all where no manifest is of it.

    An engine of a 32-bit ARM does not say its variant, and an index has one for each of these; for any other
    architecture none is a variant of its own: `amd64` is not `amd64/v3`.
    """
    wanted_os, architecture, variant = [*platform.split("/"), "", ""][:3]
    rows = [row for row in index if row.platform[:2] == (wanted_os, architecture)]
    if not rows:
        raise RegistryError(
            f"cannot tell whether {ref.familiar} has an update: it has nothing for {platform}",
            trouble=Trouble.OTHER,
            advice="wait until its publisher builds for this platform again; nothing was changed",
        )
    is_known = bool(variant) or architecture != "arm"
    exact = [row.digest for row in rows if is_known and row.platform[2] == variant]
    return exact or [row.digest for row in rows]

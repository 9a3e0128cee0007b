"""What a tag means in a registry, against the image in hand."""

from typing import Any, cast

import pytest

from watcher.check.judgement import Facts, judge
from watcher.check.remote import meaning
from watcher.check.verdict import Meaning, Status, digests
from watcher.host.images import Registries
from watcher.model.errors import RegistryError, Trouble
from watcher.model.reference import ImageRef
from watcher.registry.client import Descriptor

REF = ImageRef.parse("r.example/app:1")
INDEX, AMD, ARM, V6, V7, CONFIG, OURS, ATTESTATION = (f"sha256:{digit * 64}" for digit in "12345678")
INDEX_TYPE = "application/vnd.oci.image.index.v1+json"
MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
PLATFORMS = {AMD: "linux/amd64", ARM: "linux/arm64/v8", V6: "linux/arm/v6", V7: "linux/arm/v7"}


def row(digest: str, platform: str) -> dict[str, Any]:
    named = dict(zip(("os", "architecture", "variant"), platform.split("/"), strict=False))
    return {"digest": digest, "platform": named}


def index(*more: dict[str, Any]) -> dict[str, Any]:
    rows = [row(digest, platform) for digest, platform in PLATFORMS.items()]
    return {"manifests": [row(ATTESTATION, "unknown/unknown"), *more, *rows]}


class Stored:
    """A registry with one tag; what is not in it cannot be read from here."""

    def __init__(self, tag: str, manifests: dict[str, dict[str, Any]]) -> None:
        self._tag = tag
        self._manifests = manifests
        self.asked: list[str] = []

    async def descriptor(self, ref: ImageRef) -> Descriptor:
        assert ref == REF
        return Descriptor(self._tag, INDEX_TYPE if "manifests" in self._content() else MANIFEST_TYPE)

    async def manifest(self, ref: ImageRef, digest: str) -> dict[str, Any] | None:
        assert ref == REF
        self.asked.append(digest)
        return self._manifests.get(digest)

    def holds(self, digests: set[str]) -> None:
        """Have these manifests, too."""
        self._manifests |= {digest: {"config": {"digest": CONFIG}, "layers": []} for digest in digests}

    def _content(self) -> dict[str, Any]:
        return self._manifests.get(self._tag, {"manifests": []})


def stored(tag: str = INDEX, *more: dict[str, Any]) -> Stored:
    manifests = {digest: {"config": {"digest": CONFIG}, "layers": []} for digest in PLATFORMS}
    return Stored(tag, {INDEX: index(*more), **manifests})


async def asked(registry: Stored, known: set[str], platform: str = "linux/amd64") -> Meaning:
    return await meaning(cast("Registries", registry), REF, platform, known)


async def test_a_digest_that_is_known_is_ours_and_nothing_more_is_asked() -> None:
    registry = stored()

    assert await asked(registry, {OURS, INDEX}) == Meaning(INDEX, is_ours=True)
    assert registry.asked == []


@pytest.mark.parametrize("tag", [INDEX, AMD])
@pytest.mark.parametrize("known", [CONFIG, AMD])
async def test_another_index_with_our_platforms_image_is_ours(tag: str, known: str) -> None:
    """By its config (an id on graph drivers), or by its manifest (on the containerd store)."""
    assert await asked(stored(tag), {OURS, known}) == Meaning(tag, is_ours=True)


@pytest.mark.parametrize("tag", [INDEX, AMD])
async def test_another_image_is_not_ours_and_is_named_by_the_tags_own_digest(tag: str) -> None:
    assert await asked(stored(tag), {OURS}) == Meaning(tag, is_ours=False)


async def test_another_platforms_image_is_not_ours() -> None:
    assert await asked(stored(), {ARM, ATTESTATION}) == Meaning(INDEX, is_ours=False)


@pytest.mark.parametrize(("digest", "platform"), PLATFORMS.items())
async def test_the_manifest_of_the_platform_is_looked_at(digest: str, platform: str) -> None:
    registry = stored()

    await asked(registry, {OURS}, platform)

    assert registry.asked == [INDEX, digest]


@pytest.mark.parametrize(
    ("platform", "digests_"),
    [("linux/arm64", [ARM]), ("linux/arm", [V6, V7]), ("linux/arm/v5", [V6, V7])],
)
async def test_where_no_variant_is_said_or_none_fits_each_of_the_architecture_is_looked_at(
    platform: str, digests_: list[str]
) -> None:
    registry = stored()

    assert await asked(registry, {OURS}, platform) == Meaning(INDEX, is_ours=False)
    assert registry.asked == [INDEX, *digests_]


async def test_where_no_variant_is_said_one_without_a_variant_is_looked_at_alone() -> None:
    """What is `linux/amd64/v3` by now is no longer what an engine of `linux/amd64` pulls."""
    registry = stored(INDEX, row(OURS, "linux/amd64/v3"))
    registry.holds({OURS})

    assert await asked(registry, {OURS}) == Meaning(INDEX, is_ours=False)
    assert registry.asked == [INDEX, AMD]


@pytest.mark.parametrize("in_hand", [V6, V7])
@pytest.mark.parametrize("known", ["manifest", "config"])
async def test_an_index_that_moved_for_others_has_our_image_whatever_its_variant(
    in_hand: str, known: str
) -> None:
    """The engine of a 32-bit ARM says `linux/arm`, and its image may be of any variant."""
    config = f"sha256:{in_hand[-1] * 63}0"
    manifests = {digest: {"config": {"digest": CONFIG}, "layers": []} for digest in PLATFORMS}
    manifests[in_hand] = {"config": {"digest": config}, "layers": []}
    registry = Stored(INDEX, {INDEX: index(), **manifests})

    found = await asked(registry, {OURS, in_hand if known == "manifest" else config}, "linux/arm")

    assert found == Meaning(INDEX, is_ours=True)


async def test_an_index_of_very_many_of_a_platform_is_not_asked_for_all_of_them() -> None:
    more = [row(f"sha256:{number:064}", "linux/arm/v7") for number in range(100, 200)]
    registry = stored(INDEX, *more)
    registry.holds({each["digest"] for each in more})

    assert not (await asked(registry, {OURS}, "linux/arm")).is_ours
    assert len(registry.asked) < 10


@pytest.mark.parametrize("odd", [{"digest": OURS}, {"digest": OURS, "platform": None}])
async def test_a_row_without_a_platform_is_nobodys(odd: dict[str, Any]) -> None:
    assert await asked(stored(INDEX, odd), {OURS}) == Meaning(INDEX, is_ours=False)


@pytest.mark.parametrize("platform", ["windows/amd64", "linux/s390x", "linux/unknown"])
async def test_an_index_with_nothing_for_our_platform_is_an_error_of_one_line(platform: str) -> None:
    with pytest.raises(RegistryError) as raised:
        await asked(stored(), {OURS}, platform)

    assert raised.value.trouble is Trouble.OTHER
    assert str(raised.value).startswith(
        f"cannot tell whether {REF.familiar} has an update: it has nothing for"
    )
    assert platform in str(raised.value)


async def test_where_only_the_engine_can_ask_another_digest_is_another_image() -> None:
    assert await asked(Stored(INDEX, {}), {OURS}) == Meaning(INDEX, is_ours=False)
    assert await asked(Stored(INDEX, {}), {INDEX}) == Meaning(INDEX, is_ours=True)


async def test_a_manifest_without_a_config_is_unknown() -> None:
    with pytest.raises(RegistryError, match="names no config") as caught:
        await asked(Stored(AMD, {AMD: {}}), {OURS})
    assert caught.value.trouble is Trouble.GARBAGE


async def judged(ref: ImageRef | None, known: set[str], image: str = "r.example/app:1") -> Any:
    container = {"Image": OURS, "Config": {"Image": image}}
    return judge(Facts(container, meaning=await asked(stored(), known) if ref else None))


async def test_a_container_is_judged_by_its_registry() -> None:
    same, moved = await judged(REF, {OURS, CONFIG}), await judged(REF, {OURS})

    assert (same.status, same.running, same.target) == (Status.CURRENT, OURS, OURS)
    assert (moved.status, moved.running, moved.target) == (Status.OUTDATED, OURS, "")
    assert "r.example/app:1 is 111111111111 in its registry" in moved.reason


async def test_a_pinned_container_is_current_and_no_registry_is_asked() -> None:
    assert (await judged(None, set(), f"app@{INDEX}")).status is Status.CURRENT


@pytest.mark.parametrize(
    ("image", "known"),
    [
        (None, set()),
        ({"Id": OURS, "RepoDigests": None}, {OURS}),
        ({"Id": OURS, "RepoDigests": [f"app@{INDEX}", f"r.example:5000/app@{AMD}"]}, {OURS, INDEX, AMD}),
        (
            {
                "Id": OURS,
                "Manifests": [{"ID": AMD, "Kind": "image"}, {"ID": ATTESTATION, "Kind": "attestation"}],
            },
            {OURS, AMD},
        ),
    ],
)
def test_what_an_image_is_known_by(image: dict[str, Any] | None, known: set[str]) -> None:
    assert digests(image) == known

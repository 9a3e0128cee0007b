"""Identity alone decides: the container's image against what its own reference means now."""

from typing import Any

import pytest

from watcher.check.verdict import Status, Verdict, compare, cooling, followed, held, is_built_here, left
from watcher.model.errors import Trouble
from watcher.model.inspection import platform_manifests
from watcher.model.reference import ImageRef

RUNNING, OTHER = "sha256:" + "cafe" * 16, "sha256:" + "beef" * 16
DIGEST = "sha256:" + "d" * 64
M1, M2, ATTESTATION = "sha256:" + "1" * 64, "sha256:" + "2" * 64, "sha256:" + "3" * 64


def container(reference: str, **more: Any) -> dict[str, Any]:
    return {"Image": RUNNING, "Config": {"Image": reference}, **more}


def image(identity: str, *tags: str, **more: Any) -> dict[str, Any]:
    return {"Id": identity, "RepoTags": list(tags), **more}


def test_the_same_id_is_current() -> None:
    verdict = compare(container("app:1"), image(RUNNING, "app:1"))

    assert (verdict.status, verdict.running, verdict.target) == (Status.CURRENT, RUNNING, RUNNING)


def test_another_id_is_outdated_whatever_the_dates_say() -> None:
    older = image(OTHER, "app:1", Created="1970-01-01T00:00:00Z")

    verdict = compare(container("app:1", Created="2026-01-01T00:00:00Z"), older)

    assert (verdict.status, verdict.running, verdict.target) == (Status.OUTDATED, RUNNING, OTHER)


def test_a_tag_that_is_gone_is_unknown_and_has_no_target() -> None:
    verdict = compare(container("app:1"), None)

    assert (verdict.status, verdict.target) == (Status.UNKNOWN, "")


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/vnd.oci.image.index.v1+json", Status.OUTDATED),
        ("application/vnd.oci.image.manifest.v1+json", Status.OUTDATED),
        ("application/vnd.docker.distribution.manifest.list.v2+json", Status.OUTDATED),
        ("application/vnd.docker.distribution.manifest.v2+json", Status.OUTDATED),
        ("text/html", Status.UNKNOWN),
    ],
)
def test_a_tag_that_moved_to_what_is_no_image_is_unknown_and_has_no_target(kind: str, status: Status) -> None:
    verdict = compare(container("app:1"), image(OTHER, "app:1", Descriptor={"mediaType": kind}))

    assert (verdict.status, bool(verdict.target)) == (status, status is Status.OUTDATED)


@pytest.mark.parametrize("reference", [f"app@{DIGEST}", f"app:1@{DIGEST}", RUNNING, RUNNING[:19]])
@pytest.mark.parametrize("found", [None, image(OTHER, "app:1")])
def test_pinned_is_current_whatever_else_moves(reference: str, found: Any) -> None:
    assert compare(container(reference), found).status is Status.CURRENT
    assert followed(container(reference), found) is None


@pytest.mark.parametrize("typed", ["cafe", "c", "cafecafecafe", "cafe" * 16])
@pytest.mark.parametrize("found", [None, image(RUNNING, "app:1")])
def test_a_prefix_of_the_own_image_id_is_an_id(typed: str, found: Any) -> None:
    assert compare(container(typed), found).status is Status.CURRENT


def test_a_name_that_looks_like_an_id_is_followed_as_the_name_that_it_is() -> None:
    moved = image(OTHER, "cafe:latest")

    assert compare(container("cafe"), moved).status is Status.OUTDATED
    assert str(followed(container("cafe"), moved)) == "docker.io/library/cafe:latest"


def test_a_hexadecimal_name_whose_tag_is_gone_is_not_taken_for_another_images_id() -> None:
    """The engine answers `GET /images/beef/json` with the image whose id begins so."""
    by_accident = image(OTHER, "unrelated:1")

    assert compare(container("beef"), by_accident).status is Status.UNKNOWN


def test_tags_are_compared_normalised() -> None:
    assert compare(container("cafe"), image(OTHER, "docker.io/library/cafe:latest")).status is Status.OUTDATED


def index(*rows: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"ID": digest, "Kind": kind} for digest, kind in rows]


def test_an_index_that_still_holds_the_running_manifest_is_no_update() -> None:
    """The containerd store: another platform's manifest or an attestation changed, and so the index's id."""
    runs = container("app:1", ImageManifestDescriptor={"digest": M1})
    rebuilt = image(
        OTHER, "app:1", Manifests=index((M1, "image"), (M2, "image"), (ATTESTATION, "attestation"))
    )

    assert compare(runs, rebuilt).status is Status.CURRENT


def test_an_index_without_the_running_manifest_is_an_update() -> None:
    runs = container("app:1", ImageManifestDescriptor={"digest": M1})

    assert compare(runs, image(OTHER, "app:1", Manifests=index((M2, "image")))).status is Status.OUTDATED


def test_an_attestation_is_no_manifest_that_a_container_could_run() -> None:
    runs = container("app:1", ImageManifestDescriptor={"digest": ATTESTATION})
    rows = index((M2, "image"), (ATTESTATION, "attestation"))

    assert compare(runs, image(OTHER, "app:1", Manifests=rows)).status is Status.OUTDATED
    assert platform_manifests({"Manifests": rows}) == {M2}


@pytest.mark.parametrize("descriptor", [{}, {"ImageManifestDescriptor": None}])
def test_engines_that_tell_no_manifests_are_judged_by_the_id(descriptor: dict[str, Any]) -> None:
    assert (
        compare(container("app:1", **descriptor), image(OTHER, "app:1", Manifests=None)).status
        is Status.OUTDATED
    )


def test_a_verdict_is_shown_with_its_reason() -> None:
    assert str(compare(container("app:1"), image(RUNNING, "app:1"))) == "up to date: app:1 is cafecafecafe"
    assert str(compare(container("app:1"), image(OTHER, "app:1"))) == (
        "update available: app:1 was cafecafecafe, is beefbeefbeef"
    )


def test_an_image_that_has_its_tag_for_too_short_a_time_is_held_until_then() -> None:
    outdated = compare(container("app:1"), image(OTHER, "app:1"))

    verdict = cooling(outdated, 1000.5, "tomorrow")

    assert (verdict.status, verdict.until, verdict.target) == (Status.HELD, 1000.5, OTHER)
    assert str(verdict) == "held: app:1 was cafecafecafe, is beefbeefbeef; cooldown until tomorrow"


def test_why_there_is_an_update_is_known_whatever_holds_it() -> None:
    outdated = compare(container("app:1"), image(OTHER, "app:1"))

    for each in (
        outdated,
        held(outdated, OTHER, "it crashed"),
        left(outdated, OTHER, image(OTHER, "app:1")),
        cooling(outdated, 1000.5, "tomorrow"),
    ):
        assert each.cause == "app:1 was cafecafecafe, is beefbeefbeef"


def test_no_clock_ends_any_other_verdict() -> None:
    outdated = compare(container("app:1"), image(OTHER, "app:1"))

    assert [each.until for each in (outdated, held(outdated, OTHER, "it crashed"))] == [0, 0]


def built(*repo_digests: str) -> dict[str, Any]:
    return image(OTHER, "app:1", RepoDigests=[f"{each}@{DIGEST}" for each in repo_digests])


@pytest.mark.parametrize(
    ("found", "trouble", "reference", "expected"),
    [
        (built(), Trouble.NOT_FOUND, "app:1", True),
        (image(OTHER, RepoDigests=None), Trouble.NOT_FOUND, "app:1", True),
        (built("postgres", "r.example/app", "me/app"), Trouble.NOT_FOUND, "app:1", True),
        (built(), Trouble.NOT_FOUND, "r.example/app:1", True),
        (built(), Trouble.FORBIDDEN, "app:1", True),
        (built(), Trouble.FORBIDDEN, "r.example/app:1", False),
        (built("app"), Trouble.NOT_FOUND, "app:1", False),
        (built("postgres", "docker.io/library/app"), Trouble.NOT_FOUND, "app:1", False),
        (built("app"), Trouble.FORBIDDEN, "app:1", False),
        (built("r.example/app"), Trouble.NOT_FOUND, "r.example/app:1", False),
        (None, Trouble.NOT_FOUND, "app:1", False),
    ],
)
def test_built_here_is_what_no_registry_knows_and_none_ever_gave(
    found: Any, trouble: Trouble, reference: str, *, expected: bool
) -> None:
    assert is_built_here(found, ImageRef.parse(reference), trouble) is expected


@pytest.mark.parametrize(
    "trouble", [each for each in Trouble if each not in {Trouble.NOT_FOUND, Trouble.FORBIDDEN}]
)
def test_a_registry_that_could_not_say_makes_nothing_built_here(trouble: Trouble) -> None:
    assert not is_built_here(built(), ImageRef.parse("app:1"), trouble)


def test_a_container_of_a_tag_that_keeps_an_image_is_pinned() -> None:
    reference = "ctr-updater/kept:abababababab"

    assert followed(container(reference), image(OTHER, reference)) is None
    assert compare(container(reference), image(OTHER, reference)).status is Status.CURRENT


def test_the_image_that_a_person_went_back_from_is_held() -> None:
    found = left(compare(container("app:1"), image(OTHER, "app:1")), OTHER, image(OTHER, "app:1"))

    assert (found.status, found.target, found.by_person) == (Status.HELD, OTHER, True)
    assert found.reason.startswith("rolled back by a person, from beefbeefbeef")


@pytest.mark.parametrize(
    ("verdict", "blocking"),
    [
        (Verdict(Status.HELD, "failed on b", "a"), "failed"),
        (Verdict(Status.HELD, "rolled back", "a", by_person=True), "was rolled back"),
        (Verdict(Status.HELD, "cooldown", "a", until=1.0), ""),
        (Verdict(Status.OUTDATED, "moved", "a"), ""),
        (Verdict(Status.CURRENT, "same", "a"), ""),
        (Verdict(Status.UNKNOWN, "gone", "a"), ""),
    ],
    ids=lambda value: value.reason if isinstance(value, Verdict) else "",
)
def test_what_failed_or_was_rolled_back_blocks_others(verdict: Verdict, blocking: str) -> None:
    assert verdict.blocking == blocking


def test_what_the_registry_calls_by_its_digest_is_held_too() -> None:
    here = image(OTHER, "app:1", RepoDigests=[f"app@{DIGEST}"])
    outdated = Verdict(Status.OUTDATED, "", RUNNING, digest=DIGEST)

    assert left(outdated, OTHER, here).status is Status.HELD


def test_another_image_than_the_one_that_was_left_is_an_update() -> None:
    outdated = compare(container("app:1"), image(OTHER, "app:1"))

    assert left(outdated, M1, image(OTHER, "app:1")) == outdated


@pytest.mark.parametrize(
    "here",
    [
        None,
        image(OTHER, "app:1", RepoDigests=[f"app@{M1}"]),
        image(RUNNING, "app:1", RepoDigests=[f"app@{DIGEST}"]),
    ],
    ids=["no image is here", "the one that was left is here", "the one that is meant is here"],
)
def test_another_image_in_the_registry_than_the_one_that_was_left_is_an_update(here: Any) -> None:
    outdated = Verdict(Status.OUTDATED, "", RUNNING, digest=DIGEST)

    assert left(outdated, OTHER, here) == outdated


def test_what_is_up_to_date_is_so_whatever_was_left() -> None:
    current = compare(container("app:1"), image(RUNNING, "app:1"))

    assert left(current, RUNNING, image(RUNNING, "app:1")) == current

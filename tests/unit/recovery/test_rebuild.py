"""By what an image that went can be pulled again."""

import pytest

from watcher.recovery.rebuild import origin_of

ID, DIGEST = (f"sha256:{digit * 64}" for digit in "12")
BY_DIGEST = f"app@{DIGEST}"


@pytest.mark.parametrize(
    ("image", "origin"),
    [
        ({"RepoDigests": ["<none>@<none>", BY_DIGEST]}, BY_DIGEST),
        ({"RepoDigests": ["<none>@<none>"]}, ""),
        ({"RepoDigests": ["<none>@<none>"], "Descriptor": {"digest": ID}}, f"docker.io/library/app@{ID}"),
        ({"RepoDigests": [BY_DIGEST], "Descriptor": {"digest": ID}}, BY_DIGEST),
        ({"RepoDigests": None}, ""),
    ],
)
def test_an_image_is_pulled_again_by_a_digest_that_is_one(image: dict[str, object], origin: str) -> None:
    assert origin_of(image | {"Id": ID}, "app:1") == origin


def test_of_several_digests_that_of_its_own_repository_is_pulled() -> None:
    """The containerd store has one for each name of an image."""
    digests = [f"{repository}@{ID}" for repository in ("app", "127.0.0.1:5000/app", "ghcr.io/acme/app")]

    assert origin_of({"Id": ID, "RepoDigests": digests}, "ghcr.io/acme/app:1") == digests[2]
    only_others = {"Id": ID, "RepoDigests": digests[:2], "Descriptor": {"digest": ID}}
    assert origin_of(only_others, "ghcr.io/acme/app:1") == digests[2]

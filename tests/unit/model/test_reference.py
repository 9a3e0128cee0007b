"""References are read as the engine reads them (github.com/distribution/reference)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.model.reference import (
    ImageRef,
    Tag,
    begins_with,
    is_hexadecimal,
    is_image_id,
    is_reference,
    names,
)

DIGEST = "sha256:" + "0123456789abcdef" * 4
COMPONENT = st.from_regex(r"[a-z0-9]{1,4}((\.|_|__|-{1,3})[a-z0-9]{1,4}){0,2}", fullmatch=True).filter(
    lambda word: word != "localhost"  # which is a domain where it comes first
)
PATH = st.lists(COMPONENT | st.just("library"), min_size=1, max_size=3).map("/".join)
DOMAIN = st.sampled_from(
    ["docker.io", "localhost", "localhost:5000", "127.0.0.1:5000", "[::1]:5000", "ghcr.io"]
)
TAG = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,8}", fullmatch=True)


@st.composite
def references(draw: st.DrawFn) -> ImageRef:
    """A normalised reference of any kind."""
    domain, path = draw(DOMAIN), draw(PATH)
    if domain == "docker.io" and "/" not in path:
        path = f"library/{path}"
    digest = draw(st.sampled_from(["", DIGEST]))
    return ImageRef(domain, path, draw(TAG | st.just("") if digest else TAG), digest)


@given(references())
def test_a_normalised_reference_is_read_back_as_itself(ref: ImageRef) -> None:
    assert ImageRef.parse(str(ref)) == ref


@given(references())
def test_the_familiar_form_means_the_same_reference(ref: ImageRef) -> None:
    """But for docker's own exception: `docker.io/a.b/c` has no shorter form that is no domain's."""
    first = ref.path.partition("/")[0]
    if ref.domain == "docker.io" and "." in first and not ref.path.startswith("library/"):
        return
    assert ImageRef.parse(ref.familiar) == ref


@given(st.text(max_size=40))
def test_any_text_is_a_reference_or_a_value_error(text: str) -> None:
    try:
        ref = ImageRef.parse(text)
    except ValueError:
        return
    assert ImageRef.parse(str(ref)) == ref


@pytest.mark.parametrize(
    ("typed", "normalised"),
    [
        ("app", "docker.io/library/app:latest"),
        ("app:1", "docker.io/library/app:1"),
        ("me/app", "docker.io/me/app:latest"),
        ("library/app", "docker.io/library/app:latest"),
        ("docker.io/app", "docker.io/library/app:latest"),
        ("index.docker.io/app", "docker.io/library/app:latest"),
        ("index.docker.io/me/app:2", "docker.io/me/app:2"),
        ("localhost/app", "localhost/app:latest"),
        ("localhost:5000/app", "localhost:5000/app:latest"),
        ("app:5000", "docker.io/library/app:5000"),
        ("127.0.0.1:5000/a/b:c", "127.0.0.1:5000/a/b:c"),
        ("Registry/app", "Registry/app:latest"),
        ("[::1]:5000/app", "[::1]:5000/app:latest"),
        ("a__b/c.d-e--f", "docker.io/a__b/c.d-e--f:latest"),
        ("cafe", "docker.io/library/cafe:latest"),
        (f"app@{DIGEST}", f"docker.io/library/app@{DIGEST}"),
        (f"app:1@{DIGEST}", f"docker.io/library/app:1@{DIGEST}"),
        ("app@sha384:" + "a" * 96, "docker.io/library/app@sha384:" + "a" * 96),
        ("app@sha512:" + "a" * 128, "docker.io/library/app@sha512:" + "a" * 128),
        ("ghcr.io/" + "a" * 255, "ghcr.io/" + "a" * 255 + ":latest"),
    ],
)
def test_a_reference_is_normalised_as_the_engine_does(typed: str, normalised: str) -> None:
    assert str(ImageRef.parse(typed)) == normalised


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":tag",
        "App",
        "app:",
        "app:.x",
        "app:" + "t" * 129,
        "app@",
        "app@sha256:abc",
        "app@sha512:" + "a" * 64,
        "app@md5:" + "a" * 32,
        "a//b",
        "/app",
        "app/",
        "a..b",
        "a___b",
        "-app",
        "app name",
        "app\n",
        "http://app",
        "é",
        "a" * 64,
        "a/" * 128 + "a",
    ],
)
def test_what_the_engine_would_not_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an image reference"):
        ImageRef.parse(text)


def test_a_tag_of_128_characters_is_the_longest() -> None:
    assert ImageRef.parse("app:" + "t" * 128).tag == "t" * 128


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("docker.io/library/app:1", "app:1"),
        ("docker.io/me/app:1", "me/app:1"),
        ("docker.io/library/a/b:1", "library/a/b:1"),
        ("ghcr.io/library/app:1", "ghcr.io/library/app:1"),
        ("localhost:5000/app", "localhost:5000/app:latest"),
        (f"app@{DIGEST}", f"app@{DIGEST}"),
        ("a_b.c/app:1", "a_b.c/app:1"),
    ],
)
def test_a_reference_is_shown_as_docker_shows_it(typed: str, shown: str) -> None:
    assert ImageRef.parse(typed).familiar == shown


def test_the_repository_has_neither_tag_nor_digest() -> None:
    assert ImageRef.parse(f"app:1@{DIGEST}").repository == "docker.io/library/app"


@pytest.mark.parametrize("tags", [None, [], ["<none>:<none>"], [f"<none>@{DIGEST}"]])
def test_an_image_without_a_tag_has_no_names(tags: list[str] | None) -> None:
    assert names(tags) == frozenset()


def test_names_of_an_image_are_normalised() -> None:
    tags = ["app:1", "localhost:5000/app:1", f"app@{DIGEST}"]

    assert names(tags) == {
        "docker.io/library/app:1",
        "localhost:5000/app:1",
        f"docker.io/library/app@{DIGEST}",
    }


@pytest.mark.parametrize("text", ["a", "cafe", "0" * 12, "f" * 64])
def test_what_may_be_an_id_is_hexadecimal(text: str) -> None:
    assert is_hexadecimal(text)


@pytest.mark.parametrize("text", ["", "CAFE", "cafe:1", "g", "0" * 65, "sha256:cafe", "cafe\n"])
def test_what_cannot_be_an_id_is_not(text: str) -> None:
    assert not is_hexadecimal(text)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [(DIGEST, True), ("sha256:cafe", True), ("0" * 12, False), ("cafe", False), ("", False), ("app:1", False)]
    + [(DIGEST[7 : 7 + digits], True) for digits in (1, 12, 64)],
)
def test_an_id_is_known_by_the_image_that_it_begins(text: str, *, is_one: bool) -> None:
    assert is_image_id(text, DIGEST) == is_one


@pytest.mark.parametrize("text", ["0123", "sha256:0123", DIGEST, DIGEST.removeprefix("sha256:")])
def test_an_image_is_found_by_how_its_id_begins(text: str) -> None:
    assert begins_with(DIGEST, text)


@pytest.mark.parametrize("text", ["", "sha256:", "1234", "sha256:1234", f"{DIGEST}0"])
def test_no_image_is_found_by_no_digits_or_by_others(text: str) -> None:
    assert not begins_with(DIGEST, text)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("app", True),
        ("cafe", True),
        ("f" * 64, True),
        (f"app@{DIGEST}", True),
        ("", False),
        ("no such", False),
    ],
)
def test_the_engine_is_asked_for_references_and_ids_alone(text: str, *, is_one: bool) -> None:
    assert is_reference(text) == is_one


@pytest.mark.parametrize("names", [("app", "docker.io/library/app:latest"), ("index.docker.io/app", "app")])
def test_a_tag_is_one_under_all_its_names(names: tuple[str, str]) -> None:
    first, second = (Tag(ImageRef.parse(name), "linux/amd64") for name in names)

    assert first == second
    assert str(first) == str(second) == "docker.io/library/app:latest linux/amd64"


def test_a_tag_is_another_for_another_platform() -> None:
    ref = ImageRef.parse("app")

    assert len({Tag(ref), Tag(ref, "linux/amd64"), Tag(ref, "linux/arm64")}) == 3
    assert str(Tag(ref)) == "docker.io/library/app:latest"

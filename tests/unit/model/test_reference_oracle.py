"""References mean what they mean to distribution/reference, the library that the engine reads them with.

The tables are those of its own tests (github.com/distribution/reference 0.6, `reference_test.go` and
`normalize_test.go`; Apache-2.0, The CNCF Distribution Project Authors). The oracle for what hypothesis
makes up is docker-image-py, a port of the library; where the two differ, the library is right.
"""

import pytest
from docker_image.digest import InvalidDigest  # type: ignore[import-untyped]
from docker_image.reference import InvalidReference, Reference  # type: ignore[import-untyped]
from hypothesis import example, given, settings
from hypothesis import strategies as st

from watcher.model.reference import ImageRef

F = "f" * 128
DIGEST = "sha256:" + F[:64]
SHA512 = "sha512:" + F
HEX = "1a3f5e7d9c1b3a5f7e9d1c3b5a7f9e1d3c5b7a9f1e3d5d7c9b1a3f5e7d9c1b3a"
NOT_HEX = "thisisthesongthatneverendsitgoesonandonandonthisisthesongthatnev"

VALID = [  # as typed, and as normalised, without the tag that is implied
    *((name, f"docker.io/library/{name}") for name in ("test_com", "test.com:tag", "test.com:5000")),
    *((name, f"docker.io/library/{name}") for name in ("foo_bar.com:8080", "192.168.1.1", "192.168.1.1:tag")),
    *((name, f"docker.io/library/{name}") for name in ("lowercase:Uppercase", "192.168.0.1:80", NOT_HEX)),
    *((name, f"docker.io/library/{name}") for name in ("redis", f"redis@{DIGEST}", HEX[:63], "dbcc1")),
    *((f"test:5000/repo{end}",) * 2 for end in ("", ":tag", f"@{DIGEST}", f":tag@{DIGEST}")),
    *((f"[2001:db8::1]{end}",) * 2 for end in ("/repo", ":5000/repo", ":5000/repo:tag")),
    *((f"[2001:db8::1]:5000/repo{end}",) * 2 for end in (f"@{DIGEST}", f":tag@{DIGEST}")),
    *(
        (name,) * 2
        for name in ("[2001:db8:1:2:3:4:5:6]/repo:tag", "[2001:db8::]:5000/repo", "[::1]:5000/repo")
    ),
    *((name,) * 2 for name in ("test.com/repo:tag", "sub-dom1.foo.com/bar/baz/quux:some-long-tag")),
    *((name,) * 2 for name in ("b.gcr.io/test.example.com/my-app:test.example.com", "192.168.1.1/repo")),
    *((name,) * 2 for name in ("192.168.1.1:5000/repo:5050", "xn--n3h.com/myimage:xn--n3h.com")),
    *((name,) * 2 for name in (f"xn--7o8h.com/myimage:xn--7o8h.com@{SHA512}", "xn--n3h.com:18080/foo")),
    *((name,) * 2 for name in ("test-com:8080/foo", "Docker/docker", "DOCKER/docker", "Foo/bar", "FOO/bar")),
    *((name, f"docker.io/{name}") for name in ("docker/docker", "library/debian", "foo/foo_bar.com:8080")),
    *((name, f"docker.io/{name}") for name in ("docker-rules/docker", "docker---rules/docker", "d/docker")),
    *((name, f"docker.io/{name}") for name in ("jess/t", "dock__er/docker", "test_com/foo", "other/library")),
    *((name, f"docker.io/{name}") for name in ("library/foo/bar", "store/foo/bar")),
    *((f"{hub}/a/b", "docker.io/a/b") for hub in ("docker.io", "index.docker.io")),
    *(
        (f"{hub}/{name}", "docker.io/library/foo")
        for hub in ("docker.io", "index.docker.io")
        for name in ("foo", "library/foo")
    ),
    (f"docker.io/{HEX}", f"docker.io/library/{HEX}"),
    (f"busybox:latest@{DIGEST}", f"docker.io/library/busybox:latest@{DIGEST}"),
    ("a/" * 127 + "a:tag-puts-this-over-max", "docker.io/" + "a/" * 127 + "a:tag-puts-this-over-max"),
]

INVALID = [
    *("", ":justtag", f"@{DIGEST}", "repo@sha256:" + F[:34], "validname@invaliddigest:" + F, "Uppercase:tag"),
    *("test:5000/Uppercase/lowercase:tag", "a/" * 128 + "a:tag", "aa/asdf$$^/aa", "[2001:db8::1]"),
    *("[2001:db8::1]:5000", "[2001:db8::1]:tag", "[fe80::1%eth0]:5000/repo"),
    *("[fe80::1%@invalidzone]:5000/repo", "docker/Docker", "-docker", "-docker/docker"),
    *("-docker.io/docker/docker", "https://github.com/docker/docker"),
    *("docker///docker", "docker.io/docker/Docker", "docker.io/docker///docker", "fc00::1:5000/debian", HEX),
    *("[2001:db8:3:4::192.0.2.33]:5000/debian", "docker-/docker", "-docker-/docker", "____/____"),
    *("_docker/_docker", "dock..er/docker", "dock_.er/docker", "dock-.er/docker", "docker/", "-foo"),
    "this_is_not_a_valid_namespace_because_its_lenth_is_greater_than_255_" * 4 + "/docker",
]  # fmt: skip


@pytest.mark.parametrize(("typed", "normalised"), VALID)
def test_what_the_library_accepts_is_normalised_as_it_does(typed: str, normalised: str) -> None:
    assert ours(typed) == theirs(typed) == normalised


@pytest.mark.parametrize("text", INVALID)
def test_what_the_library_refuses_is_refused(text: str) -> None:
    assert ours(text) is None
    assert theirs(text) is None


DOMAINS = ["docker.io", "index.docker.io", "localhost", "LOCALHOST", "a.b", "a-b:1", "A", "[::1]:5000"]
NO_DOMAINS = ["a_b.c", "[::g]", "-a.b", "é.b", "a.b:", "[::ffff:1.2.3.4]", "http:"]
COMPONENTS = ["library", "app", "a__b", "a--b", "a.b_c", HEX, "localhost"]
NO_COMPONENTS = ["App", "a___b", "a.-b", "-a", "a.", "é", ""]
TAGS = [":1", ":latest", ":V_1.0-a", ":_", ":" + "a" * 128]
NO_TAGS = [":", ":-a", ":.a", ":é", ":" + "a" * 129, ":a/b", ":a:b"]
DIGESTS = [f"@{DIGEST}", f"@{SHA512}", "@sha384:" + F[:96]]
NO_DIGESTS = [
    "@",
    "@sha256:" + "F" * 64,
    "@md5:" + F[:32],
    "@sha256:" + F,
    "@SHA256:" + F[:64],
    f"@{DIGEST}@{DIGEST}",
]


def one_of(right: list[str], wrong: list[str]) -> st.SearchStrategy[str]:
    """Mostly right, so that a whole often is."""
    return st.sampled_from([*right * 6, *wrong])


DOMAIN = one_of([f"{text}/" for text in DOMAINS] + [""], [f"{text}/" for text in NO_DOMAINS])
PATH = st.lists(one_of(COMPONENTS, NO_COMPONENTS), min_size=1, max_size=4).map("/".join)
ENDS = (one_of(["", *TAGS], NO_TAGS), one_of(["", *DIGESTS], NO_DIGESTS))
ASSEMBLED = st.tuples(DOMAIN, PATH, *ENDS).map("".join)


@settings(max_examples=1000)
@given(ASSEMBLED | st.text(max_size=40) | st.text("aA0./:@_-[]", max_size=20))
@example("a" * 247)
@example("a" * 248)
@example("ghcr.io/" + "a" * 255)
@example("ghcr.io/" + "a" * 256)
def test_any_text_is_to_us_what_it_is_to_the_port(text: str) -> None:
    text = text.rstrip("\n")  # one known difference; the other has no domain: both are below

    if not is_nameless(text):
        assert ours(text) == theirs(text)


@settings(max_examples=1000)
@given(ASSEMBLED)
def test_domain_and_path_are_told_apart_as_the_port_does(text: str) -> None:
    if ours(text) and not is_nameless(text):
        ref, port = ImageRef.parse(text), Reference.parse_normalized_named(text)

        assert (ref.domain, ref.path) == port.split_hostname()
        assert (ref.tag, ref.digest) == (
            port.get("tag") or ("" if ref.digest else "latest"),
            port.get("digest") or "",
        )


@pytest.mark.parametrize("text", ["app\n", "app:1\n", f"app@{DIGEST}\n"])
def test_a_line_feed_at_the_end_is_no_part_of_a_reference(text: str) -> None:
    """Go's `$` is the end of the text, Python's comes before a last line feed too: the port takes these."""
    assert theirs(text) is not None
    assert ours(text) is None


@pytest.mark.parametrize("text", ["a_b.c/app", "a.b_c/app:1"])
def test_what_looks_like_a_domain_and_is_none_belongs_to_the_path(text: str) -> None:
    """So do the library and the docker CLI 28.2 read it; the port refuses it."""
    assert theirs(text) is None
    assert ours(text) == text
    assert is_nameless(text)


def is_nameless(text: str) -> bool:
    return ours(text) is not None and not ImageRef.parse(text).domain


def ours(text: str) -> str | None:
    """Normalised; without the tag that we imply and ParseNormalizedNamed does not. None: refused."""
    try:
        ref = ImageRef.parse(text)
    except ValueError:
        return None
    implied = not ref.digest and not text.endswith(":latest")
    return str(ref).removesuffix(":latest") if implied else str(ref)


def theirs(text: str) -> str | None:
    try:
        return str(Reference.parse_normalized_named(text).string())
    except (InvalidReference, InvalidDigest):
        return None

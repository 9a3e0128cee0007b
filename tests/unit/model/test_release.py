"""What images say of their releases is strangers' text: links are of the web, plain, and without logins."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.model.release import Release, address, link, release_of, template

OLD_COMMIT, NEW_COMMIT = "a1" * 20, "b2" * 20
HUB = "https://github.com/nginx/nginx"


def image(**labels: object) -> dict[str, Any]:
    return {"Config": {"Labels": {f"org.opencontainers.image.{key}": said for key, said in labels.items()}}}


def linked(source: str, *, own: str = "", **new: str) -> str:
    old = release_of(image(version="1", revision=OLD_COMMIT, source=source))
    labels = {"version": "2", "revision": NEW_COMMIT, "source": source, "url": "https://nginx.org/"} | new
    return link(old, release_of(image(**labels)), own)


def test_what_an_image_says_is_read() -> None:
    said = image(version="1.27.5", revision=NEW_COMMIT, source=HUB, url="https://nginx.org/en/")

    assert release_of(said) == Release("1.27.5", NEW_COMMIT, HUB, "https://nginx.org/en/")


@pytest.mark.parametrize("said", [None, {}, {"Config": None}, {"Config": {"Labels": None}}, image(version=7)])
def test_an_image_that_says_nothing_or_nonsense_has_no_release(said: object) -> None:
    assert release_of(said) == Release()


def test_a_version_stands_beside_the_id() -> None:
    assert Release("1.27.5").beside("d4e5f6") == "d4e5f6 (1.27.5)"
    assert Release().beside("d4e5f6") == "d4e5f6"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (HUB, f"{HUB}/compare/{OLD_COMMIT}...{NEW_COMMIT}"),
        (f"{HUB}.git", f"{HUB}/compare/{OLD_COMMIT}...{NEW_COMMIT}"),
        (f"{HUB}/", f"{HUB}/compare/{OLD_COMMIT}...{NEW_COMMIT}"),
        (f"{HUB}/tree/main/docker", f"{HUB}/compare/{OLD_COMMIT}...{NEW_COMMIT}"),
        (
            "https://gitlab.com/group/sub/app",
            f"https://gitlab.com/group/sub/app/-/compare/{OLD_COMMIT}...{NEW_COMMIT}",
        ),
        (
            "https://gitlab.example.com/group/app/-/tree/main",
            f"https://gitlab.example.com/group/app/-/compare/{OLD_COMMIT}...{NEW_COMMIT}",
        ),
        ("https://gitea.com/a/b", f"https://gitea.com/a/b/compare/{OLD_COMMIT}...{NEW_COMMIT}"),
        ("https://codeberg.org/a/b", f"https://codeberg.org/a/b/compare/{OLD_COMMIT}...{NEW_COMMIT}"),
        (
            "http://forgejo.lan:3000/a/b",
            f"http://forgejo.lan:3000/a/b/compare/{OLD_COMMIT}...{NEW_COMMIT}",
        ),
    ],
)
def test_two_commits_of_a_forge_are_compared(source: str, expected: str) -> None:
    assert linked(source) == expected


@pytest.mark.parametrize("revision", ["", "main", "v1.2", "abc", OLD_COMMIT, f"{NEW_COMMIT}; rm", "b2" * 33])
def test_what_is_no_other_commit_is_not_compared(revision: str) -> None:
    assert linked(HUB, revision=revision) == f"{HUB}/releases"
    assert linked("https://gitlab.com/a/b", revision=revision) == "https://gitlab.com/a/b/-/releases"


def test_a_repository_that_moved_is_not_compared() -> None:
    old = Release(revision=OLD_COMMIT, source=HUB)
    new = Release(revision=NEW_COMMIT, source="https://github.com/else/nginx")

    assert link(old, new) == "https://github.com/else/nginx/releases"


def test_what_is_no_forge_has_releases_and_what_has_no_source_an_address_of_its_own() -> None:
    assert linked("https://example.com/a/b") == "https://example.com/a/b/releases"
    assert linked("") == "https://nginx.org/"
    assert linked("https://github.com/") == "https://nginx.org/"
    assert linked("git@github.com:a/b.git") == "https://nginx.org/"
    assert linked("", url="") == ""


def test_the_users_own_address_speaks_first_and_has_the_version_filled_in() -> None:
    own = "https://example.com/notes/{version}#top"

    assert linked(HUB, own=own) == "https://example.com/notes/2"
    assert linked(HUB, own=own, version="2 &/?é") == "https://example.com/notes/2%20%26%2F%3F%C3%A9"
    assert linked(HUB, own="https://example.com/?v={version}", version="2") == "https://example.com/?v=2"
    assert linked(HUB, own=own, version="") == f"{HUB}/compare/{OLD_COMMIT}...{NEW_COMMIT}"
    assert linked(HUB, own="https://example.com/notes", version="") == "https://example.com/notes"


@pytest.mark.parametrize("text", ["", "notes", "ftp://a/b", "javascript:alert(1)", "https://", "https:///x"])
def test_what_is_no_address_of_the_web_is_no_address_of_release_notes(text: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        template(text)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("https://user:secret@github.com/a", "https://github.com/a"),
        ("https://github.com@evil.example/a", "https://evil.example/a"),
        ("https://a.example/?token=secret", "https://a.example/"),
        ("https://a.example/?page=2#part", "https://a.example/?page=2"),
        ("https://a.example/<script>\"' ", "https://a.example/%3Cscript%3E%22%27%20"),
        ("HTTPS://A.EXAMPLE/B", "https://a.example/B"),
        ("https://[::1]:8443/x", "https://[::1]:8443/x"),
        ("https://a.example:99999/", ""),
        ("https://a.example/\x1b[31m", ""),
        ("https://a.example/\u202e", ""),
        ("https://a\\b.example/", ""),
        ("https://\u0430pple.example/", ""),
        ("//a.example/b", ""),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        (f"https://a.example/{'a' * 500}", ""),
    ],
)
def test_an_address_is_of_the_web_and_has_no_login(said: str, shown: str) -> None:
    assert address(said) == shown


HOSTILE = st.text() | st.builds(
    lambda scheme, login, host, path: f"{scheme}{login}{host}{path}",
    st.sampled_from(["https://", "http://", "HTTP:", "javascript:", "//", "https:/\\", "data:", ""]),
    st.sampled_from(["", "user:secret@", "secret@", "a@b:secret@"]),
    st.sampled_from(
        ["github.com", "gitlab.com", "[::1]", "[", "a..b", "xn--a", "a:0", "\u0430.example", "a b"]
    ),
    st.text() | st.sampled_from(["/a/b", "/a/b?token=secret", "/a/b#secret", "/../..", "/a/b/\x1b]8;;"]),
)


@given(version=st.text(), revision=st.text(), source=HOSTILE, url=HOSTILE, own=HOSTILE)
def test_whatever_strangers_say_a_link_is_plain_and_of_the_web(
    version: str, revision: str, source: str, url: str, own: str
) -> None:
    new = release_of(image(version=version, revision=revision, source=source, url=url))
    shown = link(Release(revision=OLD_COMMIT), new, own)

    assert new.version.isprintable()
    assert len(new.version) <= 60
    parts = urlsplit(shown)
    assert shown == "" or (parts.scheme in ("http", "https") and parts.hostname)
    assert parts.username is None
    assert "@" not in parts.netloc
    assert shown.isascii()
    assert shown.isprintable()
    assert not {*" \"'<>\\`{}|^"} & {*shown}
    assert len(shown) < 3 * 500 + 200

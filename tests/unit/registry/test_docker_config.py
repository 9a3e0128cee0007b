"""The CLI's config.json means what it means to the CLI; docker-py, where it is right, is the oracle.

Whatever is broken in it is a trouble, never an error; the file is read again whenever it is another one.
"""

import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest
from docker import auth as docker_py  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from watcher.registry.docker_config import ConfigFile, parse
from watcher.registry.login import Login

CANARY = "c4n4ry"
ME = Login("me", CANARY)
HUB_SERVER = "https://index.docker.io/v1/"
HUB_KEYS = ["docker.io", "index.docker.io", "https://index.docker.io/v1/", "https://index.docker.io/v2/"]
HOSTS = ["ghcr.io", "localhost:5000", "registry.example.com:8443"]


def basic(login: str) -> str:
    return base64.b64encode(login.encode()).decode()


def mine(**more: str) -> dict[str, Any]:
    return {"auth": basic(f"me:{CANARY}"), **more}


def find(auths: dict[str, Any], domain: str = "ghcr.io") -> Login:
    return parse(json.dumps({"auths": auths}), "config.json").login(domain)


def whole(user: str = "me") -> str:
    return json.dumps({"auths": {"ghcr.io": {"auth": basic(f"{user}:{CANARY}")}}})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.json"


@pytest.mark.parametrize(
    ("entry", "login"),
    [
        ({}, Login()),
        ({"auth": basic("me:a:b")}, Login("me", "a:b")),
        ({"auth": basic("me:a\0\0")}, Login("me", "a")),
        ({"auth": basic("me:a").rstrip("=")}, Login("me", "a")),
        ({"auth": basic("me:pässwörd")}, Login("me", "pässwörd")),
        ({"username": "me", "password": "a"}, Login("me", "a")),
        ({"auth": basic("me:a"), "username": "you", "password": "b"}, Login("me", "a")),
        ({"auth": basic("0000:"), "identitytoken": CANARY}, Login("0000", identity_token=CANARY)),
        ({"registrytoken": CANARY}, Login(registry_token=CANARY)),
    ],
)
def test_each_kind_of_entry_is_a_login(entry: dict[str, str], login: Login) -> None:
    assert find({"ghcr.io": entry}) == login


@pytest.mark.parametrize("key", ["ghcr.io", "https://ghcr.io", "http://ghcr.io/v1/", "ghcr.io/me/app"])
def test_an_entry_is_found_by_its_host(key: str) -> None:
    auths = {"ghcr.io:443": {}, key: mine()}

    assert find(auths) == Login("me", CANARY)
    assert find(auths, "ghcr.io:5000").anonymous


@pytest.mark.parametrize("key", [*HUB_KEYS, "registry-1.docker.io", "https://registry-1.docker.io/v2/"])
def test_docker_hub_is_found_under_all_its_names(key: str) -> None:
    """The CLI reads only https://index.docker.io/v1/; people write the others by hand."""
    assert find({key: mine()}, "docker.io") == Login("me", CANARY)


def test_the_name_that_docker_login_writes_comes_first() -> None:
    auths = {"docker.io": mine(auth=basic("old:a")), HUB_SERVER: mine()}

    assert find(auths, "docker.io") == Login("me", CANARY)


KEYS = st.sampled_from(
    [*HUB_KEYS, *HOSTS, *(f"https://{host}" for host in HOSTS), *(f"http://{host}/v1/" for host in HOSTS)]
)
WORDS = st.text(st.characters(exclude_characters=":\0", exclude_categories=["Cs"]), min_size=1, max_size=9)
ENTRIES = st.one_of(
    st.just({}),
    st.builds(lambda user, word: {"auth": basic(f"{user}:{word}")}, WORDS, WORDS | st.just("")),
    st.builds(lambda token: {"identitytoken": token, "auth": basic("0:")}, WORDS),
)


def as_docker_py(config: dict[str, Any], domain: str) -> tuple[str, ...]:
    loaded = docker_py.load_config(config_dict=json.loads(json.dumps(config)))
    found = docker_py.resolve_authconfig(loaded, domain) or {}
    return tuple(found.get(key, "") for key in ("username", "password", "IdentityToken"))


@given(st.dictionaries(KEYS, ENTRIES, min_size=1), st.sampled_from(["docker.io", *HOSTS]))
def test_a_file_means_what_it_means_to_docker_py(auths: dict[str, Any], domain: str) -> None:
    """But for the user beside an identity token, which it forgets, and several names of Hub in one file."""
    while len(hub := [key for key in auths if key in HUB_KEYS]) > 1:
        del auths[hub[0]]

    login = find(auths, domain)

    user = "" if login.identity_token else login.username
    assert (user, login.password, login.identity_token) == as_docker_py({"auths": auths}, domain)


def test_the_file_is_read_again_whenever_it_is_another_one(file: Path) -> None:
    config = ConfigFile(file)
    names = []
    for content in (None, whole("a"), whole("bb"), "", whole("c"), None, whole("d")):
        if content is None:
            file.unlink(missing_ok=True)
        else:
            file.write_text(content)
        names.append(config.read().login("ghcr.io").username)

    assert names == ["", "a", "bb", "", "c", "", "d"]


def test_a_file_that_replaces_another_of_its_size_and_time_is_read(file: Path) -> None:
    file.write_text(whole("a"))
    config = ConfigFile(file)
    config.read().login("ghcr.io")
    other = file.with_name("new")
    other.write_text(whole("b"))
    os.utime(other, ns=(0, file.stat().st_mtime_ns))
    other.replace(file)

    assert config.read().login("ghcr.io").username == "b"


def test_an_unchanged_file_is_not_read_again(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text(whole())
    config = ConfigFile(file)
    config.read().login("ghcr.io")
    # Set, not deleted: from Python 3.13 on a base class has it too.
    monkeypatch.setattr(Path, "read_bytes", lambda _: b"read again")

    assert config.read().login("ghcr.io") == ME


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (f'{{"auths": "{CANARY}', "is not JSON: Unterminated string starting at in line 1"),
        ("\udcff", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        (f'["{CANARY}"]', "is not a JSON object"),
        (f'{{"auths": ["{CANARY}"]}}', ": auths, credHelpers or credsStore is not of its type"),
        ('{"credHelpers": "x"}', ": auths, credHelpers or credsStore is not of its type"),
        (
            '{"credsStore": {}, "auths": {"ghcr.io": 1}}',
            ": the entry of ghcr.io is not as `docker login` writes it",
        ),
        (
            f'{{"auths": {{"ghcr.io": "{CANARY}"}}}}',
            ": the entry of ghcr.io is not as `docker login` writes it",
        ),
        ('{"auths": {"ghcr.io": {"auth": 1}}}', ": the entry of ghcr.io is not as `docker login` writes it"),
        (
            '{"auths": {"ghcr.io": {"username": "\\ud800"}}}',
            ": the entry of ghcr.io is not as `docker login` writes it",
        ),
        *(
            (
                json.dumps({"auths": {"ghcr.io": {"auth": auth}}}),
                ": the entry of ghcr.io has an auth that is not the base64 of user:password",
            )
            for auth in (CANARY, "bWU", "OnB3", "/zpw", "me:pw", "é")
        ),
    ],
)
def test_a_file_that_is_garbage_says_so_until_it_is_mended(file: Path, content: str, why: str) -> None:
    file.write_text(content, errors="surrogateescape")
    config = ConfigFile(file)
    login = config.read().login("ghcr.io")

    assert login.anonymous
    assert login.trouble.removeprefix(f"{file}").removeprefix(" ") == why
    file.write_text(whole())
    assert config.read().login("ghcr.io") == ME


def test_a_broken_entry_spoils_no_other_registry(file: Path) -> None:
    """With the CLI it would."""
    content: dict[str, Any] = json.loads(whole())
    content["auths"]["broken.io"] = {"auth": "-"}
    file.write_text(json.dumps(content))

    assert ConfigFile(file).read().login("ghcr.io") == ME
    assert ConfigFile(file).read().login("broken.io").trouble


def test_a_folder_in_the_files_place_is_named(file: Path) -> None:
    """The engine makes one where the source of a bind mount is missing."""
    file.mkdir()

    assert ConfigFile(file).read().login("ghcr.io") == Login(trouble=f"{file} cannot be read: Is a directory")

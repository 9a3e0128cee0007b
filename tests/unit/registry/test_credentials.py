"""Logins are found as the docker CLI finds them; docker-py, where it is right, is the oracle."""

import asyncio
import base64
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from docker import auth as docker_py  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from watcher.registry.credentials import FRESH_S, TROUBLE_FRESH_S, Credentials, Login

CANARY = "c4n4ry"
HUB_SERVER = "https://index.docker.io/v1/"
HUB_KEYS = ["docker.io", "index.docker.io", "https://index.docker.io/v1/", "https://index.docker.io/v2/"]
HOSTS = ["ghcr.io", "localhost:5000", "registry.example.com:8443"]
Configure = Callable[[Any], None]


def basic(login: str) -> str:
    return base64.b64encode(login.encode()).decode()


def mine(**more: str) -> dict[str, Any]:
    return {"auth": basic(f"me:{CANARY}"), **more}


def helper(folder: Path, name: str, script: str) -> None:
    path = folder / f"docker-credential-{name}"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def answers(username: str, secret: str = CANARY) -> str:
    return f'echo asked >>"$0.log"; echo \'{{"Username":"{username}","Secret":"{secret}"}}\''


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A home without a config.json, which is on PATH too."""
    return {"HOME": "/nowhere", "DOCKER_CONFIG": str(tmp_path), "PATH": f"{tmp_path}:{os.environ['PATH']}"}


@pytest.fixture
def configure(tmp_path: Path) -> Configure:
    """Write the config.json."""

    def write(content: Any) -> None:
        text = content if isinstance(content, str) else json.dumps(content)
        (tmp_path / "config.json").write_text(text)

    return write


async def find(environ: Mapping[str, str], domain: str = "ghcr.io") -> Login:
    return await Credentials(environ).find(domain)


async def test_who_configured_nothing_is_anonymous(environ: Mapping[str, str]) -> None:
    assert await find(environ) == Login()
    assert Login().anonymous
    assert Login(trouble="t").anonymous
    assert Login().header("ghcr.io") == {}


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
async def test_each_kind_of_entry_is_a_login(
    environ: Mapping[str, str], configure: Configure, entry: dict[str, str], login: Login
) -> None:
    configure({"auths": {"ghcr.io": entry}})

    assert await find(environ) == login


@pytest.mark.parametrize("key", ["ghcr.io", "https://ghcr.io", "http://ghcr.io/v1/", "ghcr.io/me/app"])
async def test_an_entry_is_found_by_its_host(
    environ: Mapping[str, str], configure: Configure, key: str
) -> None:
    configure({"auths": {"ghcr.io:443": {}, key: mine()}})

    assert await find(environ) == Login("me", CANARY)
    assert (await find(environ, "ghcr.io:5000")).anonymous


@pytest.mark.parametrize("key", [*HUB_KEYS, "registry-1.docker.io", "https://registry-1.docker.io/v2/"])
async def test_docker_hub_is_found_under_all_its_names(
    environ: Mapping[str, str], configure: Configure, key: str
) -> None:
    """The CLI reads only https://index.docker.io/v1/; people write the others by hand."""
    configure({"auths": {key: mine()}})

    assert await find(environ, "docker.io") == Login("me", CANARY)


async def test_the_name_that_docker_login_writes_comes_first(
    environ: Mapping[str, str], configure: Configure
) -> None:
    configure({"auths": {"docker.io": mine(auth=basic("old:a")), HUB_SERVER: mine()}})

    assert await find(environ, "docker.io") == Login("me", CANARY)


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

    login = asyncio.run(
        find({"DOCKER_AUTH_CONFIG": json.dumps({"auths": auths}), "HOME": "/nowhere"}, domain)
    )

    user = "" if login.identity_token else login.username
    assert (user, login.password, login.identity_token) == as_docker_py({"auths": auths}, domain)


@pytest.mark.parametrize(
    ("login", "content"),
    [
        (Login("me", "a"), {"username": "me", "password": "a"}),
        (Login("0", identity_token=CANARY), {"identitytoken": CANARY}),
        (Login(registry_token=CANARY, identity_token=CANARY[::-1]), {"registrytoken": CANARY}),
    ],
)
@pytest.mark.parametrize(("domain", "server"), [("docker.io", HUB_SERVER), ("r.io:5000", "r.io:5000")])
def test_the_engine_is_told_the_strongest_login_and_whose_it_is(
    login: Login, content: dict[str, str], domain: str, server: str
) -> None:
    header = login.header(domain)["X-Registry-Auth"]

    assert json.loads(base64.urlsafe_b64decode(header)) == {**content, "serveraddress": server}


async def test_a_registrys_helper_beats_the_general_one_which_beats_the_file(
    environ: Mapping[str, str], configure: Configure, tmp_path: Path
) -> None:
    """An empty name turns the general one off (docker/cli `getConfiguredCredentialStore`)."""
    for name in ("own", "general"):
        helper(tmp_path, name, answers(name))
    auths = {host: mine() for host in ("ghcr.io", "off.io", "other.io")}
    configure({"auths": auths, "credsStore": "general", "credHelpers": {"ghcr.io": "own", "off.io": ""}})

    found = {host: (await find(environ, host)).username for host in auths}

    assert found == {"ghcr.io": "own", "off.io": "me", "other.io": "general"}


async def test_a_helper_is_asked_for_docker_hub_by_its_index(
    environ: Mapping[str, str], configure: Configure, tmp_path: Path
) -> None:
    helper(tmp_path, "x", 'printf \'{"Username":"<token>","Secret":"of %s"}\' "$(cat)"')
    configure({"credHelpers": {HUB_SERVER: "x"}})

    assert await find(environ, "docker.io") == Login(identity_token=f"of {HUB_SERVER}")


async def test_a_helper_without_a_login_means_none_but_for_a_registry_token(
    environ: Mapping[str, str], configure: Configure, tmp_path: Path
) -> None:
    """As with the CLI; docker-py would take the user from the file."""
    helper(tmp_path, "x", "echo credentials not found in native keychain; exit 1")
    configure({"auths": {"ghcr.io": mine(), "r.io": {"registrytoken": CANARY}}, "credsStore": "x"})

    assert await find(environ, "ghcr.io") == Login()
    assert await find(environ, "r.io") == Login(registry_token=CANARY)


async def test_a_helper_that_fails_is_a_trouble_that_names_it(
    environ: Mapping[str, str], configure: Configure
) -> None:
    configure({"auths": {"ghcr.io": mine()}, "credsStore": "x"})

    assert await find(environ) == Login(trouble="docker-credential-x is not on PATH")


async def test_many_tags_of_a_registry_ask_its_helper_once(
    environ: Mapping[str, str], configure: Configure, tmp_path: Path
) -> None:
    helper(tmp_path, "x", answers("me"))
    configure({"credsStore": "x"})
    credentials = Credentials(environ)

    async with asyncio.TaskGroup() as tasks:
        found = [tasks.create_task(credentials.find("ghcr.io")) for _ in range(9)]

    assert {task.result() for task in found} == {Login("me", CANARY)}
    assert times_asked(tmp_path) == 1
    credentials.forget("ghcr.io")  # it was refused
    await credentials.find("ghcr.io")
    assert times_asked(tmp_path) == 2


@pytest.mark.parametrize(("end", "fresh_s"), [("", FRESH_S), ("; exit 1", TROUBLE_FRESH_S)])
async def test_an_answer_is_asked_for_again_when_it_is_old(
    environ: Mapping[str, str],
    configure: Configure,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    end: str,
    fresh_s: float,
) -> None:
    helper(tmp_path, "x", answers("me") + end)
    configure({"credsStore": "x"})
    credentials = Credentials(environ)
    loop = asyncio.get_running_loop()
    now = loop.time
    await credentials.find("ghcr.io")
    await credentials.find("ghcr.io")
    assert times_asked(tmp_path) == 1

    monkeypatch.setattr(loop, "time", lambda: now() + fresh_s)
    await credentials.find("ghcr.io")

    assert times_asked(tmp_path) == 2


def times_asked(folder: Path) -> int:
    return len((folder / "docker-credential-x.log").read_text().splitlines())

"""Logins are found as the docker CLI finds them; docker-py, where it is right, is the oracle."""

import asyncio
import base64
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from watcher.registry.credentials import FRESH_S, TROUBLE_FRESH_S, Credentials
from watcher.registry.login import Login

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

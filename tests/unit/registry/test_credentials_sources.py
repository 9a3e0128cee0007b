"""Where logins are read from, and when again; whatever is broken there is a trouble, never an error."""

import asyncio
import base64
import json
import os
from pathlib import Path

import pytest

from watcher.registry.credentials import Credentials
from watcher.registry.login import Login

CANARY = "c4n4ry"
USER, PASSWORD = "CTR_UPDATER_REGISTRY_USER", "CTR_UPDATER_REGISTRY_PASSWORD"
VARIABLES = {USER: "me", PASSWORD: CANARY}
ME = Login("me", CANARY)


def auths(user: str = "me", *, host: str = "ghcr.io") -> str:
    auth = base64.b64encode(f"{user}:{CANARY}".encode()).decode()
    return json.dumps({"auths": {host: {"auth": auth}}})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.json"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"DOCKER_CONFIG": str(tmp_path), "PATH": str(tmp_path)}


def find(environ: dict[str, str], domain: str = "ghcr.io") -> Login:
    return asyncio.run(Credentials(environ).find(domain))


def test_the_file_is_in_the_home_directory_unless_it_is_said_where(tmp_path: Path) -> None:
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker" / "config.json").write_text(auths())

    assert find({"HOME": str(tmp_path)}) == ME


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_user_and_password_may_stand_in_files(environ: dict[str, str], tmp_path: Path, end: str) -> None:
    environ |= {f"{USER}_FILE": str(tmp_path / "u"), f"{PASSWORD}_FILE": str(tmp_path / "p")}
    (tmp_path / "u").write_text(f"me{end}")
    (tmp_path / "p").write_text(f"old{end}")
    credentials = Credentials(environ)
    asyncio.run(credentials.find("docker.io"))
    (tmp_path / "p").write_text(f" {CANARY}{end}")

    assert asyncio.run(credentials.find("docker.io")) == Login("me", f" {CANARY}")


@pytest.mark.parametrize("named", ["ghcr.io", "https://ghcr.io/", "ghcr.io/me"])
def test_the_variables_win_for_the_registry_that_they_name_alone(
    environ: dict[str, str], file: Path, named: str
) -> None:
    file.write_text(auths("file"))
    environ |= {**VARIABLES, "CTR_UPDATER_REGISTRY": named, "DOCKER_AUTH_CONFIG": auths("given")}

    assert find(environ) == ME
    assert find(environ, "docker.io") == Login()


def test_the_variables_mean_docker_hub_where_they_name_none(environ: dict[str, str]) -> None:
    environ |= VARIABLES

    assert find(environ, "docker.io") == ME
    assert find(environ, "ghcr.io") == Login()


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({USER: ""}, f"{USER} or {USER}_FILE is needed too: it is empty or not set"),
        ({PASSWORD: ""}, f"{PASSWORD} or {PASSWORD}_FILE is needed too: it is empty or not set"),
        ({f"{USER}_FILE": "x"}, f"{USER} and {USER}_FILE are both set: keep one"),
        (
            {PASSWORD: "", f"{PASSWORD}_FILE": "/no/such"},
            f"{PASSWORD}_FILE: cannot read /no/such: No such file or directory",
        ),
        ({PASSWORD: "", f"{PASSWORD}_FILE": os.devnull}, f"{PASSWORD} or {PASSWORD}_FILE is needed too"),
        ({PASSWORD: "secret\udcff"}, f"{PASSWORD} is not text"),
    ],
)
def test_variables_that_do_not_make_a_login_are_a_trouble(
    environ: dict[str, str], more: dict[str, str], why: str
) -> None:
    login = find(environ | VARIABLES | more, "docker.io")

    assert login.anonymous
    assert login.trouble.startswith(why)


def test_a_password_file_that_is_no_text_is_not_quoted(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "p").write_bytes(CANARY.encode() + b"\xff")

    login = find(environ | {USER: "me", f"{PASSWORD}_FILE": str(tmp_path / "p")}, "docker.io")

    assert login == Login(trouble=f"{PASSWORD}_FILE: {tmp_path / 'p'} is not text")


def test_docker_auth_config_beats_the_file_for_what_it_holds(environ: dict[str, str], file: Path) -> None:
    file.write_text(auths("file", host="quay.io"))
    environ["DOCKER_AUTH_CONFIG"] = auths("given")

    assert (find(environ, "ghcr.io")).username == "given"
    assert (find(environ, "quay.io")).username == "file"


def test_a_broken_docker_auth_config_is_told_where_nothing_else_is_found(
    environ: dict[str, str], file: Path
) -> None:
    file.write_text(auths("file", host="quay.io"))
    environ["DOCKER_AUTH_CONFIG"] = f'"{CANARY}"'

    assert find(environ, "ghcr.io") == Login(trouble="DOCKER_AUTH_CONFIG is not a JSON object")
    assert find(environ, "quay.io") == Login("file", CANARY)


def test_no_secret_is_in_a_repr(environ: dict[str, str], file: Path) -> None:
    # in clear, for in base64 nobody would find it
    file.write_text(json.dumps({"auths": {"ghcr.io": {"username": "me", "password": CANARY}}}))
    environ |= {**VARIABLES, "DOCKER_AUTH_CONFIG": auths(host="quay.io")}
    credentials = Credentials(environ)
    login = asyncio.run(credentials.find("ghcr.io"))
    kept = {name: value for name, value in vars(credentials).items() if value is not environ}
    everything = [Login("me", CANARY, CANARY, CANARY), login, credentials, kept, vars(kept["_file"])]

    shown = [repr(thing) for thing in everything]

    assert login.password == CANARY
    assert not [text for text in shown if CANARY in text]

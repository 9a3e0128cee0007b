"""Where logins are read from, and when again; whatever is broken there is a trouble, never an error."""

import asyncio
import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest

from watcher.registry.credentials import Credentials, Login

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


def test_the_file_is_read_again_whenever_it_is_another_one(environ: dict[str, str], file: Path) -> None:
    credentials = Credentials(environ)
    names = []
    for content in (None, auths("a"), auths("bb"), "", auths("c"), None, auths("d")):
        if content is None:
            file.unlink(missing_ok=True)
        else:
            file.write_text(content)
        names.append(asyncio.run(credentials.find("ghcr.io")).username)

    assert names == ["", "a", "bb", "", "c", "", "d"]


def test_a_file_that_replaces_another_of_its_size_and_time_is_read(
    environ: dict[str, str], file: Path
) -> None:
    file.write_text(auths("a"))
    credentials = Credentials(environ)
    asyncio.run(credentials.find("ghcr.io"))
    other = file.with_name("new")
    other.write_text(auths("b"))
    os.utime(other, ns=(0, file.stat().st_mtime_ns))
    other.replace(file)

    assert asyncio.run(credentials.find("ghcr.io")).username == "b"


def test_an_unchanged_file_is_not_read_again(
    environ: dict[str, str], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text(auths())
    credentials = Credentials(environ)
    asyncio.run(credentials.find("ghcr.io"))
    # Set, not deleted: from Python 3.13 on a base class has it too.
    monkeypatch.setattr(Path, "read_bytes", lambda _: b"read again")

    assert asyncio.run(credentials.find("ghcr.io")) == ME


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
def test_a_file_that_is_garbage_says_so_until_it_is_mended(
    environ: dict[str, str], file: Path, content: str, why: str
) -> None:
    file.write_text(content, errors="surrogateescape")
    credentials = Credentials(environ)
    login = asyncio.run(credentials.find("ghcr.io"))

    assert login.anonymous
    assert login.trouble.removeprefix(f"{file}").removeprefix(" ") == why
    file.write_text(auths())
    assert asyncio.run(credentials.find("ghcr.io")) == ME


def test_a_broken_entry_spoils_no_other_registry(environ: dict[str, str], file: Path) -> None:
    """With the CLI it would."""
    content: dict[str, Any] = json.loads(auths())
    content["auths"]["broken.io"] = {"auth": "-"}
    file.write_text(json.dumps(content))

    assert find(environ) == ME
    assert (find(environ, "broken.io")).trouble


def test_a_folder_in_the_files_place_is_named(environ: dict[str, str], file: Path) -> None:
    """The engine makes one where the source of a bind mount is missing."""
    file.mkdir()

    assert find(environ) == Login(trouble=f"{file} cannot be read: Is a directory")


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

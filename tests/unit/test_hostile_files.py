"""What stands in files, in the engine's events and in the environment is read, or counts as not said."""

import asyncio
import json
import string
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from attrs import asdict
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.unit.host.test_notes import note
from tests.unit.state import here
from tests.unit.test_hostile import NASTY, TEXTS
from watcher.config.time_zone import refuse_unknown_zone
from watcher.container.exits import read
from watcher.container.rejoin import taken_off
from watcher.host.notes import Notes
from watcher.model.errors import RegistryError, UnreadableSetting
from watcher.recovery.pruned import departure_of
from watcher.recovery.takeover import last_sign
from watcher.registry.credentials import Credentials
from watcher.registry.login import Login
from watcher.store.failures import Failure, LastQuestion, Seen
from watcher.store.heartbeat import what_is_wrong
from watcher.store.owner import home_of
from watcher.store.state import Memory

Json = dict[str, Any]

pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")

CID, NETWORK, WHEN = "f" * 64, "e" * 64, 1_700_000_000_000_000_000
NUMBERS = st.one_of(st.integers(), st.floats(), st.just(10**400))
PLAIN = st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS)
KEYS = st.one_of(
    st.sampled_from(
        ["image", "reason", "when", "identities", "since", "local", "why", "until", "of", "auths"]
    ),
    st.sampled_from(
        ["auth", "credsStore", "credHelpers", "ghcr.io", "username", "password", "identitytoken"]
    ),
    st.sampled_from(["name", "engine", "parts", "networks", "marker", "payload", "ids"]),
    TEXTS,
)
ANYTHING = st.recursive(
    PLAIN, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=5))
)
LOGINS = st.fixed_dictionaries({"Username": TEXTS | ANYTHING, "Secret": TEXTS | ANYTHING})
DEEP = "[" * 100_000
# The engine puts a container's labels among what it says of an event, and over that.
ATTRIBUTES = st.dictionaries(
    st.one_of(st.sampled_from(["exitCode", "signal", "name", "oldName", "container", "image"]), TEXTS), TEXTS
)
ACTIONS = st.sampled_from(
    ["start", "die", "kill", "stop", "rename", "create", "destroy", "prune", "disconnect"]
)


@st.composite
def events(draw: st.DrawFn) -> Json:
    kind = draw(st.sampled_from(["container", "network"]))
    actor = {
        "ID": draw(st.sampled_from([CID, NETWORK])),
        "Attributes": draw(st.one_of(st.none(), ATTRIBUTES)),
    }
    return {"Type": kind, "Action": draw(ACTIONS), "Actor": actor, "timeNano": WHEN}


def write(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else json.dumps(content)
    path.write_bytes(text.encode(errors="surrogatepass"))


@given(st.lists(events(), max_size=6))
def test_an_event_is_read_whatever_labels_its_container_has(past: list[Json]) -> None:
    ends = read(event for event in past if event["Action"] in {"start", "die", "kill", "stop"})

    assert all(isinstance(end.code, int) for end in ends)
    assert last_sign(past, {"web"}, now=0) in {0, WHEN / 1e9}
    found = taken_off(past, CID, NETWORK, "")
    assert found is None or all(isinstance(name, str) for name in found.beside)
    departure_of(past, CID, WHEN / 1e9)


@pytest.mark.parametrize("text", ["0x1", "²", "9" * 5000, "", "-"])
def test_an_exit_code_that_is_no_number_is_no_good_end(text: str) -> None:
    die = {"Type": "container", "Action": "die", "Actor": {"ID": CID, "Attributes": {"exitCode": text}}}

    assert [end.code for end in read([die])] == [-1]


@given(ANYTHING)
@example(DEEP)
def test_a_file_of_the_state_directory_is_read_or_counts_as_not_there(content: object) -> None:
    with TemporaryDirectory() as folder:
        memory = Memory(Path(folder), here)
        asyncio.run(memory.keep_failure(CID, "sha256:1", "why"))
        asyncio.run(memory.saw("app:1", {"sha256:1"}, ""))
        asyncio.run(memory.keep_asked("app:1", LastQuestion(1, 1, "", "")))
        asyncio.run(memory.keep_image({"Id": f"sha256:{CID}"}))
        for path in Path(folder).rglob("*.json"):
            write(path, content)
        again = Memory(Path(folder), here)

        failure = asyncio.run(again.failure(CID, "web"))
        seen = asyncio.run(again.seen("app:1"))
        asked = asyncio.run(again.asked("app:1"))
        image = again.image(f"sha256:{CID}")

    assert failure is None or all(isinstance(text, str) for text in asdict(failure).values())
    assert failure is None or isinstance(failure, Failure)
    assert seen is None or isinstance(seen, Seen)
    assert asked is None or isinstance(asked, LastQuestion)
    assert image is None or isinstance(image, dict)


@given(ANYTHING)
@example(DEEP)
@example({"name": [], "since": 0, "parts": []})
@example({"name": "web", "since": None, "parts": []})
@example({"name": "web", "since": 10**400, "parts": []})
@example({"name": "web", "since": 0, "parts": [], "networks": []})
def test_what_is_noted_of_an_update_is_read_or_counts_as_not_noted(content: object) -> None:
    with TemporaryDirectory() as folder:
        asyncio.run(Notes(Path(folder), here).keep(note()))
        for path in Path(folder).rglob("*.json"):
            write(path, content)

        assert asyncio.run(Notes(Path(folder), here).of("web")) == []


@given(st.one_of(ANYTHING, st.text()))
@example(DEEP)
@example({"until": 10**400})
def test_a_daemons_sign_is_read_or_told_in_one_line(content: object) -> None:
    with TemporaryDirectory() as folder:
        write(Path(folder) / "health.json", content)
        assert "\n" not in what_is_wrong(Path(folder)).replace(folder, "")


@given(st.binary(max_size=30))
def test_a_home_that_cannot_be_read_is_another_one(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        (Path(folder) / "home").write_bytes(content)
        found = home_of(Path(folder))

    assert len(found) == 8
    assert set(found) <= set(string.hexdigits.lower())


@given(st.one_of(ANYTHING, st.dictionaries(st.just("auths"), st.dictionaries(KEYS, ANYTHING, max_size=3))))
@example(DEEP)
@example({"auths": {"ghcr.io": {"auth": "²²²="}}})
@example({"auths": {"ghcr.io": {"auth": 5}}})
@example({"credHelpers": {"ghcr.io": "../../bin/sh"}})
def test_a_file_of_logins_is_read_or_refused_in_one_line(content: object) -> None:
    with TemporaryDirectory() as folder:
        write(Path(folder) / "config.json", content)
        found = _login(folder)

    shown = found if isinstance(found, str) else "".join(found.header("ghcr.io").values())
    assert shown.isprintable()


def _login(folder: str) -> Login | str:
    """The login that is found, or why none is."""
    try:
        return asyncio.run(Credentials({"DOCKER_CONFIG": folder, "PATH": folder}).find("ghcr.io"))
    except RegistryError as error:
        return str(error)


@given(TEXTS)
@example("../../../etc/passwd")
@example("/etc/passwd")
@example("x" * 5000)
def test_a_zone_is_known_or_refused_in_one_line(text: str) -> None:
    if refused := _refused(text):
        assert refused.isprintable()
        assert "TZ" in refused


@pytest.mark.parametrize("text", ["../../../etc/passwd", "/etc/passwd", "x" * 5000, *NASTY[2:5]])
def test_a_zone_that_is_none_is_refused(text: str) -> None:
    assert _refused(text)


def _refused(text: str) -> str:
    try:
        refuse_unknown_zone({"TZ": text})
    except UnreadableSetting as error:
        return str(error)
    return ""


@settings(max_examples=15)
@given(st.integers(0, 1), st.one_of(ANYTHING, st.binary(max_size=60), LOGINS))
@example(0, {"Username": "\x1b]0;owned\x07", "Secret": "\n"})
@example(1, "credentials not found in native keychain \x1b]0;owned\x07")
def test_what_a_credential_helper_says_is_a_login_or_one_line(code: int, said: object) -> None:
    with TemporaryDirectory() as folder:
        output, program = Path(folder) / "said", Path(folder) / "docker-credential-x"
        output.write_bytes(said if isinstance(said, bytes) else json.dumps(said).encode())
        program.write_text(f"#!/bin/sh\ncat {output} {output} >&2\ncat {output}\nexit {code}\n")
        program.chmod(0o755)
        write(Path(folder) / "config.json", {"credHelpers": {"ghcr.io": "x"}})
        environ = {"DOCKER_CONFIG": folder, "PATH": f"{folder}:/usr/bin:/bin"}
        found = asyncio.run(Credentials(environ).find("ghcr.io"))

    assert found.trouble.isprintable()
    assert found.registry_token.isprintable()
    assert not code or found.anonymous

"""Each row of the table in docs/registries.md: one line, the right exit code, and nothing changed.

What the daemon makes of each is in test_politeness.py.
"""

import base64
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.apps import QUICK, App
from tests.integration.daemon.apps import is_replaced, is_untouched, move
from tests.integration.daemon.conftest import ROOT
from tests.integration.registry.live.apps import loaded, publish, pulled
from tests.testbed.badregistry import (
    INDEX,
    MANIFEST,
    BadRegistry,
    Behaviour,
    Hang,
    Reply,
    Request,
    answer,
    cut,
    page,
    rubbish,
)
from tests.testbed.cli import Commands, Result
from tests.testbed.engine import PrivateEngine
from tests.testbed.processes import run
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack
from tests.testbed.tokenserver import Basic, refuse

PULLING = ("watcher check --pull", "ctr-updater --pull")
ASKING = "watcher check --remote"
NO_DIGEST = "sha256:" + "0" * 64
HURRIED = ("python", "-m", "tests.integration.registry.live.short_timeouts")


def unknown(_: Request) -> Reply:
    """Know neither the repository nor the tag."""
    body = b'{"errors": [{"code": "MANIFEST_UNKNOWN", "message": "manifest unknown"}]}'
    return Reply(404, body, {"Content-Type": "application/json"})


def too_many(_: Request) -> Reply:
    """Ask to be left alone for a while."""
    body = b'{"errors": [{"code": "TOOMANYREQUESTS", "message": "slow down"}]}'
    return Reply(429, body, {"Content-Type": "application/json", "Retry-After": "7"})


def log_in(cli: Commands, address: str, password: str) -> None:
    """As `docker login` writes it; never into the log."""
    (cli.home / ".docker").mkdir(exist_ok=True)
    auth = base64.b64encode(f"user:{password}".encode()).decode()
    (cli.home / ".docker/config.json").write_text(json.dumps({"auths": {address: {"auth": auth}}}))


@pytest.fixture(params=[*PULLING, ASKING])
def way(request: pytest.FixtureRequest) -> list[str]:
    """The words of each of the three ways to ask for a container."""
    return str(request.param).split()


@pytest.fixture
def check(way: list[str], cli: Commands) -> Callable[[App], Result]:
    """A function that asks for a container, in each of the three ways."""
    return lambda app: cli(*way, app.name)


@pytest.fixture
def hurried(way: list[str], cli: Commands) -> Callable[[App], Result]:
    """The same, with short limits."""
    return lambda app: cli(*HURRIED, *way, app.name, env={"PYTHONPATH": str(ROOT)})


def is_unknown(result: Result, app: App) -> str:
    """See that nobody could tell, and that one line says so; returns it."""
    pulling = f"pulling {app.image}"
    progress = {pulling, f"{pulling}: waiting for {app.image.partition('/')[0]} to answer"}
    lines = [line for line in result.err.splitlines() if line not in progress]
    assert (result.code, result.out, len(lines)) == (5, "", 1), result
    assert lines[0].startswith(f"cannot tell whether {app.image} has an update: ")
    assert " - " in lines[0]  # what to do
    return lines[0].lower()


def is_as_it_was(stack: Stack, app: App) -> bool:
    return is_untouched(stack, app) and stack.image_id(app.image) == app.old


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        pytest.param(refuse('Basic realm="test"'), ("docker login", "auth"), id="401"),
        pytest.param(answer(403, "denied"), ("forbidden", "denied"), id="403"),
        pytest.param(unknown, ("not found", "unknown"), id="404"),
        pytest.param(too_many, ("toomanyrequests", "too many requests"), id="429"),
        pytest.param(answer(429), ("toomanyrequests", "429"), id="429-without-words"),
        pytest.param(answer(500, "oops"), ("500 internal server error",), id="500"),
        pytest.param(answer(503, "oops"), ("503 service unavailable",), id="503"),
        pytest.param(page, ("see whether it is a registry",), id="login-page"),
        pytest.param(rubbish, ("see whether it is a registry",), id="no-http"),
        pytest.param(cut, ("network",), id="cut"),
    ],
)
def test_a_registry_that_refuses_or_talks_rubbish_is_unknown(
    check: Callable[[App], Result],
    stack: Stack,
    registry: PrivateRegistry,
    front: BadRegistry,
    behaviour: Behaviour,
    words: tuple[str, ...],
) -> None:
    """The containerd store takes a page for an image, and has moved its own tag when it finds out."""
    web = pulled(stack, registry, front)
    front.on("/v2/", (lambda _: behaviour) if isinstance(behaviour, Reply) else behaviour)

    line = is_unknown(check(web), web)

    assert any(word in line for word in words), line
    assert is_untouched(stack, web)
    if not (behaviour is page and stack.engine.containerd_store):
        assert is_as_it_was(stack, web)


def test_a_login_that_is_refused_is_unknown(
    check: Callable[[App], Result], cli: Commands, stack: Stack, registry: PrivateRegistry, front: BadRegistry
) -> None:
    web = pulled(stack, registry, front)
    front.on("/v2/", Basic(user="right"))
    log_in(cli, front.address, "wrong")

    assert "log in again with `docker login`" in is_unknown(check(web), web)
    assert is_as_it_was(stack, web)


def test_a_registry_that_never_answers_is_unknown(
    hurried: Callable[[App], Result], stack: Stack, registry: PrivateRegistry, front: BadRegistry
) -> None:
    web = pulled(stack, registry, front)
    front.on("/v2/", Hang())

    line = is_unknown(hurried(web), web)

    assert "answer" in line
    assert "overloaded" in line
    assert is_as_it_was(stack, web)


def test_a_registry_that_greets_and_then_never_answers_is_unknown(
    hurried: Callable[[App], Result], stack: Stack, registry: PrivateRegistry, front: BadRegistry
) -> None:
    web = pulled(stack, registry, front)
    front.on("/manifests/", Hang())

    assert "answer" in is_unknown(hurried(web), web)


def test_a_manifest_that_is_not_its_digests_is_unknown(
    check: Callable[[App], Result], stack: Stack, registry: PrivateRegistry, front: BadRegistry
) -> None:
    web = pulled(stack, registry, front)
    content = b'{"schemaVersion": 2, "config": {}, "layers": []}'
    platform = {"os": "linux", "architecture": stack.engine.api("GET", "/version")[1]["Arch"]}
    row = {"mediaType": MANIFEST, "digest": NO_DIGEST, "size": len(content), "platform": platform}
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [row]}
    front.behave()
    front.serve(web.image.partition("/")[2].partition(":")[0], "1", index, kind=INDEX)
    front.on(NO_DIGEST, lambda _: Reply(200, content, {"Content-Type": MANIFEST}))

    assert "see whether it is a registry" in is_unknown(check(web), web)
    assert is_as_it_was(stack, web)


@pytest.mark.parametrize("command", PULLING)
def test_a_layer_that_its_registry_has_lost_is_unknown(
    cli: Commands, stack: Stack, registry: PrivateRegistry, front: BadRegistry, command: str
) -> None:
    web = pulled(stack, registry, front)
    publish(stack, registry, web, files={"www/new": "new"})
    body = b'{"errors": [{"code": "BLOB_UNKNOWN", "message": "blob unknown to registry"}]}'
    front.on("/blobs/", lambda _: Reply(404, body, {"Content-Type": "application/json"}))

    line = is_unknown(cli(*command.split(), web.name), web)

    assert "blob" in line or "content" in line
    assert is_as_it_was(stack, web)


@pytest.mark.parametrize("where", ["refused", "nowhere"])
def test_a_registry_that_is_not_there_is_unknown(
    check: Callable[[App], Result], stack: Stack, free_port: Callable[[], int], where: str
) -> None:
    address = f"127.0.0.1:{free_port()}" if where == "refused" else "registry.invalid"
    web = loaded(stack, address)

    line = is_unknown(check(web), web)

    assert ("connection refused" if where == "refused" else "registry.invalid") in line
    assert "check the registry's name and the network" in line
    assert is_as_it_was(stack, web)


def test_what_was_built_here_is_unknown_and_told_what_to_do(
    check: Callable[[App], Result], stack: Stack, front: BadRegistry
) -> None:
    web = loaded(stack, front.address)

    assert "built here, label it ctr-updater.source=local" in is_unknown(check(web), web)
    assert is_as_it_was(stack, web)


def test_what_was_built_here_is_updated_once_its_tag_has_moved(
    cli: Commands, stack: Stack, front: BadRegistry
) -> None:
    """The containerd store notes a digest of every image: there nobody can tell."""
    web = loaded(stack, front.address)
    before = cli("watcher", "update", web.name, env=QUICK)
    move(stack, web)
    after = cli("watcher", "update", web.name, env=QUICK)

    assert before.code == 5
    assert after.code == (5 if stack.engine.containerd_store else 0)
    assert is_replaced(stack, web) is not stack.engine.containerd_store


def test_an_engine_that_is_gone_is_said_to_be(
    check: Callable[[App], Result], cli: Commands, tmp_path: Path
) -> None:
    cli.environ["DOCKER_HOST"] = f"unix://{tmp_path}/docker.sock"

    result = check(App("web", "", "", ""))

    assert (result.code, result.out) == (4, "")
    assert len(result.err.splitlines()) == 1
    assert "docker.sock" in result.err


@pytest.fixture
def small_engine(engine_version: str) -> Iterator[PrivateEngine]:
    """An engine with little room for images."""
    small = PrivateEngine(engine_version)
    for part in ("data", "containerd"):
        (small.directory / part).mkdir(exist_ok=True)
        run("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", small.directory / part)
    with small:
        yield small


@pytest.mark.parametrize("command", PULLING)
def test_no_space_left_is_unknown_and_leaves_all_as_it_was(
    cli: Commands,
    stack: Stack,
    registry: PrivateRegistry,
    front: BadRegistry,
    small_engine: PrivateEngine,
    command: str,
) -> None:
    small = Stack(small_engine)
    web = pulled(small, registry, front)
    publish(stack, registry, web, files={"www/big": os.urandom(32 << 20)})

    result = cli(*command.split(), web.name, env={"DOCKER_HOST": small_engine.host})

    line = is_unknown(result, web)
    assert "no space left on device" in line
    assert "make room" in line
    assert is_as_it_was(small, web)

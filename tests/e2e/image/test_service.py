"""The service of compose.yaml, started as the README says, updates others and leaves itself alone."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.e2e.image.conftest import Docker
from tests.integration.apps import current
from tests.integration.daemon.apps import is_replaced, labelled, move
from tests.testbed.cli import Commands
from tests.testbed.engine import PrivateEngine
from tests.testbed.stack import Stack

pytestmark = pytest.mark.scenario

SERVICE = "ctr-updater-ctr-updater-1"
QUICK = ("--label", "ctr-updater.stable-for=300ms")
Compose = Callable[..., str]


@pytest.fixture
def compose(docker: Docker, engine: PrivateEngine, image: str, stack: Stack) -> Iterator[Compose]:
    """`docker compose` in the project's folder; what it made is gone afterwards."""
    assert (image, list(stack.containers())) == ("ctr-updater", [])

    def run(*arguments: object, files: tuple[object, ...] = ("compose.yaml",)) -> str:
        options = [text for file in files for text in ("-f", file)]
        done = docker("compose", *options, *arguments, env={"DOCKER_SOCKET": str(engine.socket)})
        assert done.code == 0, done.err
        return done.out

    yield run
    run("down", "--volumes", "--timeout", "60")


@pytest.fixture
def service(compose: Compose) -> str:
    """The id of the service's container."""
    compose("up", "--detach", "--no-build")
    return str(compose("ps", "--quiet").strip())


def lines(compose: Compose) -> list[dict[str, Any]]:
    """What it has logged so far."""
    return [json.loads(line) for line in compose("logs", "--no-log-prefix").splitlines()]


def health(stack: Stack) -> str:
    return str(stack.inspect(SERVICE)["State"]["Health"]["Status"])


def test_service_becomes_healthy(service: str, stack: Stack) -> None:
    found = stack.wait_for(SERVICE, lambda found: found["State"]["Health"]["Status"] != "starting")

    assert (found["Id"], health(stack)) == (service, "healthy")


@pytest.mark.usefixtures("service")
def test_service_updates_a_labelled_container_and_says_so(compose: Compose, stack: Stack) -> None:
    web = labelled(stack, *QUICK)

    move(stack, web)
    stack.wait(lambda: is_replaced(stack, web))
    compose("stop")

    told = [line["event"] for line in lines(compose) if line.get("container") == web.name]
    assert told == ["update planned", "container updated"]


@pytest.mark.usefixtures("service")
def test_service_leaves_itself_alone_unless_it_is_labelled(
    compose: Compose, image: str, stack: Stack
) -> None:
    own, web = stack.inspect(SERVICE), labelled(stack, *QUICK)
    try:
        stack.image(stack.name("other:1"), marker="other")
        stack.tag(stack.name("other:1"), image)
        move(stack, web)
        stack.wait(lambda: is_replaced(stack, web))
        listed = compose("exec", "-T", "ctr-updater", "watcher", "list", "--all")
        found = stack.inspect(SERVICE)
        compose("stop")
        told = lines(compose)
    finally:
        stack.engine.docker("tag", own["Image"], image)

    assert (found["Id"], found["State"]["StartedAt"]) == (own["Id"], own["State"]["StartedAt"])
    assert (web.name in listed, SERVICE in listed) == (True, False)
    assert [line for line in told if line.get("container") == SERVICE] == []


@pytest.mark.usefixtures("service")
def test_a_command_on_the_host_beside_the_service_says_what_is_so(
    compose: Compose, cli: Commands, stack: Stack
) -> None:
    """As in the README: they share no directory, and one of the containers is followed by one of them."""
    stack.wait(lambda: "engine followed" in compose("logs"))
    followed, other = labelled(stack, *QUICK), current(stack, *QUICK, name="other")
    for app in (followed, other):
        move(stack, app)

    commands = [cli.start("ctr-updater", "--autoupdate", app.name) for app in (followed, other)]

    assert [(process.communicate(timeout=120), process.returncode)[1] for process in commands] == [0, 0]
    assert is_replaced(stack, followed)
    assert is_replaced(stack, other)


@pytest.mark.usefixtures("service")
def test_service_works_on_after_a_restart(compose: Compose, stack: Stack) -> None:
    web = labelled(stack, *QUICK)

    compose("restart")
    move(stack, web)

    stack.wait(lambda: is_replaced(stack, web))


@pytest.mark.usefixtures("service")
def test_service_remembers_what_failed_when_it_is_made_anew(compose: Compose, stack: Stack) -> None:
    web, fence = labelled(stack, *QUICK), labelled(stack, *QUICK, name="fence")
    move(stack, web, cmd="exit 3")
    stack.wait(lambda: "update rolled back" in compose("logs"))

    compose("up", "--detach", "--no-build", "--force-recreate")
    move(stack, fence)
    stack.wait(lambda: is_replaced(stack, fence))
    compose("stop")

    (line,) = [line for line in lines(compose) if line.get("container") == web.name]
    assert line["event"] == "container held"
    assert stack.inspect(web.name)["Id"] == web.cid


@pytest.mark.usefixtures("service")
def test_service_ends_with_0_when_it_is_stopped(compose: Compose, stack: Stack) -> None:
    stack.wait(lambda: "engine followed" in compose("logs"))

    compose("stop")

    assert stack.inspect(SERVICE)["State"]["ExitCode"] == 0


def test_service_comes_back_with_the_engine(service: str, compose: Compose, stack: Stack) -> None:
    web = labelled(stack, *QUICK, "--restart", "unless-stopped")
    stack.wait(lambda: "engine followed" in compose("logs"))

    stack.engine.restart()
    move(stack, web)

    stack.wait(lambda: is_replaced(stack, web))
    assert stack.inspect(SERVICE)["Id"] == service

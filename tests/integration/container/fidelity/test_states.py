"""A container in any state keeps it, on the new image."""

from typing import Any

import pytest

from tests.integration.container.fidelity.conftest import STABLE_FOR, Update
from tests.integration.container.fidelity.images import NEW, OLD, load
from tests.integration.container.fidelity.normal import comparable
from tests.testbed.cli import Commands
from tests.testbed.stack import Stack

CRASHING = OLD | {"Entrypoint": None, "Cmd": ["false"], "Healthcheck": None}


def test_a_created_container_is_created_and_stays_unstarted(stack: Stack, update: Update) -> None:
    image, name = stack.name("app:1"), stack.name("c")
    load(stack, image, OLD)
    stack.create(image, "-v", "/mine", name=name)
    before = stack.inspect(name)
    load(stack, image, OLD, build=1)

    assert comparable(update(name)) == comparable(before)


def test_an_exited_container_is_recreated_and_not_started(stack: Stack, cli: Commands) -> None:
    """The engine calls one that was never started "created": there is no way to make it "exited"."""
    image, name = stack.name("app:1"), stack.name("c")
    load(stack, image, OLD)
    stack.run(image, "-v", "/mine", name=name)
    stack.engine.docker("stop", name)
    before = stack.inspect(name)
    new = load(stack, image, OLD, build=1)

    result = cli("watcher", "update", "--no-pull", name, env=STABLE_FOR)

    after = stack.inspect(name)
    assert result.code == 0, result.err
    assert (after["Image"], after["State"]["Status"]) == (new, "created")
    assert options(after) == options(before)


def test_a_paused_container_is_paused_again(stack: Stack, update: Update) -> None:
    image, name = stack.name("app:1"), stack.name("c")
    load(stack, image, OLD)
    stack.run(image, name=name)
    stack.engine.docker("pause", name)
    load(stack, image, NEW)

    assert update(name)["State"]["Paused"]


def test_a_crash_looping_container_is_cured_by_an_image_that_works(stack: Stack, cli: Commands) -> None:
    image, name = stack.name("app:1"), stack.name("c")
    load(stack, image, CRASHING)
    stack.run(image, "--restart", "always", name=name)
    stack.wait_for(name, lambda seen: seen["RestartCount"] > 1)
    new = load(stack, image, OLD)

    result = cli("watcher", "update", "--no-pull", name, env=STABLE_FOR)

    after = stack.inspect(name)
    assert result.code == 0, result.err
    assert (after["Image"], after["State"]["Status"], after["RestartCount"]) == (new, "running", 0)
    assert after["HostConfig"]["RestartPolicy"]["Name"] == "always"


def options(container: dict[str, Any]) -> dict[str, Any]:
    """Without what the engine fills in at the first start."""
    sections = ("Config/", "HostConfig/", "Mounts/")
    return {path: value for path, value in comparable(container).items() if path.startswith(sections)}


@pytest.mark.parametrize("label", ["com.docker.swarm.task.id=x", "io.kubernetes.pod.name=x"])
def test_an_orchestrators_container_is_refused_and_untouched(stack: Stack, cli: Commands, label: str) -> None:
    image, name = stack.name("app:1"), stack.name("c")
    load(stack, image, OLD)
    container = stack.run(image, "--label", label, name=name)
    load(stack, image, NEW)

    result = cli("watcher", "update", "--no-pull", name)

    assert result.code == 7
    assert label.partition("=")[0] in result.err
    assert (stack.inspect(name)["Id"], stack.inspect(name)["State"]["Status"]) == (container, "running")

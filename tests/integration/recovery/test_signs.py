"""The sign of life that an updater gives through the engine: everybody is told, and nothing changes."""

import time
from typing import Any

import pytest

from tests.testbed.stack import Stack


@pytest.mark.parametrize("state", ["created", "exited"])
@pytest.mark.parametrize(
    "options",
    [(), ("--restart", "always", "--memory", "64m", "--pids-limit", "50", "--cpus", "0.5"), ("--rm",)],
)
def test_an_update_with_nothing_in_it_changes_nothing_and_is_reported(
    stack: Stack, state: str, options: tuple[str, ...]
) -> None:
    if state == "exited" and "--rm" in options:
        pytest.skip("it is gone then")
    name, image = stack.name("web"), stack.name("app:1")
    stack.image(image)
    (stack.create if state == "created" else stack.run)(image, *options, name=name)
    if state == "exited":
        stack.engine.docker("stop", "-t", "0", name)
    before, since = stack.inspect(name), time.time()

    assert stack.engine.api("POST", f"/containers/{name}/update", {})[0] == 200

    assert stack.inspect(name) == before
    assert actions(stack, name, since) == ["update"]


def test_an_update_with_nothing_in_it_by_a_name_that_nobody_has_is_refused(stack: Stack) -> None:
    assert stack.engine.api("POST", f"/containers/{stack.name('web')}/update", {})[0] == 404


def actions(stack: Stack, name: str, since: float) -> list[Any]:
    said = stack.engine.docker(
        "events",
        "--since",
        f"{since:.6f}",
        "--until",
        f"{time.time():.6f}",
        "--filter",
        f"container={name}",
        "--format",
        "{{.Action}}",
    )
    return said.splitlines()

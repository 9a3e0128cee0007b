"""The surroundings of a line, and the update itself: by the real command, on a real engine."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from tests.integration.container.fidelity.ground import Ground
from tests.testbed.cli import Commands
from tests.testbed.stack import Stack

Update: TypeAlias = Callable[[str], dict[str, Any]]

STABLE_FOR = {"CTR_UPDATER_STABLE_FOR": "100ms"}  # how long it must run is not what is tested here


@pytest.fixture
def ground(stack: Stack, tmp_path: Path, free_port: Callable[[], int]) -> Ground:
    directory = tmp_path / "ground"
    directory.mkdir()
    return Ground(stack, directory, free_port)


@pytest.fixture
def update(cli: Commands, stack: Stack) -> Update:
    """Update a container by the real command, and inspect what it has become."""

    def run(name: str) -> dict[str, Any]:
        before = stack.inspect(name)
        result = cli("watcher", "update", "--no-pull", name, env=STABLE_FOR)
        assert result.code == 0, result.err
        after = stack.inspect(name)
        assert after["Image"] == stack.image_id(after["Config"]["Image"]) != before["Image"]
        assert after["State"]["Status"] == before["State"]["Status"]
        return after

    return run

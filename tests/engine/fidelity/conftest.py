"""The surroundings of a line, and the update itself: by the real command, on a real engine."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from tests.bed.cli import Commands
from tests.bed.share import commit, draw
from tests.bed.stack import Stack
from tests.engine.fidelity.ground import Ground

Update: TypeAlias = Callable[[str], dict[str, Any]]

PARTS = 6
_LONG = ("test_matrix.py", "test_prune.py")
STABLE_FOR = {"CTR_UPDATER_STABLE_FOR": "100ms"}  # how long it must run is not what is tested here


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out of the long lists what is another commit's part; `--matrix all` runs all."""
    if config.getoption("--matrix") == "all":
        return
    part = commit() % PARTS
    long = [item for item in items if any(name in item.nodeid for name in _LONG)]
    others = [item for item in long if draw(item.nodeid) % PARTS != part]
    config.hook.pytest_deselected(items=others)
    items[:] = [item for item in items if item not in others]


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

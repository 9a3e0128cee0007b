"""What is remembered, in an empty state directory."""

from pathlib import Path

import pytest

from tests.unit.state import here
from watcher.store.state import Memory


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    return Memory(tmp_path, here)

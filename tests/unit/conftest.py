"""What is remembered, in an empty state directory; and a time zone that is not the machine's."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.state import here
from watcher.store.state import Memory


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    return Memory(tmp_path, here)


def in_zone(name: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have the machine's clock show the time of a zone, for a fixture."""
    monkeypatch.setenv("TZ", name)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    yield from in_zone("UTC", monkeypatch)

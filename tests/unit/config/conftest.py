"""The clock on the wall, for what goes by it."""

from collections.abc import Iterator

import pytest

from tests.unit.conftest import in_zone


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Clocks go forward at 2:00 on 2026-03-29, and back at 3:00 on 2026-10-25, both Sundays."""
    yield from in_zone("Europe/Berlin", monkeypatch)

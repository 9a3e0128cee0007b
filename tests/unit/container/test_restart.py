"""Whoever asked to be restarted is restarted once: while it has run for longer than what was replaced."""

from typing import Any

import pytest

from watcher.container.restart import is_restarted_with

AT = "2026-01-01T00:00:10"


def container(started: str, **state: bool) -> dict[str, Any]:
    return {"State": {"Running": True, "Paused": False, "StartedAt": started} | state}


@pytest.mark.parametrize(
    ("started", "dependency", "expected"),
    [
        (f"{AT}.5Z", f"{AT}.7Z", True),
        (f"{AT}.7Z", f"{AT}.5Z", False),
        pytest.param(f"{AT}.5Z", f"{AT}.51Z", True, id="zeros at the end are left out"),
        pytest.param(f"{AT}Z", f"{AT}.000000001Z", True, id="and so is a fraction of zeros"),
        pytest.param(f"{AT}.9Z", "2026-01-01T00:00:11Z", True, id="the second counts first"),
    ],
)
def test_one_that_was_started_before_it_is_restarted(started: str, dependency: str, expected: bool) -> None:
    assert is_restarted_with(container(started), container(dependency)) == expected


@pytest.mark.parametrize("state", [{"Running": False}, {"Paused": True}])
def test_one_that_does_not_run_is_left_alone(state: dict[str, bool]) -> None:
    assert not is_restarted_with(container(f"{AT}.5Z", **state), container(f"{AT}.7Z"))

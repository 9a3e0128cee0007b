"""What is to be done about a helper: every state that it can be in."""

from typing import Any

import pytest

from watcher.update.own.helper_fate import HelperFate, fate

CREATED, AT = "2026-01-01T00:00:00Z", 1767225600.0


def helper(status: str, restarts: int = 0, code: int = 0, started: str = CREATED) -> dict[str, Any]:
    state = {
        "Status": status,
        "StartedAt": "0001-01-01T00:00:00Z" if status == "created" else started,
        "Running": status in {"running", "restarting"},
        "Restarting": status == "restarting",
        "ExitCode": code,
    }
    return {"Created": CREATED, "RestartCount": restarts, "State": state}


@pytest.mark.parametrize(
    ("found", "is_open", "after_s", "expected"),
    [
        (helper("running"), False, 5, HelperFate.WORKS),
        (helper("running"), True, 5, HelperFate.WORKS),
        (helper("running"), True, 3600, HelperFate.WORKS),
        (helper("running"), False, 120, HelperFate.LATE),
        (helper("restarting", restarts=2), False, 5, HelperFate.WORKS),
        (helper("restarting", restarts=3), False, 5, HelperFate.STUCK),
        (helper("running", restarts=3), False, 120, HelperFate.STUCK),
        (helper("running", restarts=50), True, 5, HelperFate.WORKS),
        (helper("created"), False, 5, HelperFate.START),
        (helper("created"), True, 5, HelperFate.START),
        (helper("exited", code=137), True, 5, HelperFate.START),
        (helper("exited", code=137), False, 5, HelperFate.OVER),
        (helper("exited", code=0), True, 5, HelperFate.OVER),
        (helper("exited", code=0), False, 5, HelperFate.OVER),
        (helper("dead", code=1), False, 5, HelperFate.OVER),
    ],
)
def test_every_state_has_its_fate(
    found: dict[str, Any], *, is_open: bool, after_s: float, expected: HelperFate
) -> None:
    assert fate(found, is_open=is_open, since=0, now=AT + after_s) is expected


def test_one_whose_updater_has_just_come_up_has_its_time_from_there_on() -> None:
    assert fate(helper("running"), is_open=False, since=AT + 100, now=AT + 120) is HelperFate.WORKS


@pytest.mark.parametrize("restarts", [0, 1])
@pytest.mark.parametrize(
    ("after_s", "expected"), [(3601, HelperFate.WORKS), (3680, HelperFate.WORKS), (3700, HelperFate.LATE)]
)
def test_one_that_was_started_long_after_its_creation_has_its_time_from_its_start_on(
    restarts: int, after_s: float, expected: HelperFate
) -> None:
    found = helper("running", restarts, started="2026-01-01T01:00:00Z")

    assert fate(found, is_open=False, since=AT, now=AT + after_s) is expected

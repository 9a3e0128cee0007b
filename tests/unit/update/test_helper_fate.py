"""What is to be done about a helper: every state that it can be in."""

from typing import Any

import pytest

from watcher.update.helper_fate import Fate, fate

CREATED, AT = "2026-01-01T00:00:00Z", 1767225600.0


def helper(status: str, restarts: int = 0, code: int = 0) -> dict[str, Any]:
    state = {
        "Status": status,
        "Running": status in {"running", "restarting"},
        "Restarting": status == "restarting",
        "ExitCode": code,
    }
    return {"Created": CREATED, "RestartCount": restarts, "State": state}


@pytest.mark.parametrize(
    ("found", "is_open", "after_s", "expected"),
    [
        (helper("running"), False, 5, Fate.WORKS),
        (helper("running"), True, 5, Fate.WORKS),
        (helper("running"), True, 3600, Fate.WORKS),
        (helper("running"), False, 120, Fate.LATE),
        (helper("restarting", restarts=2), False, 5, Fate.WORKS),
        (helper("restarting", restarts=3), False, 5, Fate.STUCK),
        (helper("running", restarts=3), False, 120, Fate.STUCK),
        (helper("running", restarts=50), True, 5, Fate.WORKS),
        (helper("created"), False, 5, Fate.START),
        (helper("created"), True, 5, Fate.START),
        (helper("exited", code=137), True, 5, Fate.START),
        (helper("exited", code=137), False, 5, Fate.OVER),
        (helper("exited", code=0), True, 5, Fate.OVER),
        (helper("exited", code=0), False, 5, Fate.OVER),
        (helper("dead", code=1), False, 5, Fate.OVER),
    ],
)
def test_every_state_has_its_fate(
    found: dict[str, Any], *, is_open: bool, after_s: float, expected: Fate
) -> None:
    assert fate(found, is_open=is_open, since=0, now=AT + after_s) is expected


def test_one_whose_updater_has_just_come_up_has_its_time_from_there_on() -> None:
    assert fate(helper("running"), is_open=False, since=AT + 100, now=AT + 120) is Fate.WORKS

"""Who has the right to change what: told by the temporary names alone."""

from typing import Any

import pytest

from watcher.recovery.lease import is_lost, owners_of, run_alone, shown_by

MINE, OTHER = "a" * 12, "b" * 12
NEW = f"web.ctr-updater-new-r-{'0' * 12}"
OLD = f"web.ctr-updater-old-r-{'1' * 12}"


def row(name: str, state: str = "created") -> dict[str, Any]:
    return {"Id": f"id of {name.partition('-r-')[0]}", "Names": [f"/{name}"], "State": state}


@pytest.mark.parametrize("state", ["created", "exited"])
def test_an_update_is_shown_by_a_container_that_does_not_run(state: str) -> None:
    assert shown_by([row(f"{NEW}-{MINE}", state)], MINE) == [f"{NEW}-{MINE}"]


@pytest.mark.parametrize("state", ["running", "restarting", "paused", "removing", "dead"])
def test_a_container_that_runs_or_goes_is_left_alone(state: str) -> None:
    assert shown_by([row(f"{NEW}-{MINE}", state)], MINE) == []
    assert shown_by([row(f"{OLD}-{MINE}", "exited"), row(f"{NEW}-{MINE}", state)], MINE) == [f"{OLD}-{MINE}"]


@pytest.mark.parametrize("state", ["running", "restarting", "paused"])
def test_a_successor_that_is_about_to_be_stopped_shows_its_update(state: str) -> None:
    """The old container has its name again, and no temporary one."""
    old = {"Id": "0" * 64, "Names": ["/web"], "State": "exited"}

    assert shown_by([row(f"{NEW}-{MINE}", state), old], MINE) == [f"{NEW}-{MINE}"]
    assert shown_by([row(f"{NEW}-{OTHER}", state), old], MINE) == []


@pytest.mark.parametrize("state", ["removing", "dead"])
def test_a_successor_that_goes_shows_nothing(state: str) -> None:
    old = {"Id": "0" * 64, "Names": ["/web"], "State": "exited"}

    assert shown_by([row(f"{NEW}-{MINE}", state), old], MINE) == []


def test_a_successor_that_is_to_stay_is_left_alone_while_it_runs() -> None:
    """Somebody removed the old container, or another one has the name."""
    other = {"Id": "9" * 64, "Names": ["/web"], "State": "exited"}

    assert shown_by([row(f"{NEW}-{MINE}", "running")], MINE) == []
    assert shown_by([row(f"{NEW}-{MINE}", "running"), other], MINE) == []


@pytest.mark.parametrize("name", [OLD, NEW])
@pytest.mark.parametrize("state", ["running", "paused"])
def test_one_that_alone_is_left_and_runs_is_looked_at_instead(name: str, state: str) -> None:
    assert run_alone([row(f"{name}-{MINE}", state)], MINE) == [f"{name}-{MINE}"]


@pytest.mark.parametrize(
    "rows",
    [
        [row(f"{OLD}-{MINE}", "exited")],
        [row(f"{OLD}-{MINE}", "running"), row(f"{NEW}-{MINE}")],
        [row(f"{OLD}-{OTHER}", "running")],
        [row(f"{OLD}-{MINE}", "removing")],
        [row("web", "running")],
        [row(f"{NEW}-{MINE}", "running"), {"Id": "0" * 64, "Names": ["/web"], "State": "exited"}],
    ],
)
def test_where_it_is_shown_otherwise_nothing_is_looked_at(rows: list[dict[str, Any]]) -> None:
    assert run_alone(rows, MINE) == []


def test_each_update_is_shown_once_and_nobody_else_s_is() -> None:
    side = f"side.ctr-updater-new-r-{'2' * 12}-{MINE}"
    rows = [
        row(f"{NEW}-{MINE}"),
        row(f"{OLD}-{MINE}"),
        row(side),
        row(f"{NEW}-{OTHER}"),
        row(NEW),
        row("web"),
    ]

    assert shown_by(rows, MINE) == [f"{OLD}-{MINE}", side]


def lost(had: list[str], now: list[str], *, is_late: bool = False) -> bool:
    held = set(owners_of(map(row, had)))
    return is_lost(held, owners_of(map(row, now)), MINE, is_late=is_late)


@pytest.mark.parametrize("is_late", [False, True])
def test_who_has_had_nothing_has_lost_nothing(is_late: bool) -> None:
    assert not lost([], [f"{NEW}-{OTHER}"], is_late=is_late)


@pytest.mark.parametrize("is_late", [False, True])
def test_what_another_one_renamed_is_lost(is_late: bool) -> None:
    had = [f"{NEW}-{MINE}", f"{OLD}-{MINE}"]

    assert lost(had, [f"{NEW}-{MINE}", f"{OLD}-{OTHER}"], is_late=is_late)


@pytest.mark.parametrize("is_late", [False, True])
def test_what_another_one_created_beside_it_is_not_lost(is_late: bool) -> None:
    """It looks, sees ours, and gives way."""
    assert not lost([f"{OLD}-{MINE}"], [f"{OLD}-{MINE}", f"{NEW}-{OTHER}"], is_late=is_late)


def test_what_was_brought_to_its_end_is_not_lost_while_something_is_left() -> None:
    assert not lost([f"{OLD}-{MINE}", f"{NEW}-{MINE}"], [f"{OLD}-{MINE}"], is_late=True)


def test_where_nothing_is_left_a_person_did_it_unless_another_one_had_the_time() -> None:
    assert not lost([f"{OLD}-{MINE}"], ["web"])
    assert lost([f"{OLD}-{MINE}"], ["web"], is_late=True)

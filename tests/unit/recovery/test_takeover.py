"""When an owner has been silent for long enough: told by the events that the engine remembers."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.recovery.takeover import last_sign

MINE, OTHER = "a" * 12, "b" * 12
NEW = f"web.ctr-updater-new-r-{'0' * 12}-{OTHER}"
NOW = 1000.0


def event(action: str, name: str, at: float, *, kind: str = "container", old: str = "") -> dict[str, Any]:
    attributes = {"name": name} | ({"oldName": f"/{old}"} if old else {})
    return {"Type": kind, "Action": action, "Actor": {"Attributes": attributes}, "timeNano": int(at * 1e9)}


def last(*events: dict[str, Any], but: str = "") -> float:
    """After an event of somebody's at 0, so that the engine remembers far enough back."""
    return last_sign([event("start", "other", 0.0), *events], {"web"}, now=NOW, but=but)


def test_where_the_engine_remembers_nothing_the_time_begins_now() -> None:
    assert last_sign([], {"web"}, now=NOW) == NOW


def test_before_the_first_event_that_is_remembered_there_may_have_been_a_sign() -> None:
    assert last_sign([event("start", "other", 990.0)], {"web"}, now=NOW) == 990.0


@pytest.mark.parametrize("action", ["create", "rename", "update"])
def test_what_only_an_owner_does_with_temporary_names_is_a_sign(action: str) -> None:
    assert last(event(action, NEW, 500.0)) == 500.0


def test_a_rename_to_the_own_name_is_a_sign_too() -> None:
    assert last(event("rename", "web", 500.0, old=NEW)) == 500.0


@pytest.mark.parametrize(
    "other",
    [
        event("update", "web", 500.0),
        event("update", NEW.replace("web", "db"), 500.0),
        event("start", NEW, 500.0),
        event("destroy", NEW, 500.0),
        event("update", NEW, 500.0, kind="network"),
        {"Type": "image", "Action": "update", "Actor": {}, "timeNano": 1},
    ],
)
def test_what_anybody_else_does_is_none(other: dict[str, Any]) -> None:
    assert last(other) == 0.0


def test_signs_of_our_own_do_not_count() -> None:
    taken = event("rename", NEW.replace(OTHER, MINE), 700.0, old=NEW)

    assert last(event("update", NEW, 500.0), taken, but=MINE) == 500.0
    assert last(event("update", NEW, 500.0), taken) == 700.0


@given(st.lists(st.floats(0, NOW), min_size=1))
def test_the_last_of_all_signs_counts(times: list[float]) -> None:
    found = last(*(event("update", NEW, at) for at in sorted(times)))

    assert found == pytest.approx(max(times), abs=1e-6)

"""Who removed what is gone, by the engine's events."""

from typing import Any

import pytest

from watcher.recovery.pruned import Departure, Fate, departure_of

GONE, NEW, NAME = "a" * 64, "d" * 64, "web"
PRUNED, REMOVED, FORGOTTEN = (
    Departure(Fate.PRUNED, NAME),
    Departure(Fate.REMOVED, NAME),
    Departure(Fate.FORGOTTEN),
)
OVERTAKEN = Departure(Fate.OVERTAKEN, NAME)


def event(action: str, at: float, cid: str = "", **attributes: str) -> dict[str, Any]:
    return {"Action": action, "Actor": {"ID": cid, "Attributes": attributes}, "timeNano": int(at * 1e9)}


OURS = event("destroy", 100, GONE, name=NAME)
BACK = event("start", 95, GONE)
KILLED, STOPPED, DROPPED = event("kill", 97, GONE), event("stop", 99, GONE), event("destroy", 101, NEW)


@pytest.mark.parametrize("gone", [GONE, GONE[:12]], ids=["id", "digits"])
@pytest.mark.parametrize(
    ("events", "now", "expected"),
    [
        ([OURS, event("prune", 100.01)], 200, PRUNED),
        ([OURS, event("destroy", 105, "b"), event("destroy", 112, "c"), event("prune", 120)], 200, PRUNED),
        ([KILLED, STOPPED, OURS, event("prune", 100.01)], 200, PRUNED),
        ([event("prune", 99), OURS], 200, REMOVED),
        ([OURS, event("destroy", 101, "b"), event("prune", 150)], 200, REMOVED),
        ([OURS, event("kill", 105, "b"), event("stop", 109, "b"), event("prune", 111)], 200, REMOVED),
        ([OURS], 200, REMOVED),
        ([KILLED, STOPPED, OURS], 200, REMOVED),
        ([KILLED, STOPPED, OURS, DROPPED], 200, REMOVED),
        ([OURS], 105, None),
        ([KILLED, STOPPED, OURS], 105, None),
        ([OURS, event("destroy", 108, "b")], 115, None),
        ([event("destroy", 100, "b"), event("prune", 101)], 102, FORGOTTEN),
        ([KILLED, STOPPED], 102, FORGOTTEN),
        ([], 102, FORGOTTEN),
    ],
    ids=[
        "the prune's end follows",
        "a prune that takes its time",
        "stopped, and pruned",
        "a prune before it",
        "a later prune",
        "a later prune, and others stopped before it",
        "no prune",
        "stopped, and removed",
        "and so was its successor, by the same",
        "a prune may still be at it",
        "Compose may still go on",
        "others went since, and it may still be at it",
        "somebody else's end",
        "it is there",
        "nothing is known",
    ],
)
def test_a_prune_is_told_from_a_removal(
    events: list[dict[str, Any]], now: float, expected: Departure | None, gone: str
) -> None:
    assert departure_of(events, gone, now) == expected


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([BACK, KILLED, STOPPED, OURS, DROPPED], OVERTAKEN),
        ([BACK, KILLED, event("destroy", 98, NEW), STOPPED, OURS], OVERTAKEN),
        ([BACK, event("destroy", 96, NEW), KILLED, STOPPED, OURS], REMOVED),
        ([event("start", 80, GONE), KILLED, STOPPED, OURS, DROPPED], REMOVED),
        ([KILLED, STOPPED, OURS, DROPPED], REMOVED),
        ([KILLED, OURS, DROPPED], REMOVED),
        ([OURS, DROPPED], REMOVED),
        ([KILLED, STOPPED, event("start", 99.5, GONE), OURS, DROPPED], REMOVED),
        ([KILLED, STOPPED, OURS], REMOVED),
        ([KILLED, STOPPED, DROPPED], FORGOTTEN),
    ],
    ids=[
        "stopped and removed, and then we removed the other one",
        "we removed the other one while it was being stopped",
        "the other one was gone already",
        "it had not come back: stopped before there was another one, or by its update",
        "nobody knows that it had come back",
        "removed by force",
        "pruned, or removed while it was down",
        "removed by force, after we had stopped and started it",
        "nobody knows that we removed the other one",
        "it is there",
    ],
)
def test_whoever_removes_one_of_two_of_which_we_remove_the_other_wanted_one_to_stay(
    events: list[dict[str, Any]], expected: Departure
) -> None:
    assert departure_of(events, GONE, 200, NEW, since=90) == expected

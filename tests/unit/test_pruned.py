"""Who removed what is gone, by the engine's events."""

from typing import Any

import pytest

from watcher.pruned import Fate, judged

GONE = "a" * 64


def event(action: str, at: float, cid: str = "") -> dict[str, Any]:
    return {"Action": action, "Actor": {"ID": cid}, "timeNano": int(at * 1e9)}


OURS = event("destroy", 100, GONE)


@pytest.mark.parametrize(
    ("events", "now", "expected"),
    [
        ([OURS, event("prune", 100.01)], 200, Fate.PRUNED),
        (
            [OURS, event("destroy", 105, "b"), event("destroy", 112, "c"), event("prune", 120)],
            200,
            Fate.PRUNED,
        ),
        ([event("prune", 99), OURS], 200, Fate.REMOVED),
        ([OURS, event("destroy", 101, "b"), event("prune", 150)], 200, Fate.REMOVED),
        ([OURS], 200, Fate.REMOVED),
        ([OURS], 105, None),
        ([OURS, event("destroy", 108, "b")], 115, None),
        ([event("destroy", 100, "b"), event("prune", 101)], 102, Fate.FORGOTTEN),
        ([], 102, Fate.FORGOTTEN),
    ],
    ids=[
        "the prune's end follows",
        "a prune that takes its time",
        "a prune before it",
        "a later prune",
        "no prune",
        "a prune may still be at it",
        "others went since, and it may still be at it",
        "somebody else's end",
        "nothing is known",
    ],
)
def test_a_prune_is_told_from_a_removal(
    events: list[dict[str, Any]], now: float, expected: Fate | None
) -> None:
    assert judged(events, GONE, now) is expected

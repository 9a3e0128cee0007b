"""What is to be done next: by a container's names, those of what it holds on to, and what is asked for."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from watcher.model.labels import SPARE_OF
from watcher.model.names import Marker, short
from watcher.recovery.decision import (
    STEPS,
    Aim,
    Case,
    Close,
    Complete,
    Course,
    MakeAnew,
    Prove,
    RecoveryStep,
    Refuse,
    RespawnAnew,
    Revive,
    RollBack,
    TakePlace,
    next_step,
)
from watcher.recovery.group import OpenUpdates
from watcher.recovery.state import scenes
from watcher.recovery.table import Adopt, Depart, Discard, Finish, Inherit, Respawn, Restore, Undo

ARCHITECTURE = Path(__file__).parents[3] / "docs" / "architecture.md"

WEB_OLD, WEB_NEW, WEB_AGAIN, OLD, NEW, SPARE, AGAIN, OTHER = (letter * 64 for letter in "01423abc")
WEB = {
    "alone": {},
    "back": {WEB_OLD: "web", WEB_NEW: str(Marker("web", "new", "r", short(WEB_OLD)))},
    "anew": {WEB_OLD: str(Marker("web", "old", "r", short(WEB_AGAIN), back=True)), WEB_AGAIN: "web"},
    "forward": {WEB_OLD: str(Marker("web", "old", "r", short(WEB_NEW))), WEB_NEW: "web"},
    "done": {WEB_NEW: "web"},
}
NEW_NAME = Marker("side", "new", "r", short(OLD))
OLD_NAME = NEW_NAME.of_old(NEW)
RM_NEW = evolve(NEW_NAME, removes_itself=True)
GOING = evolve(RM_NEW.of_old(NEW), going=True)
RM_AGAIN = evolve(RM_NEW.of_new(SPARE), back=True)
ENDED = evolve(OLD_NAME, back=True)
DOWN = evolve(OLD_NAME, wanted="s")

UNDO, FINISH = Undo(OLD, NEW, NEW_NAME), Finish(OLD, NEW, OLD_NAME)
ENDING, STOPPED = Finish(OLD, NEW, ENDED), Finish(OLD, NEW, DOWN)
WAIT = Refuse("side cannot be settled before what it holds on to: its update is open")
TAKEN = Refuse("somebody else has the name side")
LOST = Refuse("the successor of side is gone")

STARTED, NEVER = "2026-01-02T03:04:05Z", "0001-01-01T00:00:00Z"

Names = Mapping[str, str | Marker]
SEEN: Mapping[Case, Names] = {
    Case.UNDO: {OLD: "side", NEW: NEW_NAME},
    Case.UNSTARTABLE: {OLD: "side", NEW: NEW_NAME},
    Case.TAKEN: {OLD: "mine", NEW: NEW_NAME, OTHER: "side"},
    Case.FINISH: {OLD: OLD_NAME, NEW: "side"},
    Case.STARTED: {OLD: DOWN, NEW: "side"},
    Case.BACK: {OLD: ENDED, NEW: "side"},
}
EXPECTED: Mapping[Case, tuple[RecoveryStep | None, ...]] = {
    Case.UNDO: (UNDO, UNDO, MakeAnew(UNDO), WAIT, TakePlace(UNDO), TakePlace(UNDO), None, UNDO),
    Case.UNSTARTABLE: (
        TakePlace(UNDO),
        MakeAnew(UNDO),
        MakeAnew(UNDO),
        WAIT,
        TakePlace(UNDO),
        TakePlace(UNDO),
        None,
        UNDO,
    ),
    Case.TAKEN: (UNDO, UNDO, UNDO, WAIT, Discard(NEW), TAKEN, None, UNDO),
    Case.FINISH: (
        FINISH,
        RollBack(FINISH),
        RollBack(FINISH),
        WAIT,
        Close(FINISH),
        Prove(FINISH),
        None,
        RollBack(FINISH),
    ),
    Case.STARTED: (
        RollBack(STOPPED),
        RollBack(STOPPED),
        RollBack(STOPPED),
        WAIT,
        Close(STOPPED),
        Prove(STOPPED),
        None,
        RollBack(STOPPED),
    ),
    Case.BACK: (
        ENDING,
        RollBack(ENDING),
        RollBack(ENDING),
        WAIT,
        Close(ENDING),
        Prove(ENDING),
        None,
        Complete(ENDING),
    ),
}


def world(side: Names, web: Names, *, is_bound: bool = True) -> OpenUpdates:
    """Containers of these names; `side` shares the network of `web`, old of old and new of new."""
    names = {cid: str(name) for cid, name in {**web, **side}.items()}
    rows = [
        {"Id": cid, "Names": [f"/{name}"], "Labels": {SPARE_OF: OLD} if cid == SPARE else {}}
        for cid, name in names.items()
    ]
    held = {OLD: WEB_OLD, SPARE: WEB_OLD, NEW: WEB_NEW, AGAIN: WEB_OLD} if is_bound else {}
    inspects = {cid: inspected(cid, name, held.get(cid, "")) for cid, name in names.items()}
    return OpenUpdates(scenes(rows), names, inspects)


def inspected(cid: str, name: str, provider: str) -> dict[str, Any]:
    mode = f"container:{provider}" if provider else "bridge"
    host, state = {"NetworkMode": mode}, {"Running": True, "StartedAt": STARTED}
    return {"Id": cid, "Name": f"/{name}", "HostConfig": host, "State": state}


def eight(side: Names, *, cannot_start: bool = False) -> tuple[RecoveryStep | None, ...]:
    """What follows in each course, in the order of `Course`."""
    settled = [
        next_step(world(side, WEB[web], is_bound=web != "alone"), "side", cannot_start=cannot_start)
        for web in WEB
    ]
    follow = next_step(world(side, WEB["forward"]), "side", Aim.FOLLOW, cannot_start=cannot_start)
    followed = next_step(world(side, WEB["back"]), "side", Aim.FOLLOW, cannot_start=cannot_start)
    undone = next_step(world(side, WEB["forward"]), "side", Aim.UNDO, cannot_start=cannot_start)
    return (*settled, follow, followed, undone)


@pytest.mark.parametrize("case", EXPECTED)
def test_both_ends_are_reached_by_the_names_of_the_provider_and_what_is_asked_for(case: Case) -> None:
    assert eight(SEEN[case], cannot_start=case is Case.UNSTARTABLE) == EXPECTED[case]


def test_an_old_one_that_was_down_and_is_so_still_or_is_gone_is_no_reason_to_go_back() -> None:
    down, gone = (world(SEEN[Case.STARTED], WEB["alone"], is_bound=False) for _ in range(2))
    down.inspects[OLD]["State"]["Running"] = False
    gone = evolve(gone, inspects={NEW: gone.inspects[NEW]})

    assert next_step(down, "side") == next_step(gone, "side") == STOPPED


def test_what_never_held_anything_is_dropped_whoever_has_the_name_and_wherever_its_provider_goes() -> None:
    drop = Discard(NEW)

    assert eight({OLD: OLD_NAME, NEW: NEW_NAME, OTHER: "side"}) == (
        drop,
        drop,
        drop,
        drop,
        drop,
        drop,
        None,
        drop,
    )


INHERIT = Inherit(NEW, NEW_NAME)
RESPAWN, BEGUN = Respawn(SPARE, "", GOING), Respawn(SPARE, AGAIN, GOING)
UNDONE = {OLD: "side", SPARE: RM_NEW.of_old(NEW)}


@pytest.mark.parametrize(
    ("side", "settled", "followed", "undone"),
    [
        pytest.param({OLD: OLD_NAME}, Restore(OLD, OLD_NAME), LOST, Restore(OLD, OLD_NAME), id="restore"),
        pytest.param({NEW: NEW_NAME}, INHERIT, None, Revive(INHERIT), id="inherit"),
        pytest.param({SPARE: GOING}, RESPAWN, LOST, RESPAWN, id="respawn"),
        pytest.param({SPARE: GOING, AGAIN: RM_AGAIN}, BEGUN, None, BEGUN, id="respawn, begun"),
        pytest.param(UNDONE, Discard(SPARE), None, Discard(SPARE), id="discard"),
    ],
)
def test_where_one_half_is_gone_the_names_of_the_other_decide(
    side: Names, settled: RecoveryStep, followed: RecoveryStep | None, undone: RecoveryStep
) -> None:
    for web in ("back", "forward"):
        assert next_step(world(side, WEB[web]), "side") == settled
        assert next_step(world(side, WEB[web]), "side", Aim.FOLLOW) == followed
        assert next_step(world(side, WEB[web]), "side", Aim.UNDO) == undone


@pytest.mark.parametrize(
    ("side", "step", "undone"),
    [
        ({OLD: "side", NEW: RM_NEW, SPARE: GOING}, Depart(OLD), Depart(OLD)),
        ({NEW: RM_NEW, SPARE: GOING}, Adopt(NEW, RM_NEW), Discard(NEW)),
    ],
)
def test_one_that_removes_itself_goes_the_same_way_wherever_its_provider_goes(
    side: Names, step: RecoveryStep, undone: RecoveryStep
) -> None:
    assert eight(side) == (step, step, step, step, step, step, None, undone)


def test_what_was_made_from_a_spare_and_never_ran_is_made_once_more() -> None:
    for web in WEB.keys() - {"done"}:
        found = half(web)
        assert next_step(found, "side") == next_step(found, "side", Aim.UNDO) == RespawnAnew(BEGUN)
    assert next_step(half("back"), "side", Aim.FOLLOW) is None


def half(web: str) -> OpenUpdates:
    """Updates where what was made from the spare never ran."""
    found = world({SPARE: GOING, AGAIN: RM_AGAIN}, WEB[web], is_bound=web != "alone")
    found.inspects[AGAIN]["State"] |= {"Running": False, "StartedAt": NEVER}
    return found


def test_what_was_made_from_a_spare_and_cannot_be_inspected_any_more_is_taken_as_it_is() -> None:
    found = half("alone")
    cut = evolve(found, inspects={cid: each for cid, each in found.inspects.items() if cid != AGAIN})

    assert next_step(cut, "side") == BEGUN


def test_one_that_is_to_hold_on_to_what_was_made_anew_follows_it() -> None:
    side: Names = {OLD: "side", AGAIN: NEW_NAME}
    begun = evolve(world(side, WEB["anew"]))
    begun.inspects[AGAIN]["HostConfig"]["NetworkMode"] = f"container:{WEB_AGAIN}"

    assert begun.renewed("side") == {WEB_OLD: WEB_AGAIN}
    assert next_step(begun, "side", Aim.FOLLOW) == TakePlace(Undo(OLD, AGAIN, NEW_NAME))


@pytest.mark.parametrize("aim", [Aim.SETTLE, Aim.FOLLOW])
def test_one_without_a_successor_cannot_be_restored_to_what_was_made_anew(aim: Aim) -> None:
    found = world({OLD: OLD_NAME}, WEB["anew"])

    assert next_step(found, "side", aim) == MakeAnew(Undo(OLD, "", OLD_NAME.of_new(OLD)))


def test_a_spare_whose_provider_is_gone_is_dropped() -> None:
    assert next_step(world({SPARE: GOING}, WEB["done"]), "side") == Discard(SPARE)


def test_an_old_one_that_removes_itself_is_started_anew_so_no_task_is_in_its_way() -> None:
    side: Names = {OLD: "side", NEW: RM_NEW}

    assert next_step(world(side, WEB["back"]), "side", cannot_start=True) == Undo(OLD, NEW, RM_NEW)


@pytest.mark.parametrize("aim", Aim)
@pytest.mark.parametrize("side", [{OLD: "side"}, {AGAIN: "side", OLD: OLD_NAME}])
def test_nothing_is_done_where_nothing_is_open_or_only_a_person_can_decide(side: Names, aim: Aim) -> None:
    assert next_step(world(side, WEB["done"]), "side", aim) is None


def test_each_case_has_a_step_in_each_course() -> None:
    assert set(STEPS) == set(Case)
    assert {len(moves) for moves in STEPS.values()} == {len(Course)}


def rows() -> list[str]:
    head = ["due", *Course]
    cells = [head, ["---"] * len(head), *([case, *map(str, moves)] for case, moves in STEPS.items())]
    return [f"| {' | '.join(each)} |" for each in cells]


def test_the_document_shows_these_steps() -> None:
    lines = ARCHITECTURE.read_text().splitlines()
    first = lines.index(rows()[0])

    assert lines[first : first + len(rows()) + 1] == [*rows(), ""]

"""Every state that an interrupted update can leave has one way out, decided by ids and not by names."""

from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from watcher.model.labels import SPARE_OF
from watcher.model.names import Marker
from watcher.recovery.state import scenes, strays
from watcher.recovery.table import (
    Adopt,
    Depart,
    Discard,
    Finish,
    Inherit,
    Leave,
    Recovery,
    Respawn,
    Restore,
    Undo,
)

OLD, NEW, SPARE, AGAIN, OTHER = (letter * 64 for letter in "abcde")
OF_OLD = Marker("web", "new", "r", OLD[:12])
TO_NEW = Marker("web", "old", "r", NEW[:12])
# Of one that removes itself, as it stops: then its spare bears the old one's temporary name.
RM_OF_OLD = evolve(OF_OLD, removes_itself=True)
RM_TO_NEW = evolve(TO_NEW, removes_itself=True)
GOING_TO_NEW = evolve(RM_TO_NEW, going=True)
RM_OF_SPARE = evolve(RM_OF_OLD, other=SPARE[:12], back=True)

Rows = dict[str | Marker, str]


def recovery_of(rows: Rows, *, started: bool = False, gone_as: str = "") -> Recovery | None:
    """What follows for `web` from containers of these names; a spare is labelled with the old one's id.

    Args:
        rows: Their ids by their names.
        started: The successor was started.
        gone_as: The name that the old one had when somebody removed it.
    """
    scene = scenes(as_listed(rows, started=started)).get("web")
    return evolve(scene, gone_as=gone_as).recovery if scene else None


def as_listed(rows: Rows, *, started: bool = False) -> list[dict[str, Any]]:
    """The same containers as the engine lists them."""
    return [
        {
            "Id": cid,
            "Names": [f"/{name}"],
            "Labels": {SPARE_OF: OLD} if cid == SPARE else None,
            "State": "running" if started and cid == NEW else "created",
        }
        for name, cid in rows.items()
    ]


@pytest.mark.parametrize(
    ("rows", "recovery"),
    [
        pytest.param({"web": OLD, OF_OLD: NEW}, Undo(OLD, NEW, OF_OLD), id="created, stopped or held"),
        pytest.param({OF_OLD: NEW, TO_NEW: OLD}, Undo(OLD, NEW, OF_OLD), id="set aside"),
        pytest.param({"web": NEW, TO_NEW: OLD}, Finish(OLD, NEW, TO_NEW), id="named or started"),
        pytest.param({TO_NEW: OLD}, Restore(OLD, TO_NEW), id="the successor was removed by hand"),
        pytest.param({OF_OLD: NEW}, Inherit(NEW, OF_OLD), id="the old one went, nobody knows how"),
        pytest.param({"web": OTHER, OF_OLD: NEW}, Discard(NEW), id="somebody recreated it"),
        pytest.param(
            {"web": OTHER, OF_OLD: NEW, TO_NEW: OLD}, Discard(NEW), id="recreated, and both are left"
        ),
        pytest.param({"web": OTHER, TO_NEW: OLD}, Leave(OLD), id="recreated after the old one was set aside"),
        pytest.param(
            {"mine": NEW, TO_NEW: OLD}, Finish(OLD, NEW, TO_NEW), id="a person renamed the successor"
        ),
        pytest.param({"web": OTHER, "mine": NEW, TO_NEW: OLD}, Leave(OLD), id="renamed, and recreated"),
    ],
)
def test_an_open_update_has_one_way_out(rows: Rows, recovery: Recovery) -> None:
    assert recovery_of(rows) == recovery


@pytest.mark.parametrize(
    ("rows", "recovery"),
    [
        pytest.param({"web": OLD, RM_OF_OLD: NEW}, Undo(OLD, NEW, RM_OF_OLD), id="created, no spare yet"),
        pytest.param(
            {"web": OLD, RM_OF_OLD: NEW, RM_TO_NEW: SPARE},
            Undo(OLD, NEW, RM_OF_OLD),
            id="spare made, not yet going",
        ),
        pytest.param({"web": OLD, RM_OF_OLD: NEW, GOING_TO_NEW: SPARE}, Depart(OLD), id="going"),
        pytest.param({RM_OF_OLD: NEW, GOING_TO_NEW: SPARE}, Adopt(NEW, RM_OF_OLD), id="gone"),
        pytest.param({RM_OF_OLD: NEW}, Inherit(NEW, RM_OF_OLD), id="gone, and its spare was removed by hand"),
        pytest.param(
            {"web": NEW, GOING_TO_NEW: SPARE}, Finish(SPARE, NEW, GOING_TO_NEW), id="named or started"
        ),
        pytest.param(
            {GOING_TO_NEW: SPARE}, Respawn(SPARE, "", GOING_TO_NEW), id="the successor removed itself"
        ),
        pytest.param(
            {GOING_TO_NEW: SPARE, RM_OF_SPARE: AGAIN},
            Respawn(SPARE, AGAIN, GOING_TO_NEW),
            id="made anew, not named",
        ),
        pytest.param(
            {"mine": NEW, GOING_TO_NEW: SPARE},
            Finish(SPARE, NEW, GOING_TO_NEW),
            id="a person renamed it later",
        ),
        pytest.param({"web": OLD, RM_TO_NEW: SPARE}, Discard(SPARE), id="undone, and the spare is left"),
        pytest.param({"web": OTHER, RM_TO_NEW: SPARE}, Discard(SPARE), id="somebody recreated it"),
        pytest.param({"web": OTHER, GOING_TO_NEW: SPARE}, Leave(SPARE), id="its name was taken as it went"),
        pytest.param(
            {"mine": OLD, RM_OF_OLD: NEW, RM_TO_NEW: SPARE},
            Undo(OLD, NEW, RM_OF_OLD),
            id="a person renamed it",
        ),
        pytest.param({"mine": OLD, RM_TO_NEW: SPARE}, Discard(SPARE), id="renamed, and the spare is left"),
        pytest.param(
            {"mine": OLD, RM_OF_OLD: NEW, GOING_TO_NEW: SPARE}, Depart(OLD), id="renamed as it goes"
        ),
        pytest.param(
            {"web": OTHER, RM_OF_OLD: NEW, GOING_TO_NEW: SPARE},
            Discard(NEW),
            id="recreated, and both are left",
        ),
        pytest.param({"web": OTHER, RM_OF_OLD: NEW}, Discard(NEW), id="recreated, and the successor is left"),
    ],
)
def test_an_open_update_of_one_that_removes_itself_has_one_way_out(rows: Rows, recovery: Recovery) -> None:
    assert recovery_of(rows) == recovery


@pytest.mark.parametrize(
    ("started", "gone_as", "recovery"),
    [
        pytest.param(False, "web", Discard(NEW), id="a person removed web: web is to be gone"),
        pytest.param(False, str(TO_NEW), Inherit(NEW, OF_OLD), id="a person removed what was set aside"),
        pytest.param(True, "web", Inherit(NEW, OF_OLD), id="somebody started what is left"),
    ],
)
def test_who_removed_the_old_one_under_which_name_tells_what_becomes_of_what_is_left(
    *, started: bool, gone_as: str, recovery: Recovery
) -> None:
    assert recovery_of({OF_OLD: NEW}, started=started, gone_as=gone_as) == recovery


@pytest.mark.parametrize("rows", [{"mine": OLD, OF_OLD: NEW}, {"mine": OLD, "web": OTHER, OF_OLD: NEW}])
def test_one_that_a_person_renamed_is_what_the_update_is_undone_for(rows: Rows) -> None:
    assert recovery_of(rows) == Undo(OLD, NEW, OF_OLD)


def test_a_started_container_beside_somebody_elses_is_nobodys_to_remove() -> None:
    rows: Rows = {"web": OTHER, OF_OLD: NEW}
    assert recovery_of(rows, started=True) is None
    assert strays(as_listed(rows, started=True)) == {str(OF_OLD): "web"}


@pytest.mark.parametrize(
    ("rows", "started"),
    [
        ({"web": OTHER, OF_OLD: NEW}, False),
        ({"web": OLD, OF_OLD: NEW}, True),
        ({OF_OLD: NEW}, True),
        ({"web": OTHER, TO_NEW: OLD}, True),
    ],
)
def test_what_is_part_of_an_update_is_no_stray(rows: Rows, started: bool) -> None:
    assert strays(as_listed(rows, started=started)) == {}


@pytest.mark.parametrize("number", ["1", "2"])
@pytest.mark.parametrize("owner", ["", "0" * 12])
def test_one_that_compose_started_beside_its_own_of_the_same_number_is_dropped(
    number: str, owner: str
) -> None:
    labels = {f"com.docker.compose.{key}": "1" for key in ("project", "service", "container-number")}
    rows = [
        {"Id": OTHER, "Names": ["/web"], "State": "running", "Labels": labels},
        {
            "Id": NEW,
            "Names": [f"/{evolve(OF_OLD, owner=owner)}"],
            "State": "running",
            "Labels": labels | {"com.docker.compose.container-number": number},
        },
    ]

    found = scenes(rows).get("web")

    is_ours = owner and number == "1"
    assert (found.recovery if found else None) == (Discard(NEW) if is_ours else None)
    assert bool(found and found.is_taken_by_compose) == bool(is_ours)


@pytest.mark.parametrize("name", ["web", "web_old", "web.ctr-updater", "web.ctr-updater-old-r-xyz"])
def test_without_a_temporary_name_no_update_is_open(name: str) -> None:
    assert scenes([{"Id": OLD, "Names": [f"/{name}"]}]) == {}


def test_updates_of_several_containers_are_told_apart() -> None:
    of_db = Marker("db", "new", "s", OTHER[:12])
    rows: Rows = {"web": OLD, OF_OLD: NEW, "db": OTHER, of_db: SPARE}

    found = scenes([{"Id": cid, "Names": [f"/{name}"]} for name, cid in rows.items()])

    assert {name: scene.recovery for name, scene in found.items()} == {
        "web": Undo(OLD, NEW, OF_OLD),
        "db": Undo(OTHER, SPARE, of_db),
    }


MARKS: list[str | Marker] = ["web", OF_OLD, TO_NEW, RM_OF_OLD, RM_TO_NEW, GOING_TO_NEW, RM_OF_SPARE]
PLACES = st.lists(st.sampled_from(MARKS), unique=True, min_size=1, max_size=3)


@given(PLACES, st.permutations([OLD, NEW, SPARE, AGAIN, OTHER]))
def test_no_container_but_one_that_an_id_speaks_for_is_given_the_name_or_taken_it(
    places: list[str | Marker], ids: list[str]
) -> None:
    """What somebody else called `web` stays `web`, whatever temporary names there are beside it."""
    rows = dict(zip(places, ids, strict=False))
    holder = rows.get("web", "")

    match recovery_of(rows):
        case Undo(old, successor, marker):
            assert old.startswith(marker.other) or old == OLD
            assert successor != holder
        case Finish(old, successor, marker):
            assert successor == holder
            assert successor.startswith(marker.other)
            assert old != holder
        case Depart(old):
            assert old == OLD
        case Restore() | Adopt() | Inherit() | Respawn():
            assert not holder
        case Discard(cid) | Leave(cid):
            assert cid != holder
            assert cid in ids
        case None:
            assert places == ["web"]


MINE, THEIRS = "a" * 12, "b" * 12


def listed(*markers: tuple[str, Marker | str]) -> list[dict[str, Any]]:
    return [{"Id": cid, "Names": [f"/{name}"], "State": "created"} for cid, name in markers]


def test_whose_updates_count_can_be_chosen() -> None:
    ours, theirs = evolve(OF_OLD, owner=MINE), evolve(OF_OLD, owner=THEIRS)
    rows = listed((OLD, "web"), (OTHER, theirs), (NEW, ours))

    assert scenes(rows, MINE.__eq__)["web"].recovery == Undo(OLD, NEW, ours)

"""What the names say to all who only look: what is open, whose a temporary name is, who else is at work."""

from typing import Any

from attrs import evolve

from watcher.model.names import Marker
from watcher.recovery.open_names import OpenNames, contended, open_names, own_name

OLD, NEW, OTHER, SPARE = (letter * 64 for letter in "abcd")
OF_OLD = Marker("web", "new", "r", OLD[:12])
TO_NEW = Marker("web", "old", "r", NEW[:12])
MINE, THEIRS = "a" * 12, "b" * 12

Rows = list[dict[str, Any]]


def listed(*names: tuple[str, Marker | str], state: str = "created") -> Rows:
    return [{"Id": cid, "Names": [f"/{name}"], "State": state} for cid, name in names]


CUT_SHORT = listed((NEW, "web"), (OLD, TO_NEW))
LEFT = listed((OTHER, "web"), (OLD, TO_NEW))
STRAY = listed((OTHER, "web"), (NEW, OF_OLD), state="running")


def test_an_old_one_whose_name_somebody_has_taken_is_for_a_person_and_no_open_update() -> None:
    left, cut_short = OpenNames.of(LEFT), OpenNames.of(CUT_SHORT)

    assert (left.aside, {*left.scenes}, open_names(LEFT)) == ({str(TO_NEW): "web"}, set(), set())
    assert (cut_short.aside, {*cut_short.scenes}, open_names(CUT_SHORT)) == ({}, {"web"}, {"web"})


def test_a_temporary_name_means_the_container_whose_open_update_it_is_part_of() -> None:
    assert own_name(CUT_SHORT, str(TO_NEW), OLD) == "web"
    assert own_name(CUT_SHORT, "web", NEW) == "web"
    assert own_name(LEFT, str(TO_NEW), OLD) == str(TO_NEW), "another one is called web"
    assert own_name(STRAY, str(OF_OLD), NEW) == str(OF_OLD), "it is a person's"


def test_a_person_s_container_is_itself_also_while_the_one_of_its_name_is_updated() -> None:
    rows = listed((OTHER, "web"), (SPARE, evolve(OF_OLD, other=OTHER[:12]))) + STRAY[1:]

    assert own_name(rows, str(OF_OLD), NEW) == str(OF_OLD)


def test_whoever_of_two_updaters_made_a_successor_it_is_of_the_container_that_is_updated() -> None:
    ours, theirs = evolve(OF_OLD, owner=MINE), evolve(OF_OLD, owner=THEIRS)
    rows = listed((OLD, "web"), (NEW, ours), (OTHER, theirs))

    assert [own_name(rows, str(ours), NEW), own_name(rows, str(theirs), OTHER)] == ["web", "web"]


def test_one_that_was_set_aside_is_itself_also_while_the_one_of_its_name_is_updated() -> None:
    of_other, to_spare = evolve(OF_OLD, other=OTHER[:12]), evolve(TO_NEW, other=SPARE[:12])
    rows = listed((SPARE, "web"), (OTHER, to_spare), (OLD, TO_NEW))

    assert own_name(rows, str(to_spare), OTHER) == "web"
    assert own_name(rows, str(TO_NEW), OLD) == str(TO_NEW)
    assert own_name(listed((OTHER, "web"), (SPARE, of_other)), str(of_other), SPARE) == "web"


def test_one_whose_update_ends_meanwhile_has_its_own_name_again_or_is_gone() -> None:
    assert own_name(listed((NEW, "web")), str(OF_OLD), NEW) == "web"
    assert own_name(listed((NEW, "web")), str(TO_NEW), OLD) == "web"
    assert own_name(listed((NEW, "web")), "db", OLD) == "db"


def test_an_open_update_that_somebody_else_has_of_a_container_is_seen() -> None:
    ours, theirs = evolve(OF_OLD, owner=MINE), evolve(OF_OLD, owner=THEIRS)
    rows = listed((OLD, "web"), (NEW, ours), (OTHER, theirs))

    assert contended(rows, MINE, ["db", "web"]) == "web"
    assert contended(rows, THEIRS, ["web"]) == "web", "of two that begin at once each sees the other"
    assert contended(rows, MINE, ["db"]) == ""
    assert contended(listed((OLD, "web"), (NEW, ours)), MINE, ["web"]) == ""


def test_an_update_of_a_version_that_says_no_owner_is_somebody_else_s() -> None:
    assert contended(listed((OLD, "web"), (NEW, OF_OLD)), MINE, ["web"]) == "web"


def test_what_was_set_aside_for_a_person_is_in_nobodys_way() -> None:
    rows = listed((OTHER, "web"), (OLD, evolve(TO_NEW, owner=THEIRS)))

    assert contended(rows, MINE, ["web"]) == ""

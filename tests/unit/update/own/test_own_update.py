"""How the update of the own container is, told by the names alone."""

from typing import Any

import pytest

from watcher.model.helper import helper_name
from watcher.model.labels import HELPER_OF, HELPER_TARGET
from watcher.model.names import Marker
from watcher.update.own.own_update import OwnUpdate, own_update

OLD, NEW, OTHER = "a" * 64, "b" * 64, "c" * 64
TARGET = "sha256:" + "d" * 64
AS_NEW = str(Marker("up", "new", "r", OLD[:12], owner="0" * 12))
AS_OLD = str(Marker("up", "old", "r", NEW[:12], owner="0" * 12))


def row(cid: str, name: str, state: str = "running", **labels: str) -> dict[str, Any]:
    return {"Id": cid, "Names": [f"/{name}"], "State": state, "Labels": labels}


def helper(state: str = "running", name: str = "up", old: str = OLD) -> dict[str, Any]:
    labels = {HELPER_OF: old, HELPER_TARGET: TARGET}
    return {"Id": "h", "Names": [f"/{helper_name(name, old, TARGET)}"], "State": state, "Labels": labels}


BEFORE = [row(OLD, "up"), row(NEW, AS_NEW, "created")]
BETWEEN = [row(OLD, AS_OLD, "exited"), row(NEW, AS_NEW, "created")]
AFTER = [row(OLD, AS_OLD, "exited"), row(NEW, "up")]


@pytest.mark.parametrize("own", [None, OTHER])
def test_outside_of_any_container_there_is_none(own: str | None) -> None:
    assert own_update([row(OLD, "up"), helper()], own) == OwnUpdate()


def test_where_nothing_is_open_nothing_is_under_way() -> None:
    found = own_update([row(OLD, "up"), row(OTHER, "web")], OLD)

    assert (found.name, found.is_under_way, bool(found.left)) == ("up", False, False)


@pytest.mark.parametrize("rows", [BEFORE, BETWEEN, AFTER])
@pytest.mark.parametrize("own", [OLD, NEW])
def test_both_containers_of_it_begin_nothing_and_have_it_settled(
    rows: list[dict[str, Any]], own: str
) -> None:
    found = own_update(rows, own)

    assert (found.name, found.is_under_way, bool(found.left)) == ("up", True, True)


@pytest.mark.parametrize(("state", "is_left"), [("running", False), ("restarting", False), ("exited", True)])
def test_while_a_helper_is_at_work_nobody_else_has_it_settled(state: str, *, is_left: bool) -> None:
    found = own_update([*AFTER, helper(state)], NEW)

    assert (found.is_under_way, bool(found.left)) == (True, is_left)


def test_what_was_set_aside_of_another_one_of_its_name_keeps_nothing_from_beginning() -> None:
    rows = [row(OTHER, "up"), row(OLD, AS_OLD, "exited")]

    assert not own_update(rows, OTHER).is_under_way
    assert own_update(rows, OLD).is_under_way, "it is the one that was set aside"


def test_a_helper_alone_keeps_all_else_from_beginning() -> None:
    assert own_update([row(OLD, "up"), helper()], OLD).is_under_way


def test_an_update_of_another_container_is_none_of_it() -> None:
    mine = str(Marker("web", "new", "r", OTHER[:12]))
    found = own_update([row(OLD, "up"), row(OTHER, "web"), row(NEW, mine, "created")], OLD)

    assert not found.is_under_way


@pytest.mark.parametrize(
    ("rows", "own", "is_aside"), [(AFTER, OLD, True), (AFTER, NEW, False), (BEFORE, OLD, False)]
)
def test_who_was_set_aside_knows_it(rows: list[dict[str, Any]], own: str, *, is_aside: bool) -> None:
    assert own_update(rows, own).is_aside is is_aside


def test_the_helper_of_another_updater_is_not_looked_after() -> None:
    assert own_update([row(NEW, "up"), helper(name="other", old=OTHER)], NEW).helpers == ()


def test_the_helper_of_a_way_to_the_engine_is_and_holds_up_nothing() -> None:
    found = own_update([row(NEW, "up"), helper(name="proxy", old=OTHER)], NEW, {"proxy"})

    assert ([each.name for each in found.helpers], found.is_under_way) == (["proxy"], False)

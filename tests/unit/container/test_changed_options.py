"""What a person changed with `docker update` in the middle stays, whichever of the two containers does."""

from typing import Any

import pytest
from attrs import evolve

from watcher.container.changed_options import for_old, for_successor
from watcher.model.names import Marker

Json = dict[str, Any]

TO_NEW = Marker("web", "old", "r", "b" * 12)
HELD, RETRIED = evolve(TO_NEW, always=True), evolve(TO_NEW, retries=3)
THRICE = {"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3}}
NO, ALWAYS, STOPPED = (
    {"RestartPolicy": {"Name": name, "MaximumRetryCount": 0}} for name in ("no", "always", "unless-stopped")
)
SHARES, MORE = {"CpuShares": 512}, {"CpuShares": 1024}


def _as(letter: str, host: Json) -> Json:
    return {"Id": letter * 64, "HostConfig": host}


def known(old: Json, new: Json) -> dict[str, Json]:
    return {"a" * 64: old, "b" * 64: new}


@pytest.mark.parametrize(
    ("marker", "before", "old", "new", "lacks"),
    [
        pytest.param(TO_NEW, NO, NO, NO, {}, id="nothing changed"),
        pytest.param(TO_NEW, NO, STOPPED, NO, STOPPED, id="the old one's policy"),
        pytest.param(TO_NEW, NO, NO, STOPPED, {}, id="the new one's policy"),
        pytest.param(TO_NEW, NO, STOPPED, ALWAYS, {}, id="both: the later one stands"),
        pytest.param(TO_NEW, STOPPED, NO, STOPPED, NO, id="to no"),
        pytest.param(HELD, ALWAYS, NO, ALWAYS, {}, id="held by us"),
        pytest.param(RETRIED, THRICE, NO, THRICE, {}, id="held by us, of on-failure"),
        pytest.param(HELD, ALWAYS, STOPPED, ALWAYS, STOPPED, id="held, then changed"),
        pytest.param(HELD, ALWAYS, NO, NO, {}, id="held, and the new one set to no"),
        pytest.param(TO_NEW, NO | SHARES, NO | MORE, NO | SHARES, MORE, id="another option"),
    ],
)
def test_a_successor_is_given_what_was_changed_of_the_old_one(
    marker: Marker, before: Json, old: Json, new: Json, lacks: Json
) -> None:
    assert for_successor(_as("b", new), _as("a", old), marker, known(before, before)) == lacks


@pytest.mark.parametrize(
    ("marker", "before", "old", "new", "lacks"),
    [
        pytest.param(TO_NEW, NO, NO, NO, {}, id="nothing changed"),
        pytest.param(TO_NEW, NO, NO, STOPPED, STOPPED, id="the new one's policy"),
        pytest.param(TO_NEW, NO, STOPPED, NO, {}, id="the old one's policy"),
        pytest.param(TO_NEW, STOPPED, STOPPED, NO, NO, id="to no"),
        pytest.param(HELD, ALWAYS, NO, ALWAYS, ALWAYS, id="held by us"),
        pytest.param(RETRIED, THRICE, NO, THRICE, THRICE, id="held by us, of on-failure"),
        pytest.param(HELD, ALWAYS, NO, STOPPED, STOPPED, id="held, and the new one changed"),
        pytest.param(HELD, ALWAYS, STOPPED, ALWAYS, {}, id="held, then changed"),
        pytest.param(TO_NEW, NO | SHARES, NO | SHARES, NO | MORE, MORE, id="another option"),
    ],
)
def test_an_old_container_is_given_what_was_changed_of_the_new_one(
    marker: Marker, before: Json, old: Json, new: Json, lacks: Json
) -> None:
    assert for_old(_as("a", old), _as("b", new), marker, known(before, before)) == lacks


@pytest.mark.parametrize(
    ("marker", "old", "new", "lacks"),
    [
        pytest.param(TO_NEW, STOPPED, NO, STOPPED, id="silenced by a rollback that was cut short"),
        pytest.param(HELD, NO, NO, ALWAYS, id="silenced, and the old one is held"),
        pytest.param(RETRIED, NO, NO, THRICE, id="silenced, and the old one is held, of on-failure"),
        pytest.param(HELD, NO, ALWAYS, {}, id="held alone"),
        pytest.param(TO_NEW, NO, STOPPED, {}, id="the new one was changed"),
        pytest.param(TO_NEW, NO | SHARES, NO | MORE, {}, id="another option of either"),
    ],
)
def test_where_nothing_is_known_from_before_the_successor_stands_as_it_is(
    marker: Marker, old: Json, new: Json, lacks: Json
) -> None:
    for halves in ({}, {"a" * 64: NO | SHARES}, {"b" * 64: NO | SHARES}):
        assert for_successor(_as("b", new), _as("a", old), marker, halves) == lacks


@pytest.mark.parametrize(("marker", "lacks"), [(TO_NEW, {}), (HELD, ALWAYS), (RETRIED, THRICE)])
def test_a_silenced_successor_whose_old_one_is_gone_is_given_what_was_held(
    marker: Marker, lacks: Json
) -> None:
    assert for_successor(_as("b", NO), None, marker, known(NO, NO)) == lacks


def test_a_limit_of_memory_is_given_with_the_one_of_swap_that_goes_with_it() -> None:
    """The engine refuses one that is above the other, whichever of the two it is told alone."""
    less, more = {"Memory": 100, "MemorySwap": 200}, {"Memory": 300, "MemorySwap": 400}
    half = less | {"MemorySwap": 400}

    assert (
        for_successor(_as("b", NO | half), _as("a", NO | more), TO_NEW, known(NO | less, NO | half)) == more
    )
    only_memory = {"Memory": 150, "MemorySwap": 200}
    assert for_successor(
        _as("b", NO | less), _as("a", NO | only_memory), TO_NEW, known(NO | less, NO | less)
    ) == {"Memory": 150}


def test_what_a_successor_was_made_with_is_not_given_once_more() -> None:
    made = known(NO | SHARES, NO | MORE)

    assert for_successor(_as("b", NO | MORE), _as("a", NO | MORE), TO_NEW, made) == {}


@pytest.mark.parametrize("half", ["a", "b"])
def test_an_old_one_of_which_one_half_is_known_is_only_held_no_longer(half: str) -> None:
    made = {half * 64: NO | SHARES}

    assert for_old(_as("a", NO | SHARES), _as("b", NO | MORE), HELD, made) == ALWAYS


@pytest.mark.parametrize(("marker", "lacks"), [(TO_NEW, {}), (HELD, ALWAYS), (RETRIED, THRICE)])
def test_where_nothing_is_known_the_old_one_is_only_held_no_longer(marker: Marker, lacks: Json) -> None:
    assert for_old(_as("a", NO), None, marker, {}) == lacks

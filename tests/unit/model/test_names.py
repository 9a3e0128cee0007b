"""Temporary names are read back as what was written, and nothing else is taken for one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.model.names import Marker, MarkerKind, Wanted, container_name, name_of, short

NAME = st.from_regex(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{1,20}", fullmatch=True)
KIND: st.SearchStrategy[MarkerKind] = st.sampled_from(["new", "old"])
WANTED: st.SearchStrategy[Wanted] = st.sampled_from(["r", "p", "s"])
SHORT = st.from_regex(r"[0-9a-f]{12}", fullmatch=True)
FLAGS = dict.fromkeys(
    ["always", "removes_itself", "unjudged", "going", "back", "unpublished", "unattached"], st.booleans()
)
OWNER = st.just("") | SHORT
RETRIES = st.none() | st.integers(0, 2**31 - 1)
MARKERS = st.builds(Marker, NAME, KIND, WANTED, SHORT, **FLAGS, retries=RETRIES, owner=OWNER)
CID = "0123456789ab" + "c" * 52


@given(MARKERS)
def test_a_marker_is_read_back_as_itself(marker: Marker) -> None:
    assert Marker.parse(str(marker)) == marker


@given(MARKERS)
def test_a_marker_is_a_name_that_the_engine_allows(marker: Marker) -> None:
    assert container_name(str(marker)) == str(marker)


@given(MARKERS)
def test_both_temporary_names_of_an_update_say_the_same_of_it_and_name_one_another(marker: Marker) -> None:
    new, old = marker.of_new(CID), marker.of_old(CID)

    assert (new.kind, old.kind) == ("new", "old")
    assert new.other == old.other == short(CID)
    assert new.of_old(marker.other) == old.of_old(marker.other)
    assert marker in (new.of_new(marker.other), old.of_old(marker.other))


@given(MARKERS)
def test_a_marker_is_read_with_the_slash_of_the_engine(marker: Marker) -> None:
    assert Marker.parse(f"/{marker}") == marker


@given(MARKERS, KIND)
def test_the_marker_of_a_container_that_is_called_like_a_marker_names_it_whole(
    outer: Marker, kind: MarkerKind
) -> None:
    nested = Marker(str(outer), kind, "r", "0" * 12)

    assert Marker.parse(str(nested)) == nested


def test_a_marker_is_spelled_so() -> None:
    """Other versions of this program must read it: the spelling is a contract."""
    plain = Marker("web", "new", "r", "0123456789ab")
    flags: dict[str, Any] = dict.fromkeys(["always", "removes_itself", "unjudged", "going", "back"], True)

    assert str(plain) == "web.ctr-updater-new-r-0123456789ab"
    assert (
        str(Marker("web", "old", "s", "0123456789ab", **flags)) == "web.ctr-updater-old-samxgb-0123456789ab"
    )


@pytest.mark.parametrize(("retries", "spelled"), [(0, "f0"), (3, "f3"), (2**31 - 1, "f2147483647")])
def test_how_often_it_is_restarted_is_spelled_so(retries: int, spelled: str) -> None:
    marker = Marker("web", "old", "r", "0123456789ab", unjudged=True, retries=retries)

    assert str(marker) == f"web.ctr-updater-old-r{spelled}x-0123456789ab"


def test_a_marker_ends_in_its_owner() -> None:
    owned = Marker("web", "new", "r", "0123456789ab", owner="fedcba987654")

    assert str(owned) == "web.ctr-updater-new-r-0123456789ab-fedcba987654"


def test_a_marker_of_a_version_without_owners_is_understood() -> None:
    found = Marker.parse("web.ctr-updater-new-r-0123456789ab")

    assert found is not None
    assert found.owner == ""


@pytest.mark.parametrize(
    "name",
    [
        "web",
        "web_old",
        "web.ctr-updater-new",
        ".ctr-updater-new-r-0123456789ab",
        "web.ctr-updater-new-r-0123456789a",
        "web.ctr-updater-new-r-0123456789abc",
        "web.ctr-updater-new-r-0123456789AB",
        "web.ctr-updater-new-x-0123456789ab",
        "web.ctr-updater-new--0123456789ab",
        "web.ctr-updater-new-rma-0123456789ab",
        "web.ctr-updater-next-r-0123456789ab",
        "web.ctr-updater-new-rf-0123456789ab",
        "web.ctr-updater-new-rf03-0123456789ab",
        f"web.ctr-updater-new-rf{'9' * 5000}-0123456789ab",
        "web.ctr-updater-new-r-0123456789ab\n",
        "web.ctr-updater-new-r-0123456789ab-",
        "web.ctr-updater-new-r-0123456789ab-0123456789a",
        "web.ctr-updater-new-r-0123456789ab-0123456789abc",
        "web.ctr-updater-new-r-0123456789ab-0123456789AB",
    ],
)
def test_a_name_of_the_users_own_is_no_marker(name: str) -> None:
    assert Marker.parse(name) is None


@pytest.mark.parametrize("text", ["web", "a", "0", "a.b_c-d", "A1", CID])
def test_what_the_engine_allows_as_a_name_is_one(text: str) -> None:
    assert container_name(text) == text


def test_a_leading_slash_is_not_part_of_a_name() -> None:
    assert container_name("/web") == "web"


@pytest.mark.parametrize(
    "text", ["", "/", "a/b", "//web", "-web", ".web", "we b", "web\n", "é", "a%2fb", "..", "a?b"]
)
def test_what_the_engine_allows_nowhere_is_no_name(text: str) -> None:
    assert container_name(text) is None


@pytest.mark.parametrize("identifier", [CID, f"sha256:{CID}", CID[:12]])
def test_an_id_is_shortened_to_twelve_digits(identifier: str) -> None:
    assert short(identifier) == "0123456789ab"


@pytest.mark.parametrize(
    ("listed", "name"),
    [
        (["/web"], "web"),
        (["/app/db", "/db"], "db"),
        (["/db", "/app/db"], "db"),
        (["/app/db"], "0123456789ab"),
        ([], "0123456789ab"),
        (None, "0123456789ab"),
    ],
)
def test_what_legacy_links_call_a_container_is_not_its_name(listed: Any, name: str) -> None:
    assert name_of({"Id": CID, "Names": listed}) == name


@pytest.mark.parametrize("name", [f"{CID[:12]}_web", "my-precious-data-volume", "web.ctr-updater-new-r-x"])
def test_a_name_is_never_cut_like_an_id(name: str) -> None:
    assert short(name) == name
    assert (short(CID), short(f"sha256:{CID}"), short(CID[:12])) == (CID[:12],) * 3

"""What Compose made to take another one's place, and could not give its name."""

from typing import Any

import pytest

from watcher.recovery.compose_recreations import left_behind, recreations, unnamed

OLD, NEW, MADE = "a" * 64, "b" * 64, "c" * 64
LEFT = f"{OLD[:12]}_web"
LABELS = {f"com.docker.compose.{key}": "1" for key in ("project", "service", "container-number")}
REPLACES = LABELS | {"com.docker.compose.replace": "web"}


def row(
    cid: str, name: str, state: str = "running", labels: dict[str, str] | None = LABELS
) -> dict[str, Any]:
    return {"Id": cid, "Names": [f"/{name}"], "State": state, "Labels": labels}


LEFT_ROW = row(MADE, LEFT, "created", REPLACES)


@pytest.mark.parametrize(
    ("others", "holder", "is_settled"),
    [
        ([], "", True),
        ([row(NEW, "web")], NEW, True),
        ([row(NEW, "web", labels=None)], NEW, False),
        ([row(OLD, "web")], OLD, False),
        ([row(NEW, "web"), row(OLD, "db")], NEW, False),
    ],
    ids=[
        "nobody has the name",
        "another one of the service has it",
        "somebody else's has it",
        "the one that it replaces is there",
        "under another name",
    ],
)
def test_it_is_named_or_removed_once_what_it_replaces_is_gone(
    others: list[dict[str, Any]], holder: str, *, is_settled: bool
) -> None:
    rows = [LEFT_ROW, *others]

    (found,) = recreations(rows)

    assert (found.cid, found.name, found.holder) == (MADE, "web", holder)
    assert unnamed(rows, [LEFT_ROW]) == ({"web"} if is_settled else set())
    lines = left_behind(rows, "web")
    assert [line.rpartition(", ")[2] for line in lines] == (
        [] if is_settled else [f"`docker rm {MADE[:12]}`"]
    )
    assert left_behind(rows, "db") == []


def test_what_did_not_opt_in_is_left_alone() -> None:
    assert unnamed([LEFT_ROW], []) == set()


@pytest.mark.parametrize(
    "other",
    [
        row(MADE, LEFT, "exited", REPLACES),
        row(MADE, LEFT, "created", LABELS),
        row(MADE, LEFT, "created", None),
        row(MADE, "web", "created", REPLACES),
        row(MADE, "abc_web", "created", REPLACES),
    ],
    ids=["it has run and ended", "not made by a recreation", "nobody's", "it has the name", "no id"],
)
def test_what_only_looks_like_one_is_none(other: dict[str, Any]) -> None:
    assert recreations([other]) == []


@pytest.mark.parametrize("state", ["running", "restarting"])
@pytest.mark.parametrize(
    ("others", "is_settled"), [([], True), ([row(NEW, "web")], False), ([row(OLD, "web")], False)]
)
def test_one_that_was_started_lacks_its_name_alone_and_is_never_removed(
    others: list[dict[str, Any]], state: str, *, is_settled: bool
) -> None:
    rows = [row(MADE, LEFT, state, REPLACES), *others]

    assert [each.has_run for each in recreations(rows)] == ([True] if is_settled else [])
    assert unnamed(rows, rows) == ({"web"} if is_settled else set())
    assert left_behind(rows, "web") == []

"""A helper is known by its name and its labels together, and by neither alone."""

from typing import Any

import pytest

from watcher.model.helper import Helper, helper_name, helpers
from watcher.model.labels import HELPER_OF, HELPER_TARGET
from watcher.model.names import Marker

OLD, IMAGE = "0123456789ab" + "c" * 52, "sha256:" + "fedcba987654" + "0" * 52
NAME = "up.ctr-updater-helper-0123456789ab-fedcba987654"


def row(name: str = NAME, **more: Any) -> dict[str, Any]:
    labels = {HELPER_OF: OLD, HELPER_TARGET: IMAGE}
    return {"Id": "h", "Names": [f"/{name}"], "State": "running", "Labels": labels} | more


def test_its_name_holds_both_ids() -> None:
    assert helper_name("up", OLD, IMAGE) == NAME


def test_a_row_tells_all_of_it() -> None:
    assert helpers([row(), row("web")]) == [Helper("h", "up", OLD, IMAGE, "running")]


@pytest.mark.parametrize(
    "other",
    [
        row("web"),
        row(Labels=None),
        row(Labels={HELPER_OF: OLD}),
        row("up.ctr-updater-helper-ffffffffffff-fedcba987654"),
        row("up.ctr-updater-helper-0123456789ab-ffffffffffff"),
    ],
)
def test_what_has_not_both_is_somebody_s(other: dict[str, Any]) -> None:
    assert Helper.of(other) is None


@pytest.mark.parametrize(
    ("state", "runs"), [("running", True), ("restarting", True), ("exited", False), ("created", False)]
)
def test_one_that_is_about_to_be_restarted_runs(state: str, *, runs: bool) -> None:
    (found,) = helpers([row(State=state)])

    assert found.runs is runs


def test_its_name_is_no_temporary_one_of_an_update() -> None:
    assert Marker.parse(NAME) is None

"""Which digests a service ran before, and until when."""

from typing import Any

import pytest

from tests.unit.swarm.test_spec import NEW, OLD, service
from watcher.swarm.earlier import ran_before
from watcher.swarm.spec import Service

THIRD = f"sha256:{'c' * 64}"
AT = 1795737600.0


def row(old: str, new: str, outcome: str = "updated", at: str = "2026-11-27T00:00:00Z") -> dict[str, Any]:
    return {"at": at, "outcome": outcome, "old": {"id": old}, "new": {"id": new}}


def after(before: str, state: str = "completed") -> Service:
    """A service that runs OLD, and of which the swarm knows what it ran before."""
    status = {"State": state, "StartedAt": "2026-11-27T00:00:00Z"}
    return service(PreviousSpec=service(before).spec, UpdateStatus=status)


def shown(found: Service, *rows: dict[str, Any]) -> list[tuple[str, float]]:
    return [(kept.image, kept.since) for kept in ran_before(found, rows)]


def test_the_history_tells_what_it_ran_and_when_it_left_that() -> None:
    assert shown(service(), row(NEW, OLD), row(THIRD, NEW, at="2026-11-26T00:00:00Z")) == [
        (NEW, AT),
        (THIRD, AT - 86400),
    ]


def test_the_swarm_tells_the_last_one_also_where_there_is_no_history() -> None:
    assert shown(after(f"web:1@{NEW}")) == [(NEW, AT)]
    assert shown(after(f"web:1@{NEW}"), row(THIRD, OLD)) == [(NEW, AT), (THIRD, AT)]


def test_of_what_it_left_by_somebody_else_the_moment_is_not_known() -> None:
    assert shown(service(), row(THIRD, NEW)) == [(THIRD, AT), (NEW, 0.0)]


@pytest.mark.parametrize(
    "found",
    [
        after(f"other:1@{NEW}"),
        after("web:1"),
        after(f"web:1@{OLD}"),
        after(f"web:1@{NEW}", "rollback_completed"),
    ],
    ids=["another tag", "no digest", "the same", "went back"],
)
def test_what_it_cannot_go_back_to_is_not_told(found: Service) -> None:
    assert shown(found) == []


@pytest.mark.parametrize("outcome", ["rolled back", "failed", "refused"])
def test_what_did_not_work_is_not_told(outcome: str) -> None:
    assert shown(service(), row(OLD, NEW, outcome)) == []


@pytest.mark.parametrize("image", ["web:1", f"web@{OLD}"])
def test_one_without_a_tag_or_a_digest_goes_back_nowhere(image: str) -> None:
    assert shown(service(image), row(NEW, OLD)) == []

"""What a service tells of a rollout to whoever comes upon it, and when it is proved."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.swarm.test_progress import seen, task
from tests.unit.swarm.test_spec import NEW, OLD, ROLLOUT, service
from watcher.config.policy import Policy
from watcher.swarm import rollout
from watcher.swarm.progress import Progress
from watcher.swarm.rollout import RolloutEnd, RolloutWatch, is_back_from, seen_to_its_end, was_changed
from watcher.swarm.spec import Service

_LABEL = {"ctr-updater.rollout": str(ROLLOUT)}
_UNDOING = {"ctr-updater.rollout": f"1700000009-cd {OLD} {NEW} 2"}
_OLD, _OURS = service().spec, service(f"web:1@{NEW}", _LABEL).spec


def _after(spec: object, before: object, state: str = "") -> Service:
    return Service({"ID": "id", "Spec": spec, "PreviousSpec": before, "UpdateStatus": {"State": state}})


@pytest.mark.parametrize(
    ("found", "is_changed", "is_back"),
    [
        (_after(_OURS, _OLD, "updating"), False, False),
        (_after(_OURS, _OURS), True, False),
        (_after(_OLD, _OURS, "rollback_started"), False, True),
        (_after(_OLD, None, "rollback_completed"), False, True),
        (_after(_OLD, _OURS, "updating"), False, True),
        (_after(service("other:1").spec, _OURS), False, False),
        (_after(service(labels=_UNDOING).spec, _OURS, "updating"), False, False),
    ],
    ids=[
        "under way",
        "changed by a person",
        "by us",
        "by the swarm",
        "to a digest",
        "another image",
        "a rollback",
    ],
)
def test_where_a_service_stands(found: Service, is_changed: bool, is_back: bool) -> None:
    assert was_changed(found, ROLLOUT) is is_changed
    assert is_back_from(found, ROLLOUT) is is_back


@pytest.mark.parametrize(("state", "is_images"), [("shutdown", False), ("failed", True)])
def test_an_image_is_to_blame_where_a_task_failed_and_not_where_one_was_taken(
    state: str, is_images: bool
) -> None:
    stopped = {"State": "paused", "Message": f"early termination of task t1{state}"}
    found = seen(task(1, state), UpdateStatus=stopped)

    assert RolloutEnd("failed", "", found).is_images is is_images


class Read(RolloutWatch):
    """A watch that is shown what a swarm said at one look after the other, half a minute apart."""

    def __init__(self, looks: Iterator[Progress], policy: Policy) -> None:
        self._clock = 0.0
        super().__init__(None, "id", policy, NEW)  # type: ignore[arg-type]
        self._looks = looks

    def now(self) -> float:
        return self._clock

    async def _read(self) -> Progress:
        self._clock += 30.0
        return next(self._looks)


def _looked(*states: str) -> Iterator[Progress]:
    """Looks at the one task of a service whose rollout the swarm says is done."""
    done: dict[str, Any] = {"UpdateStatus": {"State": "completed"}, "labels": _LABEL}
    return (seen(task(1, state), task(2), **done) for state in states)


@pytest.mark.parametrize(
    ("states", "how"),
    [
        (("pending", "pending", "pending", "running", "failed"), "failed"),
        (("running", "running", "pending", "running", "failed"), "failed"),
        (("pending", "pending", "running", "running", "running"), "proved"),
    ],
    ids=["they start late, and one fails", "one is made anew, and fails", "they start late, and stay"],
)
def test_the_proof_begins_when_all_tasks_run_though_the_swarm_said_before_that_it_is_done(
    states: tuple[str, ...], how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rollout, "_LOOK_S", 0.0)
    watch = Read(looks := _looked(*states), Policy(stable_for=45.0))

    assert asyncio.run(seen_to_its_end(watch, ROLLOUT)).how == how
    assert next(looks, None) is None


def test_a_proof_that_is_longer_than_anything_else_may_take_is_seen_to_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rollout, "_LOOK_S", 0.0)
    watch = Read(looks := _looked(*["running"] * 21), Policy(stable_for=585.0, health_timeout=60.0))

    assert asyncio.run(seen_to_its_end(watch, ROLLOUT)).how == "proved"
    assert next(looks, None) is None

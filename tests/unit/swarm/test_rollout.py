"""What a service tells of a rollout to whoever comes upon it."""

import pytest

from tests.unit.swarm.test_progress import seen, task
from tests.unit.swarm.test_spec import NEW, OLD, ROLLOUT, service
from watcher.swarm.rollout import Ending, is_back_from, was_changed
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

    assert Ending("failed", "", found).is_images is is_images

"""How far a service is, by its tasks."""

from typing import Any

import pytest

from tests.unit.swarm.test_placement import node
from tests.unit.swarm.test_spec import NEW, OLD, service
from watcher.swarm.progress import Progress, of_digest, progress, ran

HERE, AWAY = node("here"), node("away") | {"Status": {"State": "down"}}


def task(number: int, state: str = "running", image: str = NEW, **more: Any) -> dict[str, Any]:
    wanted = "running" if state in {"running", "pending", "preparing"} else "shutdown"
    return {
        "ID": f"t{number}{state}",
        "Slot": number,
        "NodeID": "id-here",
        "DesiredState": wanted,
        "Status": {"State": state},
        "Spec": {"ContainerSpec": {"Image": f"web:1@{image}"}},
    } | more


def seen(*tasks: dict[str, Any], nodes: tuple[dict[str, Any], ...] = (HERE,), **said: Any) -> Progress:
    return progress(service(f"web:1@{NEW}", **said).said, list(tasks), nodes, NEW)


def test_all_run() -> None:
    found = seen(task(1), task(2), task(2, "shutdown", OLD))

    assert found.is_there
    assert (found.running, found.wanted, found.failed) == (2, 2, {})
    assert str(found) == "2 of 2 run it"


@pytest.mark.parametrize(
    "other",
    [
        task(2, "running", OLD),
        task(2, "preparing"),
        task(2, "pending"),
        task(2, DesiredState="shutdown"),
        task(2, NodeID="id-away"),
    ],
)
def test_one_does_not(other: dict[str, Any]) -> None:
    assert not seen(task(1), other).is_there


def test_what_waits_for_a_node_that_is_down_is_excused() -> None:
    found = seen(task(1), task(2, "pending", NodeID=""), nodes=(HERE, AWAY))

    assert found.is_there
    assert str(found) == "1 of 2 run it; down: away"


def test_one_of_the_old_image_is_not_excused_by_another_node() -> None:
    assert not seen(task(1), task(2, "running", OLD), nodes=(HERE, AWAY)).is_there


def test_a_global_service_has_one_on_each_node() -> None:
    everywhere = service(f"web:1@{NEW}")
    everywhere.spec["Mode"] = {"Global": {}}
    one = task(0, Slot=None)

    found = progress(everywhere.said, [one], [HERE, AWAY, node("drained", Availability="drain")], NEW)

    assert (found.wanted, found.running, found.excused) == (2, 1, 1)


@pytest.mark.parametrize(("state", "error"), [("failed", "exit 3"), ("rejected", "No such image")])
def test_what_failed_says_where_and_why(state: str, error: str) -> None:
    found = seen(task(1, state, Status={"State": state, "Err": error}), task(2, state, OLD))

    assert list(found.failed.values()) == [f"a task on here: {error}"]


def test_one_that_ends_by_itself_has_failed_unless_it_may() -> None:
    ended = task(1, "complete")
    job = service(f"web:1@{NEW}")
    job.spec["TaskTemplate"]["RestartPolicy"] = {"Condition": "on-failure"}

    assert list(seen(ended).failed.values()) == ["a task on here: it ended by itself"]
    assert not progress(job.said, [ended], [HERE], NEW).failed


@pytest.mark.parametrize(
    ("completed", "late"),
    [("2026-11-27T00:00:01Z", {"t1running": 2.0}), ("2026-11-27T00:00:04Z", {}), (None, {})],
)
def test_what_failed_once_the_swarm_was_done_is_told_apart(
    completed: str | None, late: dict[str, float]
) -> None:
    status = {"State": "failed", "Err": "exit 3", "Timestamp": "2026-11-27T00:00:03.000000009Z"}
    ours = task(1) | {"Status": status}

    assert seen(ours, UpdateStatus={"State": "completed", "CompletedAt": completed}).late == late


def test_what_a_node_took_with_it_has_not_failed() -> None:
    assert not seen(task(1, "failed", NodeID="id-away"), nodes=(HERE, AWAY)).failed


_STOPPED = {
    "State": "paused",
    "Message": "update paused due to failure or early termination of task t1shutdown",
}
_DRAINED = node("here", Availability="drain")


@pytest.mark.parametrize(
    ("nodes", "taken"),
    [
        ((_DRAINED,), "a task was taken from here, which was drained"),
        ((HERE | {"Status": {"State": "down"}},), "a task was taken from here, which is down"),
        ((HERE,), "a task was taken from here"),
        ((), "a task was taken from a node that is gone"),
    ],
)
def test_a_task_that_was_taken_from_its_node_is_told_apart(
    nodes: tuple[dict[str, Any], ...], taken: str
) -> None:
    found = seen(task(1, "shutdown"), task(2), nodes=nodes, UpdateStatus=_STOPPED)

    assert (found.taken, found.failed) == (taken, {})


def test_a_task_whose_node_may_not_run_it_any_more_has_not_failed() -> None:
    why = {
        "Message": "task rejected by constraint enforcer",
        "Err": "assigned node no longer meets constraints",
    }
    unfit = task(1, "rejected", ID="t1shutdown", Status={"State": "rejected"} | why)

    found = seen(unfit, task(2), UpdateStatus=_STOPPED)

    assert (found.taken, found.failed) == ("a task was taken from here, which may not run it any more", {})
    assert not seen(unfit, task(2)).failed


@pytest.mark.parametrize(
    "other",
    [
        task(1, "failed", ID="t1shutdown"),
        task(1, "rejected", ID="t1shutdown"),
        task(1, "shutdown", OLD),
        task(1, "shutdown", ID="another"),
        task(2, "failed"),
    ],
    ids=["it failed", "it was rejected", "it had the other image", "it is not why", "another failed"],
)
def test_what_failed_of_itself_was_not_taken(other: dict[str, Any]) -> None:
    more = () if other["Slot"] == 1 else (task(1, "shutdown"),)

    assert not seen(other, *more, UpdateStatus=_STOPPED).taken


def test_once_it_went_back_what_failed_of_the_other_image_is_known() -> None:
    old = service(f"web:1@{OLD}")

    assert progress(old.said, [task(1, "failed")], [HERE], NEW).failed


def test_more_than_wanted_is_all() -> None:
    found = seen(task(1), task(2), task(3))

    assert found.is_there
    assert found.excused == 0


def test_a_pull_takes_long() -> None:
    assert seen(task(1, "preparing")).is_busy
    assert not seen(task(1)).is_busy


def test_the_stamp_changes_with_each_task() -> None:
    assert seen(task(1)).stamp != seen(task(1, "failed")).stamp
    assert seen(task(1), task(2)).stamp == seen(task(2), task(1)).stamp
    assert seen(task(1)).stamp != seen(task(1), UpdateStatus={"State": "paused"}).stamp


def test_which_images_tasks_have() -> None:
    assert of_digest([task(1, "failed", OLD)], OLD)
    assert not of_digest([task(1)], OLD)
    assert ran([task(1), task(1, image=OLD), task(2, "failed")]) == 1

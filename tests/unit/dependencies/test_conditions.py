"""Compose's conditions are told by an inspect of the container that is depended on."""

from typing import Any

import pytest

from watcher.dependencies.conditions import lacking
from watcher.dependencies.order import Condition

CHECK = {"Test": ["CMD", "true"]}


def container(status: str, *, health: str = "", check: Any = CHECK, code: int = 0) -> dict[str, Any]:
    state = {"Status": status, "Running": status == "running", "ExitCode": code}
    return {
        "State": state | ({"Health": {"Status": health}} if health else {}),
        "Config": {"Healthcheck": check},
    }


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (container("running", health="healthy"), ""),
        (container("running", health="unhealthy"), "db is unhealthy"),
        (container("running", health="starting"), "db is starting"),
        (container("running", check=None), ""),
        (container("running", check={"Test": ["NONE"]}), ""),
        (container("exited", health="unhealthy"), ""),
    ],
)
def test_what_runs_and_has_a_check_must_be_healthy(found: dict[str, Any], expected: str) -> None:
    assert lacking(Condition.HEALTHY, "db", found) == expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (container("exited"), ""),
        (container("exited", code=3), "job ended with exit code 3"),
        (container("running"), "job has not ended yet"),
        (container("created"), ""),
    ],
)
def test_a_job_must_have_succeeded_unless_it_is_yet_to_be_run(found: dict[str, Any], expected: str) -> None:
    assert lacking(Condition.COMPLETED, "job", found) == expected


def test_nothing_is_asked_of_what_need_only_be_started() -> None:
    assert lacking(Condition.STARTED, "db", container("exited", health="unhealthy", code=3)) == ""

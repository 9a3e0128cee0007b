"""In which states an update may end, right before the old container is removed."""

from typing import Any

import pytest

from watcher.container.commit_check import is_as_wanted
from watcher.model.names import Marker

OTHER = "0" * 12
ENDED = {"Status": "exited", "Running": False, "Paused": False, "ExitCode": 0}
RUNS = {"Status": "running", "Running": True, "Paused": False}
PAUSED = {"Status": "paused", "Running": True, "Paused": True}
LOOPS = {"Status": "restarting", "Running": True, "Restarting": True, "Paused": False, "ExitCode": 1}
CREATED = {"Status": "created", "Running": False, "Paused": False, "ExitCode": 0}


def container(state: dict[str, Any], policy: str = "no") -> dict[str, Any]:
    return {"State": state, "HostConfig": {"RestartPolicy": {"Name": policy}}}


@pytest.mark.parametrize("state", [RUNS, PAUSED])
@pytest.mark.parametrize("wanted", ["r", "p"])
def test_one_that_runs_may_be_kept(wanted: Any, state: dict[str, Any]) -> None:
    """What a person paused or unpaused meanwhile stands."""
    assert is_as_wanted(container(state), Marker("web", "new", wanted, OTHER))


@pytest.mark.parametrize("state", [CREATED, ENDED | {"ExitCode": 1}, LOOPS])
def test_one_that_was_never_started_or_failed_may_not(state: dict[str, Any]) -> None:
    assert not is_as_wanted(container(state), Marker("web", "new", "r", OTHER))


def test_a_job_that_is_done_may_be_kept_where_its_policy_lets_it_end() -> None:
    assert is_as_wanted(container(ENDED), Marker("web", "new", "r", OTHER))
    assert not is_as_wanted(container(ENDED, "always"), Marker("web", "new", "r", OTHER))


@pytest.mark.parametrize("state", [RUNS, CREATED, ENDED, LOOPS])
def test_of_one_with_nothing_to_go_back_to_none_is_asked_for(state: dict[str, Any]) -> None:
    for marker in (
        Marker("web", "new", "s", OTHER),
        Marker("web", "new", "r", OTHER, unjudged=True),
        Marker("web", "new", "r", OTHER, back=True),
    ):
        assert is_as_wanted(container(state), marker)

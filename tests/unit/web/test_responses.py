"""The HTTP status of an error says whose affair it is: the container's, a registry's, or this program's."""

import json

import pytest

from watcher.model.errors import (
    RegistryError,
    Trouble,
    Unknown,
    UnknownName,
    UnreadableSetting,
    UpdateFailed,
    WatcherError,
    unexpected,
)
from watcher.web.responses import failed


@pytest.mark.parametrize(
    ("problem", "status"),
    [
        (UpdateFailed("web: it failed before", advice="again"), 409),
        (Unknown("web: unknown: its tag is not here", advice="pull it"), 409),
        (UnreadableSetting("ctr-updater.cooldown", "xx", "a duration"), 409),
        (UnknownName("ctr-updater.cooldwn", "did you mean ctr-updater.cooldown?"), 409),
        (RegistryError("app:1: no answer", trouble=Trouble.NO_ANSWER), 502),
        (unexpected("web", KeyError("Id")), 500),
    ],
)
def test_what_keeps_a_container_from_its_update_is_a_conflict_and_no_failure_of_the_server(
    problem: WatcherError, status: int
) -> None:
    answer = failed(problem)

    assert answer.status == status
    assert json.loads(str(answer.text)).keys() == {"error", "advice"}

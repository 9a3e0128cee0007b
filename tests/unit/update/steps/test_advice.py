"""One command brings an old container back: the one that is missing, or our own that does all of it."""

from typing import Any

import pytest
from attrs import evolve

from watcher.model.names import Marker, Wanted
from watcher.update.steps.advice import seen, verb, way_back

Json = dict[str, Any]

OLD, NEW = "a" * 12, "b" * 12
MARKER = Marker("web", "old", "r", NEW)
ASIDE = f"/{MARKER}"


def container(cid: str, name: str, *, running: bool = False, policy: str = "no") -> Json:
    return {
        "Id": cid + "0" * 52,
        "Name": name,
        "State": {"Running": running, "Status": "running" if running else "exited"},
        "HostConfig": {"RestartPolicy": {"Name": policy}},
    }


OURS = "watcher update web"


@pytest.mark.parametrize(
    ("old", "new", "marker", "command"),
    [
        pytest.param(container(OLD, "/web", running=True), None, MARKER, "", id="it is back"),
        pytest.param(container(OLD, "/web"), None, MARKER, f"docker start {OLD}", id="all but started"),
        pytest.param(container(OLD, "/web"), None, evolve(MARKER, wanted="s"), "", id="it did not run"),
        pytest.param(
            container(OLD, ASIDE),
            container(NEW, "/web", running=True),
            MARKER,
            OURS,
            id="the new one has the name",
        ),
        pytest.param(
            container(OLD, ASIDE),
            container(NEW, "/web.ctr-updater-new"),
            evolve(MARKER, always=True),
            OURS,
            id="nobody has the name",
        ),
        pytest.param(
            container(OLD, ASIDE),
            None,
            evolve(MARKER, wanted="s"),
            f"docker rename {OLD} web",
            id="all but named",
        ),
        pytest.param(
            container(OLD, "/web", running=True),
            None,
            evolve(MARKER, always=True),
            f"docker update --restart always {OLD}",
            id="all but its policy",
        ),
        pytest.param(
            container(OLD, "/web", running=True),
            None,
            evolve(MARKER, retries=3),
            f"docker update --restart on-failure:3 {OLD}",
            id="all but how often it is restarted",
        ),
        pytest.param(
            container(OLD, "/web", running=True),
            None,
            evolve(MARKER, retries=0),
            f"docker update --restart on-failure {OLD}",
            id="all but being restarted",
        ),
        pytest.param(
            container(OLD, "/web", policy="always"),
            container(NEW, "/web.ctr-updater-new"),
            evolve(MARKER, always=True),
            f"docker start {OLD}",
            id="its policy is back",
        ),
        pytest.param(
            container(OLD, ASIDE),
            container(NEW, "/web"),
            evolve(MARKER, removes_itself=True, wanted="s"),
            OURS,
            id="a spare",
        ),
    ],
)
def test_the_command_is_what_is_missing_or_ours(
    old: Json, new: Json | None, marker: Marker, command: str
) -> None:
    assert way_back(old, new, marker) == command


def test_what_runs_is_said_of_each_by_its_id() -> None:
    old, new = container(OLD, ASIDE), container(NEW, "/web", running=True)

    assert seen(old, new) == f"the old container {OLD} is exited, the new one {NEW} is running"
    assert seen(old, None) == f"the old container {OLD} is exited"


@pytest.mark.parametrize(
    ("now", "wanted", "command"),
    [("s", "r", "start"), ("p", "r", "unpause"), ("p", "s", "stop"), ("r", "p", "pause"), ("r", "s", "stop")],
)
def test_the_command_leads_to_the_state_that_it_was_in(now: Wanted, wanted: Wanted, command: str) -> None:
    assert verb(now, wanted) == command

"""The commands that bring an old container back are those that are still missing."""

from typing import Any

import pytest
from attrs import evolve

from watcher.names import Marker
from watcher.way_back import way_back

Json = dict[str, Any]

OLD, NEW = "a" * 12, "b" * 12
MARKER = Marker("web", "old", "r", NEW)
ASIDE = f"/{MARKER}"


def container(cid: str, name: str, *, running: bool = False, policy: str = "no") -> Json:
    return {
        "Id": cid + "0" * 52,
        "Name": name,
        "State": {"Running": running},
        "HostConfig": {"RestartPolicy": {"Name": policy}},
    }


@pytest.mark.parametrize(
    ("old", "new", "marker", "commands"),
    [
        pytest.param(container(OLD, "/web", running=True), None, MARKER, [], id="it is back"),
        pytest.param(container(OLD, "/web"), None, MARKER, [f"docker start {OLD}"], id="all but started"),
        pytest.param(container(OLD, "/web"), None, evolve(MARKER, wanted="s"), [], id="it did not run"),
        pytest.param(
            container(OLD, ASIDE),
            container(NEW, "/web", running=True),
            MARKER,
            [
                f"docker update --restart no {NEW}",
                f"docker stop {NEW}",
                f"docker rename {NEW} web.failed",
                f"docker rename {OLD} web",
                f"docker start {OLD}",
            ],
            id="the new one has the name",
        ),
        pytest.param(
            container(OLD, ASIDE),
            container(NEW, "/web.ctr-updater-new"),
            evolve(MARKER, always=True),
            [f"docker rename {OLD} web", f"docker update --restart always {OLD}", f"docker start {OLD}"],
            id="nobody has the name",
        ),
        pytest.param(
            container(OLD, "/web", policy="always"),
            None,
            evolve(MARKER, always=True),
            [f"docker start {OLD}"],
            id="its policy is back",
        ),
        pytest.param(
            container(OLD, ASIDE),
            container(NEW, "/web"),
            evolve(MARKER, removes_itself=True, wanted="s"),
            [f"docker stop {NEW}", f"docker rename {NEW} web.failed", f"docker rename {OLD} web"],
            id="a spare",
        ),
    ],
)
def test_only_what_is_missing_is_to_be_typed(
    old: Json, new: Json | None, marker: Marker, commands: list[str]
) -> None:
    assert way_back(old, new, marker) == commands

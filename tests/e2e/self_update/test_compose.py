"""Compose around an updater that updates itself, and that recreates it in the middle."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.self_update.conftest import STATE, Updater
from tests.e2e.self_update.handed_over import CHECK, HOOK, HandedOver
from tests.integration.daemon.projects import Project

pytestmark = pytest.mark.matrix  # each takes its half a minute; `make test-self-update` runs them all


@pytest.fixture
def project(updater: Updater, tmp_path: Path) -> Iterator[Project]:
    """A project whose only service is the updater, which has yet to be brought up."""
    made = Project(updater.stack, tmp_path / "compose.yaml")
    updater.name = made.container("up")
    made.write(
        json.dumps(
            {
                "services": {
                    "up": {
                        "image": updater.tag,
                        "entrypoint": ["watcher"],
                        "command": ["run"],
                        "restart": "unless-stopped",
                        "environment": {"CTR_UPDATER_HOOKS": "true"},
                        "labels": {
                            "ctr-updater.enable": "true",
                            "ctr-updater.source": "local",
                            "ctr-updater.hook.pre-update": HOOK,
                        },
                        "healthcheck": CHECK,
                        "volumes": [f"{updater.stack.engine.socket}:/var/run/docker.sock", f"state:{STATE}"],
                    }
                },
                "volumes": {"state": {"name": updater.name}},
            }
        )
    )
    yield made
    made("down", "-t", "0")


def _belongs(updater: Updater, project: Project) -> bool:
    """Whether the project has the updater's container, and no other."""
    return project.ids() == {updater.name: updater.found["Id"]}


def test_where_compose_is_first_to_recreate_it_the_helper_has_nothing_to_do(
    updater: Updater, project: Project
) -> None:
    project.up()
    updater.cid = updater.found["Id"]

    target = updater.move("second")
    handed = HandedOver(updater)
    handed.wait()
    project("up", "-d", "-t", "2")
    handed.go_on()

    assert updater.found["Image"] == target
    assert _belongs(updater, project)


def test_where_compose_removes_the_successor_the_image_is_not_to_blame(
    updater: Updater, project: Project
) -> None:
    project.up()
    updater.cid, updater.since = updater.found["Id"], updater.found["Created"]

    target = updater.move("second")
    handed = HandedOver(updater)
    handed.wait()
    project("up", "-d", "--no-recreate", "--remove-orphans")
    handed.go_on()

    assert updater.found["Image"] == target
    assert _belongs(updater, project)
    project("up", "-d")
    assert updater.found["Image"] == target
    assert len(updater.made()) == 4, "a helper and a successor once more, and no others"

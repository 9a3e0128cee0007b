"""compose.yaml is a service that users can copy as it stands."""

import json
from typing import Any

import pytest

from tests.e2e.image.conftest import Docker
from tests.testbed.engine import PrivateEngine
from tests.testbed.stack import Stack


@pytest.fixture
def environ(engine: PrivateEngine) -> dict[str, str]:
    return {"DOCKER_SOCKET": str(engine.socket)}


def test_compose_accepts_the_file_and_both_services(docker: Docker) -> None:
    read = docker("compose", "--profile", "example", "config", "--format", "json")

    assert read.code == 0, read.err
    assert set(json.loads(read.out)["services"]) == {"ctr-updater", "example"}


def test_example_is_started_by_its_profile_alone(docker: Docker) -> None:
    assert docker("compose", "config", "--services").out.split() == ["ctr-updater"]


@pytest.mark.usefixtures("image")
def test_service_runs_hardened_on_the_engine(docker: Docker, stack: Stack, environ: dict[str, str]) -> None:
    """Nothing else of the service may stand in the way of what the command needs."""
    stack.image(stack.name("web:1"))
    stack.run(stack.name("web:1"), "--label", "ctr-updater.enable=true", name=stack.name("web"))

    listed = docker("compose", "run", "--rm", "--quiet-pull", "ctr-updater", "list", "--json", env=environ)

    assert listed.code == 0, listed.err
    assert stack.name("web") in listed.out


def test_service_has_no_more_rights_than_it_needs(
    docker: Docker, image: str, stack: Stack, environ: dict[str, str]
) -> None:
    created = docker("compose", "create", "ctr-updater", env=environ)

    assert created.code == 0, created.err
    container = next(name for name, c in stack.containers().items() if c["Image"] == image)
    host: dict[str, Any] = stack.inspect(container)["HostConfig"]
    assert (host["ReadonlyRootfs"], host["CapDrop"], host["CapAdd"], host["Privileged"]) == (
        True,
        ["ALL"],
        None,
        False,
    )
    assert host["SecurityOpt"] == ["no-new-privileges:true"]
    assert host["RestartPolicy"]["Name"] == "unless-stopped"

"""A Watchtower user's way: migrate, up, and the containers stay new with their labels as they were."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.image.conftest import Docker
from tests.integration.apps import outdated
from tests.integration.daemon.apps import is_replaced, is_untouched
from tests.testbed.cli import Commands
from tests.testbed.stack import Stack

pytestmark = pytest.mark.scenario

PREFIX = "com.centurylinklabs.watchtower."
HOSTILE = 'a b\n# $HOME: "x" \u202e'


def watchtower(stack: Stack, *options: object, command: tuple[str, ...] = ()) -> str:
    """Run a container whose image is called as Watchtower's is, and that does nothing."""
    name = stack.name("watchtower")
    program = {"watchtower": "#!/bin/sh\nexec sleep 9999\n"}
    stack.image("containrrr/watchtower:latest", entrypoint=["/bin/sh", "/watchtower"], files=program, cmd=[])
    socket = f"{stack.engine.socket}:/var/run/docker.sock"
    stack.run("containrrr/watchtower:latest", "-v", socket, *options, name=name, command=command)
    return name


def test_migrate_up_and_the_labels_are_as_they_were(
    docker: Docker, cli: Commands, stack: Stack, image: str, tmp_path: Path
) -> None:
    assert image == "ctr-updater"
    theirs = ("--label", f"{PREFIX}enable=true", "--label", f"{PREFIX}no-pull=true")
    web = outdated(stack, *theirs, "--label", "ctr-updater.stable-for=300ms")
    before = stack.inspect(web.name)["Config"]["Labels"]
    old = watchtower(stack, "-e", "TZ=UTC", "-e", "WATCHTOWER_CLEANUP=true", command=("--label-enable",))

    migrated = cli("watcher", "migrate")
    assert (migrated.code, migrated.err) == (0, "")
    assert is_untouched(stack, web)
    (tmp_path / "compose.yaml").write_text(migrated.out)
    docker("rm", "-f", old)
    project = ("compose", "-p", stack.prefix, "-f", tmp_path / "compose.yaml")
    try:
        started = docker(*project, "up", "-d")
        assert started.code == 0, started.err
        stack.wait(lambda: is_replaced(stack, web))
    finally:
        docker(*project, "down", "-v")

    after = stack.inspect(web.name)["Config"]["Labels"]
    assert {**after, "marker": ""} == {**before, "marker": ""}


def parsed(text: str) -> Any:
    return yaml.safe_load(text)["services"]["ctr-updater"]


def test_what_it_prints_is_yaml_whatever_the_watchtower_was_told(
    docker: Docker, cli: Commands, stack: Stack, tmp_path: Path
) -> None:
    name = watchtower(
        stack, "-e", f"REPO_PASS={HOSTILE}", command=(f"--bogus{HOSTILE}", "--interval", "60", "web")
    )
    before = stack.containers()

    migrated = cli("watcher", "migrate", name)

    assert (migrated.code, parsed(migrated.out)["command"]) == (0, ["run"])
    assert parsed(migrated.out)["environment"]["CTR_UPDATER_INTERVAL"] == "60s"
    assert "it watches web alone" in migrated.err
    assert "\u202e" not in migrated.out + migrated.err
    (tmp_path / "compose.yaml").write_text(migrated.out)
    config = docker("compose", "-f", tmp_path / "compose.yaml", "config", "--no-interpolate")
    assert config.code == 0, config.err
    assert before.keys() == stack.containers().keys()


def test_one_that_is_none_or_not_there_or_several_is_said(cli: Commands, stack: Stack) -> None:
    web = outdated(stack)

    other, none = cli("watcher", "migrate", web.name), cli("watcher", "migrate")

    assert (other.code, f"{web.name} is no Watchtower: its image is {web.image}" in other.err) == (7, True)
    assert (none.code, "no container runs Watchtower here" in none.err) == (3, True)

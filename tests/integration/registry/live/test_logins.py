"""The logins of the docker CLI open a registry to every command, and are seen by nobody else."""

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.apps import published
from tests.integration.daemon.apps import OPT_IN, is_replaced
from tests.integration.daemon.conftest import Start
from tests.integration.daemon.test_registry import pushed
from tests.integration.registry.live.conftest import PASSWORD, USER
from tests.integration.registry.live.test_situations import log_in
from tests.testbed.cli import Commands
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

Environ = dict[str, str | None]
WRONG = "wr0ng-pass"
NOT_FOR_LOGS = (
    PASSWORD,
    WRONG,
    *(base64.b64encode(f"{USER}:{p}".encode()).decode() for p in (PASSWORD, WRONG)),
)


def by_config_file(cli: Commands, address: str) -> Environ:
    """`docker login` with DOCKER_CONFIG."""
    log_in(cli, address, PASSWORD)
    moved = (cli.home / ".docker").rename(cli.home / "elsewhere")
    return {"DOCKER_CONFIG": str(moved)}


def by_helper(cli: Commands, address: str) -> Environ:
    """A registry's own helper, a script on PATH."""
    folder = cli.home / "bin"
    folder.mkdir()
    script = folder / "docker-credential-test"
    answer = json.dumps({"ServerURL": address, "Username": USER, "Secret": PASSWORD})
    script.write_text(f"#!/bin/sh\nread -r server\n[ \"$1 $server\" = 'get {address}' ] && echo '{answer}'\n")
    script.chmod(0o755)
    _configure(cli, {"credHelpers": {address: "test"}})
    return {"PATH": f"{folder}:{cli.environ['PATH']}"}


def by_files(cli: Commands, address: str) -> Environ:
    """What a container is given that has no config.json."""
    user, password = cli.home / "user", cli.home / "password"
    user.write_text(f"{USER}\n")
    password.write_text(f"{PASSWORD}\n")
    return {
        "CTR_UPDATER_REGISTRY": address,
        "CTR_UPDATER_REGISTRY_USER_FILE": str(user),
        "CTR_UPDATER_REGISTRY_PASSWORD_FILE": str(password),
    }


def by_variable(cli: Commands, address: str) -> Environ:
    """What CI systems set."""
    log_in(cli, address, PASSWORD)
    path = cli.home / ".docker/config.json"
    content = path.read_text()
    path.unlink()
    return {"DOCKER_AUTH_CONFIG": content}


def _configure(cli: Commands, content: object) -> Path:
    folder = cli.home / ".docker"
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps(content))
    return folder


@pytest.mark.parametrize("way", [by_config_file, by_helper, by_files, by_variable])
def test_each_way_to_log_in_opens_the_registry_to_every_command(
    start: Start,
    cli: Commands,
    stack: Stack,
    guarded: PrivateRegistry,
    way: Callable[[Commands, str], Environ],
) -> None:
    web = published(stack, guarded, *OPT_IN)
    refused = [cli("watcher", "check", how, web.name).code for how in ("--remote", "--pull")]
    env = way(cli, guarded.address)

    remote = cli("watcher", "check", "--remote", web.name, env=env)
    unmoved = stack.image_id(web.image) == web.old
    start(env=env).wait("container updated", container=web.name)
    pulled = cli("watcher", "check", "--pull", web.name, env=env)

    assert refused == [5, 5]
    assert (remote.code, pulled.code) == (1, 0)
    assert unmoved
    assert is_replaced(stack, web)


def test_a_login_that_comes_while_the_daemon_runs_is_used(
    start: Start, cli: Commands, stack: Stack, guarded: PrivateRegistry
) -> None:
    web = published(stack, guarded, *OPT_IN)
    daemon = start("--interval", "1s")
    daemon.wait("tag not pulled", image=web.image)

    log_in(cli, guarded.address, PASSWORD)

    daemon.wait("container updated", container=web.name)
    assert is_replaced(stack, web)


def test_a_helper_that_is_missing_is_named_where_the_registry_refuses(
    start: Start, cli: Commands, stack: Stack, guarded: PrivateRegistry
) -> None:
    web = pushed(stack, guarded)
    _configure(cli, {"credsStore": "desktop"})

    for how in ("--remote", "--pull"):
        result = cli("watcher", "check", how, web.name)
        assert result.code == 5
        assert "docker-credential-desktop" in result.err
    assert "docker-credential-desktop" in start().wait("tag not pulled", image=web.image)["why"]


def test_no_password_is_ever_said(
    start: Start, cli: Commands, stack: Stack, guarded: PrivateRegistry
) -> None:
    """Neither the one that is refused, nor the one that is good; at every level of detail."""
    web = published(stack, guarded, *OPT_IN)
    notify = pushed(stack, guarded, name="notify", options=(*OPT_IN, "--label", "ctr-updater.mode=notify"))
    log_in(cli, guarded.address, WRONG)
    daemon = start("--interval", "1s", "--log-level", "debug")
    daemon.wait("tag not pulled")
    said = [cli("watcher", "check", how, "--debug", notify.name) for how in ("--remote", "--pull")]

    log_in(cli, guarded.address, PASSWORD)
    daemon.wait("container updated", container=web.name)
    said += [cli("watcher", "check", how, "--debug", notify.name) for how in ("--remote", "--pull")]
    assert daemon.stop() == 0

    assert [result.code for result in said] == [5, 5, 0, 0]
    for secret in NOT_FOR_LOGS:
        assert secret not in f"{said} {daemon.lines}"

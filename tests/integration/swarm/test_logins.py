"""Services from a registry that wants a login: nodes pull with the updater's; an expired one is unknown."""

import base64
import json
from collections.abc import Iterator

import pytest

from tests.integration.swarm.conftest import Services
from tests.testbed.cli import Commands
from tests.testbed.registry import PrivateRegistry
from tests.testbed.swarm import Door, Node

_USER, _PASSWORD = "me", "secret"


@pytest.fixture
def services(manager: Node) -> Iterator[Services]:
    """Services whose registry lets nobody pull without a login; in their specs there is none."""
    with PrivateRegistry(user=_USER, password=_PASSWORD) as registry:
        door = Door(manager.namespace, registry.port)
        manager.docker("login", "-u", _USER, "-p", _PASSWORD, registry.address)
        made = Services(manager, registry)
        yield made
        made.clean()
        manager.docker("logout", registry.address)
        door.close()


def _logged_in(cli: Commands, services: Services, password: str) -> None:
    said = base64.b64encode(f"{_USER}:{password}".encode()).decode()
    folder = cli.home / ".docker"
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps({"auths": {services.registry.address: {"auth": said}}}))


def _created(services: Services) -> str:
    digest = services.push("one")
    image = f"{services.tag()}@{digest}"
    services.node.docker("pull", image)  # else the node could not run it, without a login in its spec
    return services.create(image=image)


def test_nodes_pull_with_the_login_of_the_updater(services: Services, cli: Commands) -> None:
    name = _created(services)
    new = services.push("two")
    _logged_in(cli, services, _PASSWORD)

    done = cli("watcher", "update", name)

    assert done.code == 0, done
    assert services.node.running(name, new) == 1


def test_an_expired_login_is_unknown_and_changes_nothing(services: Services, cli: Commands) -> None:
    name = _created(services)
    old = services.digest(name)
    services.push("two")
    _logged_in(cli, services, "expired")

    checked, updated = cli("watcher", "check", name), cli("watcher", "update", name)
    passed = cli("watcher", "run", "--once")

    assert [checked.code, updated.code, passed.code] == [5, 5, 5], (checked, updated, passed)
    assert "docker login" in updated.err
    assert services.digest(name) == old

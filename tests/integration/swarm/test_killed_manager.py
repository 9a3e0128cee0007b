"""A manager that a test before has killed is up again for the one that comes next."""

from tests.integration.swarm.conftest import Services
from tests.testbed.processes import wait_until
from tests.testbed.registry import PrivateRegistry
from tests.testbed.swarm import Node, is_manager


def test_services_are_of_a_manager_that_is_up(manager: Node, registry: PrivateRegistry) -> None:
    manager.kill()

    Services(manager, registry)

    assert is_manager(manager)


def test_services_of_a_manager_that_was_killed_are_removed(manager: Node, registry: PrivateRegistry) -> None:
    services = Services(manager, registry)
    services.push("old")
    name = services.create()
    manager.kill()

    services.clean()

    wait_until(lambda: manager.api("GET", f"/services/{name}")[0] == 404, "its removal")

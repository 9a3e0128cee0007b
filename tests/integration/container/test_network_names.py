"""A network is what it is, whatever it is called: Windows' predefined names are a user's own on Linux."""

import pytest

from tests.integration.apps import QUICK, outdated
from tests.integration.updates import UPDATE, replaced
from tests.testbed.cli import Commands
from tests.testbed.stack import Stack


@pytest.mark.parametrize("name", ["nat", "ics", "transparent"])
def test_a_network_with_a_name_of_windows_keeps_its_aliases(cli: Commands, stack: Stack, name: str) -> None:
    stack.engine.docker("network", "create", name)
    web = outdated(stack, "--network", name, "--network-alias", "db", "--network-alias", "cache")

    assert cli(*UPDATE, web.name, env=QUICK).code == 0

    networks = replaced(stack, web)["NetworkSettings"]["Networks"]
    assert networks.keys() == {name}
    assert {"db", "cache"} <= set(networks[name]["Aliases"])

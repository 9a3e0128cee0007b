"""What a person gave the name of a container in the middle of its update is theirs, and stays as it is."""

from tests.integration.apps import QUICK
from tests.integration.recovery.test_bereft import cut_short
from tests.integration.shared_namespaces import joined, joining, provider, providers
from tests.integration.updates import UPDATE
from tests.testbed.cli import Commands
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack


def test_one_that_has_the_name_of_a_dependent_by_now_is_neither_stopped_nor_renamed(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    """The provider's successor has its name already, and the dependent has been renamed."""
    web = provider(stack)
    side = joined(stack, *joining(web, "--network"), name="side")
    cut_short(cli, proxy, web, 6)
    stack.engine.docker("rename", side.cid, mine := f"{side.name}-mine")
    theirs = stack.engine.docker("run", "--detach", "--name", side.name, side.image).strip()

    assert cli(*UPDATE, web.name, env=QUICK).code == 0

    assert stack.containers().keys() == {web.name, side.name, mine}
    after = stack.inspect(side.name)
    assert (after["Id"], after["State"]["Running"]) == (theirs, True)
    assert after["RestartCount"] == 0
    assert providers(stack, stack.inspect(mine)) == {web.name}
    assert stack.inspect(web.name)["Image"] == stack.image_id(web.image)

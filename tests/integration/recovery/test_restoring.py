"""An old container that runs under its temporary name while it is restored: its updater shows its life."""

import time

import pytest

from tests.integration.apps import QUICK, outdated
from tests.integration.daemon.test_parallel import count
from tests.integration.outcomes import ended
from tests.integration.recovery.test_signs import actions
from tests.integration.update.test_races import second
from tests.integration.updates import UPDATE, kill
from tests.testbed.cli import Commands
from tests.testbed.faults import Hold, run
from tests.testbed.processes import wait_until
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

# More of them than another updater waits for.
SIGNS = 10
TAKEN = r"^POST .*/rename.name=.*\.ctr-updater-"


def test_another_updater_does_not_take_over_one_that_is_restored_for_long(
    cli: Commands, stack: Stack, proxy: Proxy, tmp_path_factory: pytest.TempPathFactory
) -> None:
    web = outdated(stack)
    killed = cli.start(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host})
    proxy.arm(run(lambda: kill(killed)), match="^POST .*/rename", n=2)
    killed.wait()
    stack.engine.docker("rm", *(row["Id"] for row in stack.containers().values() if row["Id"] != web.cid))
    hold = Hold()
    proxy.arm(hold, match=f"^POST .*/{web.cid}/start", when="after")
    first = cli.start(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host})
    assert hold.reached.wait(60)

    with second(stack) as beside:
        apart = {"DOCKER_HOST": beside.host, "CTR_UPDATER_STATE_DIR": str(tmp_path_factory.mktemp("state"))}
        other = cli.start(*UPDATE, web.name, env=QUICK | apart)
        wait_until(lambda: max(count(proxy, "/top") - SIGNS, count(beside, TAKEN)) > 0, "signs, or none")
        assert not count(beside, TAKEN)
        hold.release()

        assert ended(first).code == 0
        assert ended(other).code == 0
    assert stack.inspect(web.name)["Image"] == stack.image_id(web.image)


def test_a_look_at_its_processes_changes_nothing_and_is_reported(stack: Stack) -> None:
    name, image = stack.name("web"), stack.name("app:1")
    stack.image(image)
    stack.run(image, name=name)
    before, since = stack.inspect(name), time.time()

    assert stack.engine.api("GET", f"/containers/{name}/top")[0] == 200

    assert stack.inspect(name) == before
    assert actions(stack, name, since) == ["top"]

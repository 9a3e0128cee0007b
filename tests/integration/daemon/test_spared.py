"""A dependent that asks for a restart with its dependency, and is spared it for an update of its own.

Where that update does not come about, whatever the reason, it is restarted after all.
"""

import pytest

from tests.integration.apps import QUICK, App, outdated
from tests.integration.container.test_put_in import MIB, composed
from tests.integration.daemon.apps import LOCAL, is_replaced
from tests.integration.daemon.conftest import Start
from tests.testbed.cli import Commands
from tests.testbed.faults import answer
from tests.testbed.processes import wait_until
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack


def dependency(stack: Stack) -> App:
    return outdated(stack, *LOCAL, *of(stack, "db"), name="db")


def asking(stack: Stack) -> list[str]:
    """The options of a container that is to be restarted when the dependency was replaced."""
    return [*LOCAL, *of(stack, "web"), "--label", "com.docker.compose.depends_on=db:service_started:true"]


def of(stack: Stack, service: str) -> list[str]:
    labels = (f"com.docker.compose.project={stack.prefix}", f"com.docker.compose.service={service}")
    return [word for label in labels for word in ("--label", label)]


def is_restarted(stack: Stack, web: App, db: App) -> bool:
    """Whether `web` is the container that it was, and was started after `db`."""
    found = stack.inspect(web.name)
    assert (found["Id"], found["State"]["Running"]) == (web.cid, True)
    return bool(found["State"]["StartedAt"] > stack.inspect(db.name)["State"]["StartedAt"])


def test_one_that_is_refused_by_hand_is_restarted(cli: Commands, stack: Stack) -> None:
    db, web = dependency(stack), outdated(stack, *asking(stack))
    assert cli("watcher", "hold", web.name).code == 0

    done = cli("watcher", "update", "--no-pull", db.name, web.name, env=QUICK)

    assert done.code == 7
    assert is_replaced(stack, db)
    assert is_restarted(stack, web, db)


@pytest.mark.parametrize("restarts", ["restarts", "does not restart"])
def test_one_whose_update_by_hand_cannot_begin_is_restarted(
    cli: Commands, stack: Stack, proxy: Proxy, restarts: str
) -> None:
    db, web = dependency(stack), outdated(stack, *asking(stack))
    proxy.arm(answer(507, "no space"), match=f"^POST .*/containers/create.*{web.name}")
    if restarts != "restarts":
        proxy.arm(answer(500, "not today"), match=f"^POST .*{web.cid}/restart")

    done = cli("watcher", "update", "--no-pull", db.name, web.name, env=QUICK | {"DOCKER_HOST": proxy.host})

    assert (done.code, done.err.count("\n")) == (6, 1)
    assert "no space" in done.err
    assert ("not today" in done.err) is (restarts != "restarts")
    assert is_replaced(stack, db)
    assert is_restarted(stack, web, db) is (restarts == "restarts")


def test_one_that_is_refused_to_the_daemon_is_restarted(start: Start, stack: Stack, proxy: Proxy) -> None:
    db, web = dependency(stack), composed(stack, {"/etc/large": bytes(2 * MIB)}, *asking(stack))
    daemon = start(host=proxy.host)

    daemon.wait("container updated", container=db.name)
    daemon.wait("container not updated", container=web.name)

    assert is_replaced(stack, db)
    wait_until(lambda: is_restarted(stack, web, db), "the restart")

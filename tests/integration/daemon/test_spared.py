"""A dependent that asks for a restart with its dependency, and is spared it for an update of its own.

Where that update does not come about it is restarted after all.
"""

from datetime import datetime

import pytest

from tests.integration.apps import QUICK, App, outdated
from tests.integration.container.test_put_in import MIB, composed
from tests.integration.daemon.apps import LOCAL, is_replaced
from tests.integration.daemon.conftest import Running, Start
from tests.testbed.cli import Commands, Result
from tests.testbed.faults import Fault, answer, cut
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
    return started(found) > started(stack.inspect(db.name))


def started(found: dict[str, dict[str, str]]) -> datetime:
    return datetime.fromisoformat(found["State"]["StartedAt"])


def restarts(proxy: Proxy) -> list[str]:
    """The containers that were restarted, by their ids."""
    return [call.path.split("/")[-2] for call in proxy.changes if call.path.endswith("/restart")]


def was_spared(daemon: Running, db: App, web: App) -> bool:
    """Whether the dependency was updated by a plan that does not restart its dependent."""
    (planned,) = daemon.said("update planned", container=db.name)
    return not any(f"{web.name}: restart" in str(step) for step in planned["plan"])


def updated(cli: Commands, *apps: App, **env: str) -> Result:
    return cli("watcher", "update", "--no-pull", *(app.name for app in apps), env=QUICK | env)


def test_one_that_is_refused_by_hand_is_restarted(cli: Commands, stack: Stack) -> None:
    db, web = dependency(stack), outdated(stack, *asking(stack))
    assert cli("watcher", "hold", web.name).code == 0

    done = updated(cli, db, web)

    assert done.code == 7
    assert is_replaced(stack, db)
    assert is_restarted(stack, web, db)


@pytest.mark.parametrize(
    ("fault", "said"), [(None, ""), (answer(500, "not today"), "not today"), (cut, "Server disconnected")]
)
def test_one_whose_update_by_hand_cannot_begin_is_restarted_or_that_is_said(
    cli: Commands, stack: Stack, proxy: Proxy, fault: Fault | None, said: str
) -> None:
    db, web = dependency(stack), outdated(stack, *asking(stack))
    proxy.arm(answer(507, "no space"), match=f"^POST .*/containers/create.*{web.name}")
    if fault:
        proxy.arm(fault, match=f"^POST .*{web.cid}/restart", times=9)

    done = updated(cli, db, web, DOCKER_HOST=proxy.host)

    assert (done.code, done.err.count("\n")) == (6, 1)
    assert "no space" in done.err
    assert said in done.err
    assert is_replaced(stack, db)
    assert is_restarted(stack, web, db) is (fault is None)


def test_one_that_is_refused_to_the_daemon_is_restarted(start: Start, stack: Stack) -> None:
    db, web = dependency(stack), composed(stack, {"/etc/large": bytes(2 * MIB)}, *asking(stack))
    daemon = start()

    daemon.wait("container updated", container=db.name)
    daemon.wait("container not updated", container=web.name)

    assert was_spared(daemon, db, web)
    assert is_replaced(stack, db)
    wait_until(lambda: is_restarted(stack, web, db), "the restart")


def test_one_that_the_daemon_tries_again_is_not_restarted_meanwhile(
    start: Start, stack: Stack, proxy: Proxy
) -> None:
    db, web = dependency(stack), outdated(stack, *asking(stack))
    proxy.arm(answer(507, "no space"), match=f"^POST .*/containers/create.*{web.name}")
    daemon = start(host=proxy.host)

    daemon.wait("container not updated", container=web.name)
    daemon.wait("container updated", container=web.name)

    assert was_spared(daemon, db, web)
    assert is_replaced(stack, web)
    assert restarts(proxy) == []

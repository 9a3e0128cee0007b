"""Whose fault a refusal is: what the old container shows that is started again, and what is said of it."""

import socket
import threading
from collections.abc import Iterator

import pytest

from tests.integration.apps import QUICK, App, outdated
from tests.integration.outcomes import line_of
from tests.integration.updates import UPDATE, replaced, unchanged
from tests.testbed.cli import Commands, Result
from tests.testbed.faults import answer
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

FORBIDDEN = answer(403, "403 Forbidden")


def update(cli: Commands, proxy: Proxy, web: App) -> Result:
    return cli(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host})


def made(proxy: Proxy, verb: str) -> list[str]:
    """The calls of this verb."""
    return [str(call) for call in proxy.changes if call.path.partition("?")[0].endswith(verb)]


# The image's


def test_a_start_that_only_the_new_image_is_refused_is_held_against_it(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    """The engine says 500: its user is in no passwd."""
    web = outdated(stack, new={"user": "nosuch"})
    before = stack.inspect(web.name)

    assert "unable to find user nosuch" in line_of(update(cli, proxy, web), 6)

    unchanged(stack, before)
    assert cli("watcher", "check", web.name).out.startswith(f"{web.name}: held: ")
    proxy.calls.clear()
    assert update(cli, proxy, web).code == 6
    assert made(proxy, "/stop") == []


# The machine's


@pytest.fixture
def log_server() -> Iterator[socket.socket]:
    """A server that takes connections, and nothing that comes by them."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        kept: list[socket.socket] = []

        def serve() -> None:
            while True:
                try:
                    kept.append(server.accept()[0])
                except OSError:
                    return

        thread = threading.Thread(target=serve)
        thread.start()
        yield server
        server.close()
        for each in kept:
            each.close()
        thread.join()


def test_a_start_that_the_old_one_is_refused_too_is_said_at_once_and_not_held(
    cli: Commands, stack: Stack, proxy: Proxy, log_server: socket.socket
) -> None:
    """Its log server is away."""
    address = f"tcp://127.0.0.1:{log_server.getsockname()[1]}"
    web = outdated(stack, "--log-driver", "syslog", "--log-opt", f"syslog-address={address}")
    log_server.shutdown(socket.SHUT_RDWR)
    log_server.close()

    line = line_of(update(cli, proxy, web), 4)

    assert "logging driver" in line
    assert line.count("`") + line.count(";") <= 4
    assert f"; it IS NOT YET AS IT WAS: the old container {web.cid[:12]} is exited" in line
    assert line.endswith(f" - nothing is lost: run `docker start {web.cid[:12]}` once that is mended")
    assert len([call for call in made(proxy, "/start") if web.cid in call]) <= 3
    assert "held" not in cli("watcher", "check", web.name).out
    assert stack.inspect(web.name)["Id"] == web.cid


# A proxy's


def test_a_stop_that_is_refused_is_not_repeated(cli: Commands, stack: Stack, proxy: Proxy) -> None:
    web = outdated(stack, "--restart", "always")
    before = stack.inspect(web.name)
    proxy.arm(FORBIDDEN, match="^POST .*/stop", times=99)

    line = line_of(update(cli, proxy, web), 6)

    assert line.startswith(f"{web.name} could not be updated: could not stop it: ")
    assert line.endswith("403 Forbidden; the old container is running as it was")
    unchanged(stack, before)
    assert stack.inspect(web.name)["State"]["StartedAt"] == before["State"]["StartedAt"]
    assert len(made(proxy, "/stop")) == 1
    assert made(proxy, "/start") == []


def test_what_is_refused_to_be_removed_is_said_with_one_command(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web = outdated(stack)
    proxy.arm(FORBIDDEN, match="^(POST .*/(stop|start|rename|update)|DELETE )", times=99)

    line = line_of(update(cli, proxy, web), 4)

    assert line.startswith(
        f"{web.name} could not be updated: did not stop it, for this updater could not show "
    )
    assert "; the old container is running as it was, but what was made" in line
    assert made(proxy, "/stop") == []
    left = next(row["Id"] for row in stack.containers().values() if row["Id"] != web.cid)
    assert line.endswith(f" - `docker rm -v {left[:12]}`")
    assert stack.inspect(web.name)["State"]["Running"]
    proxy.disarm()
    assert update(cli, proxy, web).code == 0
    replaced(stack, web)

"""Services among containers: what people call them, hold, roll back, and label."""

import re
import signal
import subprocess

import pytest

from tests.integration.swarm.conftest import Services, record, rows
from tests.integration.swarm.test_daemon import Start, start  # noqa: F401 - a fixture
from tests.testbed.cli import Commands
from tests.testbed.engine import PrivateEngine
from tests.testbed.faults import passing, run
from tests.testbed.processes import wait_until
from tests.testbed.proxy import Proxy

pytestmark = pytest.mark.every_engine


def test_a_name_is_never_the_beginning_of_another_one(services: Services, cli: Commands) -> None:
    services.push("one")
    name = services.create(suffix="web")
    services.push("one", "website")
    services.create(suffix="website")

    assert cli("watcher", "check", name[:-1]).code == 3
    assert cli("watcher", "check", f"service/{name}sit").code == 3
    assert cli("watcher", "check", f"service/{name}").code == 0
    identity = services.node.service(name)["ID"]
    assert cli("watcher", "check", identity).code == 0
    assert cli("watcher", "check", identity[:10]).code == 3


def test_a_container_of_the_same_name_goes_first(services: Services, cli: Commands) -> None:
    services.push("one")
    name = services.create()
    services.node.docker("run", "-d", "--name", name, services.image(name))

    container = record(cli("watcher", "check", "--json", name))
    service = record(cli("watcher", "check", "--json", f"service/{name}"))
    services.node.docker("rm", "-f", name)

    assert [each["kind"] for each in (container, service)] == ["container", "service"]
    assert container["name"] == service["name"] == name


def test_a_rollback_goes_back_and_holds_what_it_left(services: Services, cli: Commands) -> None:
    old = services.push("one")
    name = services.create()
    new = services.push("two")
    assert cli("watcher", "rollback", services.name("nothing")).code == 3
    assert cli("watcher", "rollback", name).code == 7
    assert cli("watcher", "update", name).code == 0

    odd = cli("watcher", "rollback", name, "--to", "sha256:")
    assert (odd.code, f"fits none of the images that service/{name} is known to have run: " in odd.err) == (
        3,
        True,
    )

    done = cli("watcher", "rollback", name)

    assert done.code == 0, done
    assert services.digest(name) == old
    assert services.node.running(name, old) == 1
    held = record(cli("watcher", "check", "--json", name))
    assert (held["verdict"], held["waits"][0]["for"]) == ("held", "hold")
    assert cli("watcher", "update", name).code == 7
    assert cli("watcher", "release", name).code == 0
    assert cli("watcher", "update", name).code == 0
    assert services.digest(name) == new


def test_a_rollback_that_another_one_ends_is_its_who_asked_for_it(
    services: Services, cli: Commands, proxy: Proxy
) -> None:
    old = services.push("one")
    name = services.create()
    services.push("two")
    assert cli("watcher", "update", name).code == 0
    started: list[subprocess.Popen[str]] = []

    def kill() -> None:
        started[0].kill()

    order = proxy.arm(run(kill, then=passing), match="POST /services/.*/update", when="after")
    started.append(cli.start("watcher", "rollback", name, env={"DOCKER_HOST": proxy.host}))
    started[0].wait(timeout=120)
    assert order.fired.is_set()

    assert cli("watcher", "run", "--once").code == 0

    assert services.digest(name) == old
    found = rows(cli, name)
    assert [(row["kind"], row["outcome"], row["by"]) for row in found] == [
        ("rollback", "updated", "cli"),
        ("service", "updated", "cli"),
    ]
    assert "rollback: updated" in cli("watcher", "history", name).out
    assert rows(cli, f"service/{name}") == found
    services.clean()
    assert rows(cli, name) == found
    assert rows(cli, f"service/{name}") == found


def test_what_a_person_holds_is_not_updated(services: Services, cli: Commands) -> None:
    old = services.push("one")
    name = services.create("--label", "ctr-updater.mode=approve")
    services.push("two")

    assert cli("watcher", "hold", "--why", "exam", name).code == 0
    refused = cli("watcher", "update", name)
    released = cli("watcher", "release", name)
    approved = cli("watcher", "approve", name)

    assert (refused.code, released.code, approved.code) == (7, 0, 0), (refused, released, approved)
    assert f"watcher release service/{name}" in refused.err
    assert services.digest(name) == old
    assert cli("watcher", "history", "--json", name).code == 0


def test_what_cannot_be_read_or_has_no_meaning_is_said(services: Services, cli: Commands) -> None:
    services.push("one")
    address = "ctr-updater.release-url=https://example.org/{version}"
    odd = services.create("--label", "ctr-updater.stop-timeout=5s", "--label", address)
    broken = services.create("--label", "ctr-updater.stable-for=soon", suffix="broken", image=services.tag())

    said = cli("watcher", "check", odd)
    unknown = cli("watcher", "check", broken)

    assert "ctr-updater.stop-timeout has no meaning on a service" in said.err
    assert "ctr-updater.release-url with {version} has no meaning on a service" in said.err
    assert unknown.code == 5
    assert "ctr-updater.stable-for='soon' cannot be read" in unknown.out


def test_a_task_is_refused_and_the_line_names_the_label(services: Services, cli: Commands) -> None:
    services.push("one")
    name = services.create()
    (task,) = [
        row["Names"][0].strip("/")
        for row in services.node.api("GET", "/containers/json")[1]
        if name in row["Names"][0]
    ]

    done = cli("watcher", "update", task)

    assert done.code == 7, done
    assert "ctr-updater.enable=true" in done.err


def test_an_engine_in_no_swarm_is_asked_nothing_more(engine: PrivateEngine, cli: Commands) -> None:
    with Proxy(engine.socket) as front:
        cli("watcher", "list", env={"DOCKER_HOST": front.host})
        cli("watcher", "check", "nothing", env={"DOCKER_HOST": front.host})
        done = cli("watcher", "check", "service/nothing", env={"DOCKER_HOST": front.host})
        asked = [str(call) for call in front.calls]

    assert done.code == 3
    assert "no manager of a swarm" in done.err
    assert not [call for call in asked if "services" in call or "nodes" in call or "tasks" in call]


def test_a_daemon_asks_an_engine_in_no_swarm_no_more_at_its_next_looks(
    engine: PrivateEngine,
    start: Start,  # noqa: F811 - a fixture
) -> None:
    with Proxy(engine.socket) as front:
        daemon = start("--interval", "1h", DOCKER_HOST=front.host).looked()
        asked = [str(call) for call in front.calls]
        front.calls.clear()
        daemon.send(signal.SIGHUP)
        wait_until(lambda: any("/containers/json" in str(call) for call in front.calls), "the next look")
        daemon.stop()
        again = [str(call) for call in front.calls]

    assert not [call for call in [*asked, *again] if re.search("services|nodes|tasks|swarm", call)]
    assert not [call for call in again if call.startswith("GET /info")]

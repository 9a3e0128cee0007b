"""Services that the daemon follows: updated when they may be, told and recorded as containers are."""

import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.daemon.conftest import ENVIRON, Running
from tests.integration.registry.live.test_socket_proxy import EVER, barred
from tests.integration.swarm.conftest import CRASH, Services, rows
from tests.testbed.cli import Commands
from tests.testbed.faults import passing, run
from tests.testbed.proxy import Proxy
from tests.testbed.receiver import Receiver

pytestmark = pytest.mark.every_engine

Start = Callable[..., Running]
OUT = "ctr-updater.enable=false"


@pytest.fixture
def start(cli: Commands) -> Iterator[Start]:
    started: list[Running] = []

    def begin(*arguments: object, **environ: str) -> Running:
        process: subprocess.Popen[str] = cli.start("watcher", "run", *arguments, env=ENVIRON | environ)
        started.append(Running(process, Path(cli.state)))
        return started[-1]

    yield begin
    for running in started:
        running.process.kill()
        running.end()
    assert [line for one in started for line in one.lines if "exception" in line] == []


def test_what_is_refused_at_each_try_is_recorded_once(
    services: Services, cli: Commands, start: Start, proxy: Proxy
) -> None:
    services.push("one")
    name = services.create()
    services.push("two")
    proxy.arm(barred, match="POST /services/.*/update", times=EVER, asked=True)

    start("--interval", "1h", DOCKER_HOST=proxy.host)
    services.wait(
        lambda: len([each for each in map(str, proxy.calls) if "/update?" in each]) > 2, "three tries"
    )

    assert [row["outcome"] for row in rows(cli, name)] == ["refused"]


def test_a_service_is_updated_when_its_tag_moves(services: Services, cli: Commands, start: Start) -> None:
    services.push("one")
    name = services.create(replicas=2)
    daemon = start("--interval", "1s").looked()

    new = services.push("two")

    line = daemon.wait("container updated", container=f"service/{name}")
    assert services.node.running(name, new) == 2
    assert line["new"] == new.removeprefix("sha256:")[:12]
    (row,) = rows(cli, name)
    assert (row["outcome"], row["by"]) == ("updated", "daemon")
    bad = services.push("bad", cmd=f"sleep 0.2; {CRASH}")
    failed = daemon.wait("update rolled back", container=f"service/{name}")
    assert "non-zero exit (3)" in failed["why"]
    assert services.digest(name) == new
    daemon.wait("container held", container=f"service/{name}")
    better = services.push("three")
    daemon.wait("container updated", container=f"service/{name}")
    assert services.digest(name) == better != bad
    assert [row["outcome"] for row in rows(cli, name)] == ["updated", "rolled back", "updated"]


def test_one_that_comes_is_followed_at_once(services: Services, start: Start) -> None:
    daemon = start("--interval", "1h").looked()
    services.push("one")
    name = services.create("--label", "ctr-updater.mode=notify")
    old = services.digest(name)
    services.push("two")

    services.node.docker("service", "update", "-d", "--label-add", "any=thing", name)
    daemon.wait("daemon started")
    daemon.send(signal.SIGHUP)

    daemon.wait("update available", container=f"service/{name}")
    assert services.digest(name) == old


def test_one_that_waits_for_a_person_goes_ahead_when_that_is_said(
    services: Services, cli: Commands, start: Start
) -> None:
    services.push("one")
    name = services.create("--label", "ctr-updater.mode=approve")
    new = services.push("two")
    daemon = start("--interval", "1h")
    daemon.wait("update waits for approval", container=f"service/{name}")

    assert cli("watcher", "approve", name).code == 0

    daemon.wait("container updated", container=f"service/{name}")
    assert services.digest(name) == new


def test_a_daemon_that_is_killed_is_followed_by_one_that_goes_on(
    services: Services, cli: Commands, start: Start, proxy: Proxy
) -> None:
    services.push("one")
    name = services.create(replicas=2)
    new = services.push("two")
    started: list[Running] = []

    def kill() -> None:
        started[0].process.kill()

    armed = proxy.arm(run(kill, then=passing), match="POST /services/.*/update", when="after")
    started.append(start("--interval", "1h", DOCKER_HOST=proxy.host))
    services.wait(lambda: armed.fired.is_set() and started[0].process.poll() is not None, "its death")

    second = start("--interval", "1h", DOCKER_HOST=proxy.host)

    second.wait("container updated", container=f"service/{name}")
    assert services.node.running(name, new) == 2
    assert len([call for call in proxy.calls if "/update?" in str(call)]) == 1
    assert [row["outcome"] for row in rows(cli, name)] == ["updated"]


def test_one_pass_says_by_its_code_how_it_went_and_messages_tell(services: Services, cli: Commands) -> None:
    services.push("one")
    name = services.create()
    services.push("bad", cmd=CRASH)
    with Receiver() as receiver:
        environ = ENVIRON | {"CTR_UPDATER_NOTIFY": f"http://{receiver.address}/"}
        failed = cli("watcher", "run", "--once", env=environ)
        services.push("good")
        worked = cli("watcher", "run", "--once", env=environ)
        told = [event for message in receiver.got() for event in message["events"]]

    assert (failed.code, worked.code) == (6, 0), (failed, worked)
    ours = [(each["event"], each["kind"]) for each in told if each["container"] == f"service/{name}"]
    assert ours == [("failed", "service"), ("updated", "service")]


def test_with_watch_all_those_without_a_label_are_followed_but_jobs(
    services: Services, cli: Commands
) -> None:
    old = services.push("one")
    image = f"{services.tag()}@{old}"
    plain, out = services.create(image=image), services.create("--label", OUT, suffix="out", image=image)
    job = services.name("job")
    services.node.docker("service", "create", "-d", "--name", job, "--mode", "replicated-job", image)
    services.node.docker("service", "update", "-d", "--label-rm", "ctr-updater.enable", plain)
    new = services.push("two")

    done = cli("watcher", "run", "--once", "--watch", "all", env=ENVIRON)

    assert done.code == 0, done
    assert [services.digest(name) for name in (plain, out, job)] == [new, old, old]

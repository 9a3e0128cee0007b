"""What people change between the judgement of a service and the order to the swarm, and after that."""

import subprocess
from collections.abc import Callable

import pytest

from tests.integration.daemon.conftest import ENVIRON
from tests.integration.swarm.conftest import CRASH, Json, Services, rows
from tests.integration.swarm.test_waits import NEVER
from tests.testbed.cli import Commands
from tests.testbed.faults import passing, run
from tests.testbed.proxy import Proxy
from tests.testbed.relay import When

# Of another day each time: so it has a name of its own.
CLOSED = pytest.param(NEVER.removeprefix("ctr-updater."), id="window")
_ORDER = "POST /services/.*/update"


def _relabelled(services: Services, name: str, **labels: str) -> Callable[[], None]:
    named = {f"ctr-updater.{label}": value for label, value in labels.items()}
    return lambda: services.change(name, lambda spec: spec["Labels"].update(named))


@pytest.mark.parametrize("label", ["enable=false", "mode=notify", "mode=approve", CLOSED])
def test_a_label_that_comes_in_the_last_moment_counts(
    services: Services, cli: Commands, proxy: Proxy, label: str
) -> None:
    old = services.push("one")
    name = services.create()
    services.push("two")
    word, _, value = label.partition("=")

    armed = proxy.arm(run(_relabelled(services, name, **{word: value}), then=passing), match=_ORDER)
    done = cli("watcher", "run", "--once", env=ENVIRON | {"DOCKER_HOST": proxy.host})

    assert armed.fired.is_set()
    assert done.code == 0, done
    assert services.digest(name) == old
    assert rows(cli, name) == []


def test_a_gate_that_comes_in_the_last_moment_judges(services: Services, cli: Commands, proxy: Proxy) -> None:
    old = services.push("one")
    name = services.create()
    services.push("two")

    proxy.arm(run(_relabelled(services, name, gate="none"), then=passing), match=_ORDER)
    done = cli("watcher", "update", name, env={"DOCKER_HOST": proxy.host})

    assert done.code == 5, done
    assert "ctr-updater.gate='none' cannot be read" in done.err
    assert services.digest(name) == old


def _killed_once_it_has_begun(cli: Commands, proxy: Proxy, name: str) -> None:
    started: list[subprocess.Popen[str]] = []

    def kill() -> None:
        started[0].kill()

    proxy.arm(run(kill, then=passing), match=_ORDER, when="after")
    started.append(cli.start("watcher", "update", name, env={"DOCKER_HOST": proxy.host}))
    started[0].wait(timeout=120)


@pytest.mark.parametrize("decided", [("hold",), ()], ids=["held", "notify"])
def test_a_rollout_that_has_begun_goes_back_whatever_is_decided_meanwhile(
    services: Services, cli: Commands, proxy: Proxy, decided: tuple[str, ...]
) -> None:
    old = services.push("one")
    name = services.create("--restart-delay", "60s")
    services.push("bad", cmd=CRASH)
    _killed_once_it_has_begun(cli, proxy, name)
    for word in decided:
        assert cli("watcher", word, name).code == 0

    done = cli("watcher", "run", "--once", env=ENVIRON | {"CTR_UPDATER_MODE": "notify"})

    assert done.code == 6, done
    assert services.digest(name) == old
    assert [row["outcome"] for row in rows(cli, name) if row["kind"] == "service"] == ["rolled back"]


def _with_env(spec: Json) -> None:
    spec["TaskTemplate"]["ContainerSpec"]["Env"] = ["A=b"]


def test_what_a_person_changes_in_the_middle_stands_though_the_image_fails(
    services: Services, cli: Commands, proxy: Proxy
) -> None:
    services.push("one")
    name = services.create("--restart-delay", "60s")
    bad = services.push("bad", cmd=CRASH)

    def change() -> None:
        services.change(name, _with_env)

    proxy.arm(run(change, then=passing), match=_ORDER, when="after")
    done = cli("watcher", "update", name, env={"DOCKER_HOST": proxy.host})

    assert done.code == 6, done
    assert "what it is now stands" in done.err
    container = services.node.service(name)["Spec"]["TaskTemplate"]["ContainerSpec"]
    assert (services.digest(name), container["Env"]) == (bad, ["A=b"])
    assert [row["outcome"] for row in rows(cli, name)] == ["failed"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_another_image_that_a_person_gives_it_stands(
    services: Services, cli: Commands, proxy: Proxy, when: When
) -> None:
    services.push("one")
    name = services.create()
    theirs = services.push("theirs", "other")
    services.push("two")
    image = f"{services.tag('other')}@{theirs}"

    def change() -> None:
        services.change(name, lambda spec: spec["TaskTemplate"]["ContainerSpec"].update(Image=image))

    proxy.arm(run(change, then=passing), match=_ORDER, when=when)
    done = cli("watcher", "update", name, env={"DOCKER_HOST": proxy.host})

    assert done.code == (0 if when == "before" else 6), done  # judged anew, or given up
    assert services.image(name) == image
    services.wait(lambda: services.node.running(name, theirs) == 1, "theirs")


def test_what_the_swarm_took_back_while_nobody_looked_is_recorded_all_the_same(
    services: Services, cli: Commands, proxy: Proxy
) -> None:
    old = services.push("one")
    name = services.create("--update-failure-action", "rollback")
    services.push("bad", cmd=CRASH)
    _killed_once_it_has_begun(cli, proxy, name)

    def state() -> object:
        return (services.node.service(name).get("UpdateStatus") or {}).get("State")

    services.wait(lambda: state() == "rollback_completed", "the swarm's own rollback")
    done, again = cli("watcher", "update", name), cli("watcher", "update", name)

    assert [done.code, again.code] == [6, 6], (done, again)
    assert services.digest(name) == old
    assert [row["outcome"] for row in rows(cli, name)] == ["rolled back"]

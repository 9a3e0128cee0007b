"""Gates judge the digest that a service is to have, and that very digest is rolled out."""

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.gates import GATED, Signer, pushed_gate, signer
from tests.integration.swarm.conftest import Services, record, rows
from tests.integration.swarm.test_daemon import Start, start  # noqa: F401 - a fixture
from tests.testbed.cli import Commands
from tests.testbed.faults import passing, run
from tests.testbed.proxy import Proxy
from tests.testbed.registry import PrivateRegistry
from tests.testbed.swarm import Node

pytestmark = pytest.mark.every_engine


@pytest.fixture(scope="module")
def gate_image(manager: Node, registry: PrivateRegistry) -> str:
    return pushed_gate(manager, registry)


@pytest.fixture
def signs(gate_image: str, tmp_path: Path, cli: Commands) -> Signer:
    """The gate, whose file every command is told of."""
    made = signer(gate_image, tmp_path / "gate")
    cli.environ |= {"CTR_UPDATER_GATES_FILE": str(made.file)}
    return made


def test_what_is_signed_is_rolled_out_and_nothing_else(
    services: Services, cli: Commands, signs: Signer
) -> None:
    old = services.push("one")
    name = services.create(*GATED)
    new = services.push("two")
    judged = f"{services.tag().removesuffix(':1')}@{new}"

    planned = cli("watcher", "update", "--dry-run", name)
    refused = cli("watcher", "update", name)
    waits = record(cli("watcher", "check", "--json", name))["waits"]
    signs.sign(judged)

    assert "the gate signed is asked before anything is changed" in planned.out
    assert refused.code == 7, refused
    assert "the gate signed refuses it" in refused.err
    assert [wait["for"] for wait in waits] == ["gate"]
    assert services.digest(name) == old
    assert cli("watcher", "update", name).code == 7  # a digest is judged once
    assert cli("watcher", "update", "--again", name).code == 0
    assert services.digest(name) == new
    gates = [row for row in rows(cli, name) if row["kind"] == "gate"]
    assert [(row["outcome"], row["image"]) for row in gates] == [("passed", judged), ("refused", judged)]
    assert cli("watcher", "rollback", name).code == 0  # what ran before needs no gate


def test_a_gate_that_cannot_say_and_one_that_there_is_not_let_nothing_pass(
    services: Services, cli: Commands, signs: Signer
) -> None:
    old = services.push("one")
    name = services.create(*GATED)
    services.push("two")
    signs.define("echo no database; exit 3")

    unsaid = cli("watcher", "update", name)
    signs.define(name="other")
    unknown = cli("watcher", "update", name)

    assert [unsaid.code, unknown.code] == [5, 5], (unsaid, unknown)
    assert "the gate signed could not say" in unsaid.err
    assert "ctr-updater.gate='signed'" in unknown.err
    assert services.digest(name) == old


@pytest.mark.parametrize("call", ["POST /containers/.*/start", "POST /services/.*/update"])
def test_what_is_rolled_out_is_what_was_judged_wherever_the_tag_moves_meanwhile(
    services: Services, cli: Commands, signs: Signer, proxy: Proxy, call: str
) -> None:
    services.push("one")
    name = services.create(*GATED)
    judged = services.push("two")
    signs.sign(f"{services.tag().removesuffix(':1')}@{judged}")
    move: Callable[[], object] = lambda: services.push("three")  # noqa: E731

    armed = proxy.arm(run(move, then=passing), match=call)
    done = cli("watcher", "update", name, env={"DOCKER_HOST": proxy.host})

    assert armed.fired.is_set()
    assert done.code == 0, done
    assert services.digest(name) == judged


def test_people_approve_what_the_gate_lets_pass(
    services: Services,
    cli: Commands,
    signs: Signer,
    start: Start,  # noqa: F811 - a fixture
) -> None:
    old = services.push("one")
    name = services.create(*GATED, "--label", "ctr-updater.mode=approve")
    services.push("two")
    daemon = start("--interval", "1h")
    daemon.wait("update waits for its gate", container=f"service/{name}")
    assert services.digest(name) == old

    new = services.push("three")
    signs.sign(f"{services.tag().removesuffix(':1')}@{new}")
    daemon.send(signal.SIGHUP)
    daemon.wait("update waits for approval", container=f"service/{name}")
    assert cli("watcher", "approve", name).code == 0

    daemon.wait("container updated", container=f"service/{name}")
    assert services.digest(name) == new
    results = [line["result"] for line in daemon.said("image judged", container=f"service/{name}")]
    assert results == ["refused", "passed"]


@pytest.mark.usefixtures("signs")
def test_of_what_a_person_holds_no_gate_is_asked(services: Services, cli: Commands) -> None:
    services.push("one")
    name = services.create(*GATED)
    services.push("two")
    assert cli("watcher", "hold", "--this-image", name).code == 0

    planned, done = cli("watcher", "update", "--dry-run", name), cli("watcher", "update", name)

    assert (planned.code, done.code) == (7, 7)
    assert planned.err == done.err
    assert [row for row in rows(cli, name) if row["kind"] == "gate"] == []

"""A swarm of three nodes: whoever leads, drains or goes down in the middle."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.integration.daemon.conftest import ENVIRON, Running
from tests.integration.swarm.conftest import Services, rows
from tests.testbed.cli import Commands
from tests.testbed.processes import wait_until
from tests.testbed.registry import PrivateRegistry
from tests.testbed.swarm import Hub, Node

Nodes = tuple[Node, Node, Node]


@pytest.fixture(scope="module")
def nodes(engine_version: str, registry: PrivateRegistry) -> Iterator[Nodes]:
    """One manager and two workers."""
    with ExitStack() as stack:
        hub = Hub()
        stack.callback(hub.close)
        made = [stack.enter_context(_joined(hub, engine_version, registry)) for _ in range(3)]
        first = made[0]
        first.docker("swarm", "init", "--advertise-addr", "10.77.0.1")
        token = first.docker("swarm", "join-token", "-q", "worker")
        for number, node in enumerate(made[1:], 2):
            address = f"10.77.0.{number}"
            node.docker("swarm", "join", "--advertise-addr", address, "--token", token, "10.77.0.1:2377")
        yield made[0], made[1], made[2]


def _joined(hub: Hub, version: str, registry: PrivateRegistry) -> Node:
    node = Node(version, registry=registry.port)
    hub.join(node)
    return node


@pytest.fixture
def manager(nodes: Nodes) -> Node:
    """The first, with the others up again that the test before may have killed."""
    for node in nodes:
        node.start()
    return nodes[0]


def identity(node: Node) -> str:
    return str(node.api("GET", "/info")[1]["Swarm"]["NodeID"])


def until(condition: Callable[[], bool], what: str) -> None:
    wait_until(condition, what, timeout=120)


def test_a_worker_says_once_that_it_follows_no_services(nodes: Nodes, cli: Commands) -> None:
    environ = ENVIRON | {"DOCKER_HOST": nodes[2].host}
    running = Running(cli.start("watcher", "run", "--interval", "1s", env=environ), Path(cli.state))

    line = running.wait("services not followed")
    running.looked()
    running.stop()

    assert "a manager is" in line["why"]
    assert len(running.said("services not followed")) == 1
    refused = cli("watcher", "check", "service/web", env={"DOCKER_HOST": nodes[2].host})
    assert (refused.code, "no manager of a swarm" in refused.err) == (3, True)


def test_replicas_are_updated_wherever_they_run(nodes: Nodes, services: Services, cli: Commands) -> None:
    services.push("one")
    name = services.create(replicas=3)
    new = services.push("two")

    done = cli("watcher", "update", name)

    assert done.code == 0, done
    assert "3 of 3 run it" in done.out
    assert services.node.running(name, new) == 3
    assert len({task["NodeID"] for task in services.node.tasks(name)}) == len(nodes)


def test_a_node_that_is_drained_in_the_middle_is_left(
    nodes: Nodes, services: Services, cli: Commands
) -> None:
    services.push("one")
    # To the swarm a task that is taken from its node while it watches is a failure, at which it would pause.
    name = services.create("--update-failure-action", "continue", replicas=3)
    new = services.push("two")
    drained = identity(nodes[2])
    process = cli.start("watcher", "update", name)
    until(lambda: services.digest(name) == new, "the rollout")

    services.node.docker("node", "update", "--availability", "drain", drained)
    out, err = process.communicate(timeout=180)
    services.node.docker("node", "update", "--availability", "active", drained)

    assert process.returncode == 0, (out, err)
    assert services.node.running(name, new) == 3
    assert [row["outcome"] for row in rows(cli, name)] == ["updated"]


@pytest.mark.parametrize(
    ("action", "took", "gives", "why"),
    [
        ("pause", ("--availability", "drain"), ("--availability", "active"), "was drained"),
        ("rollback", ("--availability", "drain"), ("--availability", "active"), "was drained"),
        ("pause", ("--label-add", "no=1"), ("--label-rm", "no"), "may not run it any more"),
    ],
)
def test_what_failed_as_its_node_was_taken_away_is_tried_again(
    services: Services, cli: Commands, action: str, took: tuple[str, str], gives: tuple[str, str], why: str
) -> None:
    old = services.push("one")
    # The others are still to be updated when it is taken: else the swarm would have all that it is to have.
    about = ("--update-monitor", "30s", "--update-delay", "30s", "--constraint", "node.labels.no!=1")
    name = services.create("--update-failure-action", action, *about, replicas=3)
    new = services.push("two")
    process = cli.start("watcher", "update", name)
    until(lambda: _hosts(services.node, name, new) != [], "the first of the new ones")
    (node,) = _hosts(services.node, name, new)

    services.node.docker("node", "update", *took, node)
    _, err = process.communicate(timeout=180)
    digest = services.digest(name)
    services.node.docker("node", "update", *gives, node)

    assert (process.returncode, digest) == (6, old), err
    assert f", which {why}, for which the image is not held; it went back to " in err
    assert [row["outcome"] for row in rows(cli, name)] == ["rolled back"]
    assert "the swarm rolls it out" in cli("watcher", "update", "--dry-run", name).out


def test_a_worker_that_cannot_reach_the_registry_has_the_service_go_back(
    nodes: Nodes, services: Services, cli: Commands, registry: PrivateRegistry
) -> None:
    old = services.push("one")
    name = services.create("--mode", "global")
    until(lambda: services.node.running(name, old) == len(nodes), "one on each node")
    services.push("two")
    nodes[2].shut_out()

    done = cli("watcher", "update", name)
    nodes[2].let_in(registry.port)

    assert done.code == 6, done
    assert "No such image" in done.err
    until(lambda: services.node.running(name, old) == len(nodes), "what ran before")
    assert services.digest(name) == old


def test_a_node_that_is_down_is_told_and_not_waited_for(
    nodes: Nodes, services: Services, cli: Commands
) -> None:
    services.push("one")
    name = services.create("--mode", "global")
    until(lambda: services.node.running(name) == len(nodes), "one on each node")
    new, down = services.push("two"), identity(nodes[2])
    nodes[2].kill()
    until(lambda: _state(services.node, down) == "down", "a node to be down")

    done = cli("watcher", "update", name)
    nodes[2].start()
    until(lambda: _state(services.node, down) == "ready", "the node")

    assert done.code == 0, done
    assert "2 of 3 run it; down: " in done.out
    assert services.digest(name) == new


def test_the_leader_is_killed_in_the_middle(nodes: Nodes, services: Services, cli: Commands) -> None:
    services.push("one")
    name = services.create(replicas=2)
    new = services.push("two")
    leader, second, third = nodes
    leader.docker("node", "promote", identity(second), identity(third))
    until(lambda: all(each.api("GET", "/nodes")[0] == 200 for each in (second, third)), "three managers")
    process = cli.start("watcher", "update", name, env={"DOCKER_HOST": second.host})
    until(lambda: services.digest(name) == new, "the rollout")

    leader.kill()
    out, err = process.communicate(timeout=240)
    leader.start()
    until(lambda: leader.api("GET", "/nodes")[0] == 200, "the old leader")

    assert process.returncode == 0, (out, err)
    assert services.digest(name) == new
    told = cli("watcher", "history", "--json", name, env={"DOCKER_HOST": second.host})
    assert [row["outcome"] for row in json.loads(told.out)] == ["updated"]


def _hosts(node: Node, name: str, image: str) -> list[str]:
    """The nodes on which an image of a service runs."""
    return [
        task["NodeID"]
        for task in node.tasks(name)
        if task["Status"]["State"] == "running" and task["Spec"]["ContainerSpec"]["Image"].endswith(image)
    ]


def _state(node: Node, identity: str) -> str:
    return str(node.api("GET", f"/nodes/{identity}")[1]["Status"]["State"])

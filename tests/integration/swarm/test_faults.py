"""A fault at each kind of call of a service's update: none is lost, and no second rollout is begun."""

from collections.abc import Callable

import pytest

from tests.integration.swarm.conftest import CRASH, Services, rows
from tests.testbed.cli import Commands
from tests.testbed.faults import Fault, answer, cut, run
from tests.testbed.proxy import Proxy
from tests.testbed.relay import When

_RUNS = 4
_POST = "POST /services/.*/update"
CALLS = {
    "rollout": (_POST, 1),
    "the service": ("GET /services/", 2),
    "the last look before": ("GET /services/", 4),
    "its tasks": ("GET /tasks", 1),
    "its tasks, in the proof": ("GET /tasks", 4),
    "the nodes": ("GET /nodes", 2),
}
STRIKES: dict[str, Callable[[Callable[[], None]], Fault]] = {
    "killed": run,
    "500": lambda _: answer(500, "something went wrong"),
    "cut": lambda _: cut,
}


class Trial:
    """One update, through a proxy, that something befalls; and the runs after it."""

    def __init__(self, services: Services, cli: Commands, proxy: Proxy, name: str) -> None:
        self._services = services
        self._cli = cli
        self._proxy = proxy
        self._name = name

    def struck(self, strike: str, call: tuple[str, int], when: When) -> None:
        """Run the update with a strike at one of its calls."""
        match, number = call

        def kill() -> None:
            process.kill()
            process.wait()

        armed = self._proxy.arm(STRIKES[strike](kill), n=number, match=match, when=when)
        process = self._cli.start("watcher", "update", self._name, env={"DOCKER_HOST": self._proxy.host})
        process.communicate(timeout=120)
        self._proxy.disarm()
        assert armed.fired.is_set()

    def ended(self, code: int) -> None:
        """Run it until it has come to its end."""
        codes = []
        for _ in range(_RUNS):
            codes.append(self._cli("watcher", "update", self._name).code)
            if codes[-1] == code:
                return
        raise AssertionError(f"no end: {codes}")

    def rollouts(self, digest: str) -> int:
        """How often a digest was rolled out, by the tasks that there ever were; the swarm keeps five."""
        return len([task for task in self._services.node.tasks(self._name) if _has(task, digest)])


def _has(task: dict[str, dict[str, dict[str, str]]], digest: str) -> bool:
    return task["Spec"]["ContainerSpec"]["Image"].endswith(digest)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("strike", STRIKES)
@pytest.mark.parametrize("call", CALLS)
def test_an_update_that_something_befalls_is_brought_to_its_end(
    services: Services, cli: Commands, proxy: Proxy, call: str, strike: str, when: When
) -> None:
    services.push("one")
    name = services.create()
    new, trial = services.push("two"), Trial(services, cli, proxy, name)

    trial.struck(strike, CALLS[call], when)
    trial.ended(0)

    assert services.digest(name) == new
    services.wait(lambda: services.node.running(name, new) == 1, "the new one")
    assert trial.rollouts(new) == 1
    assert [row["outcome"] for row in rows(cli, name)] == ["updated"]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("strike", STRIKES)
def test_a_rollback_that_something_befalls_is_brought_to_its_end_and_not_rolled_back(
    services: Services, cli: Commands, proxy: Proxy, strike: str, when: When
) -> None:
    old = services.push("one")
    name = services.create("--restart-delay", "60s")
    bad, trial = services.push("bad", cmd=CRASH), Trial(services, cli, proxy, name)

    trial.struck(strike, ("POST /services/.*/update.*rollback=previous", 1), when)
    trial.ended(6)

    assert services.digest(name) == old
    services.wait(lambda: services.node.running(name, old) == 1, "the old one")
    version = services.node.service(name)["Version"]
    assert cli("watcher", "update", name).code == 6  # it is held now
    assert services.node.service(name)["Version"] == version
    assert services.digest(name) == old != bad
    assert [row["outcome"] for row in rows(cli, name)] == ["rolled back"]

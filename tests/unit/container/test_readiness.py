"""One look at a successor: has it proved itself, has it failed for good, or is it too early to say?"""

import contextlib
from typing import Any

import pytest

from watcher.container.baseline import Baseline
from watcher.container.readiness import Demand, NotProved, ProofState, is_wired, proof_state
from watcher.model.inspection import has_healthcheck

SECOND = 10**9
CHECK = {"Test": ["CMD", "true"], "Interval": SECOND, "Timeout": SECOND, "Retries": 2}
ATTACHED = {"EndpointID": "e", "IPAddress": "198.18.0.2", "Gateway": "198.18.0.1"}


def container(
    state: dict[str, Any] | None = None, *, policy: str = "no", check: Any = None, **more: Any
) -> dict[str, Any]:
    return {
        "State": {"Running": True} | (state or {}),
        "Config": {"Healthcheck": check},
        "HostConfig": {"NetworkMode": "bridge", "RestartPolicy": {"Name": policy}},
        "NetworkSettings": {"Ports": {}, "Networks": {"bridge": ATTACHED}},
    } | more


@pytest.mark.parametrize(
    ("elapsed", "look"), [(0, ProofState.WAITING), (9.9, ProofState.WAITING), (10, ProofState.PASSED)]
)
def test_without_a_check_it_must_run_for_a_while(elapsed: float, look: ProofState) -> None:
    assert proof_state(container(), elapsed, Demand(stable_for=10)) is look


@pytest.mark.parametrize(
    ("status", "look"), [("starting", ProofState.WAITING), ("healthy", ProofState.PASSED)]
)
def test_with_a_check_it_must_be_healthy_however_long_it_runs(status: str, look: ProofState) -> None:
    found = container({"Health": {"Status": status}}, check=CHECK)

    assert proof_state(found, 50, Demand(stable_for=1)) is look


@pytest.mark.parametrize(
    ("found", "elapsed", "why"),
    [
        (container({"Health": {"Status": "unhealthy"}}, check=CHECK), 0, "it became unhealthy"),
        (container({"Health": {"Status": "unhealthy"}}, check=CHECK), 500, "it became unhealthy"),
        (container({"Health": {"Status": "starting"}}, check=CHECK), 121, "did not become healthy in time"),
        (container({"Restarting": True, "ExitCode": 3}), 0, "restarted, last with exit code 3"),
        (container({"ExitCode": 0}, RestartCount=1), 0, "restarted$"),
        (container({"Running": False, "ExitCode": 3}, RestartCount=1), 0, "last with exit code 3"),
        (container({"OOMKilled": True}), 0, "lack of memory"),
        (container({"Running": False, "ExitCode": 3}), 0, "ended with exit code 3"),
        (container({"Running": False, "ExitCode": 0}, policy="always"), 0, "ended with exit code 0"),
        (container({"Running": False, "ExitCode": 0}, policy="unless-stopped"), 0, "ended with exit code 0"),
    ],
)
def test_what_has_failed_for_good_is_not_waited_for(found: dict[str, Any], elapsed: float, why: str) -> None:
    with pytest.raises(NotProved, match=why):
        proof_state(found, elapsed, Demand())


@pytest.mark.parametrize("policy", ["", "no", "on-failure"])
def test_a_job_that_ends_well_under_a_policy_that_lets_it_is_proved(policy: str) -> None:
    assert (
        proof_state(container({"Running": False, "ExitCode": 0}, policy=policy), 0, Demand())
        is ProofState.PASSED
    )


@pytest.mark.parametrize(
    ("endpoint", "wired"),
    [
        (ATTACHED, True),
        ({"EndpointID": "", "IPAddress": "", "Gateway": ""}, False),
        ({"EndpointID": "e", "IPAddress": "", "Gateway": ""}, True),
        ({"EndpointID": "e", "IPAddress": "", "Gateway": "198.18.0.1"}, False),
        ({"EndpointID": "e", "IPAddress": "", "GlobalIPv6Address": "fd00::2", "Gateway": "198.18.0.1"}, True),
    ],
)
def test_a_running_container_must_be_on_all_its_networks(endpoint: dict[str, str], wired: bool) -> None:
    networks = {"Ports": {}, "Networks": {"one": ATTACHED, "two": endpoint}}

    assert is_wired(container(NetworkSettings=networks)) == wired


@pytest.mark.parametrize(
    ("ports", "wired"), [({"80/tcp": [{"HostPort": "80"}]}, True), ({"80/tcp": None}, False), ({}, False)]
)
def test_a_running_container_must_have_its_published_ports(ports: dict[str, Any], wired: bool) -> None:
    host = {"NetworkMode": "bridge", "PortBindings": {"80/tcp": [{"HostPort": "80"}], "81/tcp": []}}
    found = container(HostConfig=host, NetworkSettings={"Ports": ports, "Networks": {"bridge": ATTACHED}})

    assert is_wired(found) == wired


@pytest.mark.parametrize("mode", ["host", "none", "container:" + "a" * 64])
def test_what_has_no_network_of_its_own_lacks_none(mode: str) -> None:
    found = container(
        HostConfig={"NetworkMode": mode}, NetworkSettings={"Networks": {mode: {"EndpointID": ""}}}
    )

    assert is_wired(found)


def test_an_unwired_container_is_told_from_a_failed_one() -> None:
    found = container(NetworkSettings={"Ports": {}, "Networks": {"bridge": {"EndpointID": ""}}})

    assert proof_state(found, 100, Demand()) is ProofState.UNWIRED


@pytest.mark.parametrize(
    ("check", "has"),
    [
        (None, False),
        ({}, False),
        ({"Test": []}, False),
        ({"Test": ["NONE"]}, False),
        ({"Interval": 1}, False),
        (CHECK, True),
    ],
)
def test_a_check_that_is_switched_off_is_none(check: Any, has: bool) -> None:
    assert has_healthcheck(container(check=check)) == has


@pytest.mark.parametrize(
    ("check", "seconds"),
    [
        (None, 10),
        (CHECK, 120),
        (CHECK | {"StartPeriod": 300 * SECOND}, 306),
        ({"Test": ["CMD", "true"]}, 240),
        (CHECK | {"Interval": 60 * SECOND, "Retries": 4}, 305),
    ],
)
def test_a_check_gets_at_least_the_time_that_it_says_it_needs(check: Any, seconds: float) -> None:
    assert Demand(stable_for=10, health_timeout=120).limit(container(check=check)) == seconds


# Beside the old container


@pytest.mark.parametrize(("elapsed", "look"), [(9, ProofState.WAITING), (10, ProofState.PASSED)])
@pytest.mark.parametrize("state", [{}, {"Restarting": True, "ExitCode": 0}])
def test_restarts_as_the_old_one_had_them_are_excused(
    state: dict[str, Any], elapsed: float, look: ProofState
) -> None:
    assert proof_state(container(state, RestartCount=3), elapsed, Demand(stable_for=10), excused=True) is look


@pytest.mark.parametrize(("lacked", "look"), [(True, ProofState.WAITING), (False, None)])
def test_a_lack_of_memory_that_the_old_one_had_is_none(lacked: bool, look: ProofState | None) -> None:
    baseline = Baseline(lacks_memory=lacked)
    expected = contextlib.nullcontext() if look else pytest.raises(NotProved, match="lack of memory")

    with expected:
        assert proof_state(container({"OOMKilled": True}), 0, Demand(), baseline) is look


def test_ports_that_the_old_one_had_not_are_not_asked_for() -> None:
    host = {"NetworkMode": "bridge", "PortBindings": {"80/tcp": [{"HostPort": "80"}]}}

    assert proof_state(container(HostConfig=host), 0, Demand(), Baseline()) is ProofState.UNWIRED
    assert (
        proof_state(container(HostConfig=host), 0, Demand(), Baseline(ports=frozenset()))
        is ProofState.WAITING
    )


@pytest.mark.parametrize(
    ("elapsed", "missing", "look"),
    [
        (9, "", ProofState.WAITING),
        (10, "", ProofState.PASSED),
        (10, "no sign of life", ProofState.WAITING),
        (119, "no sign of life", ProofState.WAITING),
    ],
)
def test_what_must_show_something_elsewhere_has_as_long_as_a_check(
    elapsed: float, missing: str, look: ProofState
) -> None:
    demand = Demand(stable_for=10, health_timeout=120, lacks=lambda: missing)

    assert proof_state(container(), elapsed, demand) is look


def test_what_never_shows_it_has_failed_and_that_is_said() -> None:
    with pytest.raises(NotProved, match="no sign of life"):
        proof_state(container(), 120, Demand(lacks=lambda: "no sign of life"))


def test_a_check_says_it_all() -> None:
    found = container({"Health": {"Status": "healthy"}}, check=CHECK)

    assert proof_state(found, 1, Demand(lacks=lambda: "no sign of life")) is ProofState.PASSED

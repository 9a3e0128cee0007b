"""What an old container had not itself is not asked of its successor."""

from typing import Any

import pytest
from attrs import evolve

from watcher.container.baseline import (
    Baseline,
    is_unhealthy,
    lacks_networks,
    lacks_ports,
    left_stopped,
    seen_running,
)
from watcher.model.names import Marker

Json = dict[str, Any]

ON = {"EndpointID": "e", "IPAddress": "198.18.0.2", "Gateway": "198.18.0.1", "NetworkID": "n1"}
OFF = {"EndpointID": "", "IPAddress": "", "Gateway": "", "NetworkID": "n2"}
MARKER = Marker("web", "old", "r", "0" * 12)
BOUND = [{"HostPort": "80"}]


def container(
    networks: Json | None = None, ports: Json | None = None, asked: Json | None = None, **more: Any
) -> Json:
    return {
        "State": {"Running": True},
        "HostConfig": {
            "NetworkMode": "bridge",
            "PortBindings": {"80/tcp": BOUND} if asked is None else asked,
        },
        "NetworkSettings": {"Networks": networks or {"one": ON}, "Ports": ports or {}},
    } | more


def ended(count: int, *, seconds: int, **state: Any) -> Json:
    times = {
        "StartedAt": "2026-01-01T00:00:00Z",
        "FinishedAt": f"2026-01-01T00:{seconds // 60:02}:00.123456789Z",
    }
    return container(State={"Running": False, **times, **state}, RestartCount=count)


@pytest.mark.parametrize(("had", "wired"), [({}, True), ({"80/tcp": None}, True), ({"80/tcp": BOUND}, False)])
def test_only_ports_that_the_old_one_had_are_asked_for(had: Json, wired: bool) -> None:
    assert seen_running(container(ports=had)).is_wired(container()) == wired


@pytest.mark.parametrize(("had", "wired"), [(OFF, True), (ON, False)])
def test_only_networks_that_the_old_one_was_on_are_asked_for(had: Json, wired: bool) -> None:
    old = container({"one": ON, "two": had}, asked={})

    assert seen_running(old).is_wired(container({"one": ON, "two": OFF}, asked={})) == wired


@pytest.mark.parametrize("mode", ["hosting_default", "nonebot_default", "host-net", "containers"])
def test_a_network_is_looked_at_whatever_its_name_begins_with(mode: str) -> None:
    on, off = container({mode: ON}, asked={}), container({mode: OFF}, asked={})
    host = {"NetworkMode": mode, "PortBindings": {}}

    assert not seen_running(on | {"HostConfig": host}).is_wired(off | {"HostConfig": host})


@pytest.mark.parametrize("mode", ["host", "none", f"container:{'a' * 64}"])
def test_one_without_networks_of_its_own_is_wired(mode: str) -> None:
    shared = container({mode: OFF}) | {"HostConfig": {"NetworkMode": mode, "PortBindings": {"80/tcp": BOUND}}}

    assert Baseline().is_wired(shared)


def test_of_one_that_did_not_run_nothing_is_known() -> None:
    assert not seen_running(container(State={"Running": False})).is_wired(container())


@pytest.mark.parametrize(
    ("marker", "wired"), [(MARKER, False), (evolve(MARKER, unpublished=True), True)], ids=["asked", "lacked"]
)
def test_the_name_of_one_that_was_stopped_tells_what_it_lacked(marker: Marker, wired: bool) -> None:
    assert left_stopped(container(), marker).is_wired(container()) == wired
    assert (
        left_stopped(container(), evolve(marker, unattached=True)).is_wired(container({"one": OFF})) == wired
    )


def test_what_is_lacking_is_seen_while_it_runs() -> None:
    assert lacks_ports(container())
    assert not lacks_ports(container(ports={"80/tcp": BOUND}))
    assert not lacks_ports(container(State={"Running": False}))
    assert lacks_ports(container(ports={"80/tcp": BOUND}, asked={"80/tcp": BOUND, "81/tcp": BOUND}))
    assert not lacks_ports(container(asked={"80/tcp": None, "81/tcp": []}))
    assert lacks_networks(container({"one": ON, "two": OFF}))
    assert not lacks_networks(container())
    assert not lacks_networks(container({"one": OFF}, State={"Running": True, "Restarting": True}))


@pytest.mark.parametrize(
    ("now", "is_off"),
    [
        ({"one": ON}, True),
        ({"one": ON, "two": OFF}, False),
        ({"one": ON, "renamed": OFF}, False),
        ({"one": ON, "three": {"NetworkID": "n3"}}, True),
    ],
)
def test_one_that_somebody_took_off_a_network_is_told(now: Json, is_off: bool) -> None:
    old = seen_running(container({"one": ON, "two": OFF}, {"80/tcp": BOUND}))

    assert old.is_taken_off(container(now)) == is_off
    assert old.is_wired(container(now)) == is_off


def test_a_network_whose_id_is_not_said_is_told_by_its_name() -> None:
    old, now = ({"one": ON, name: {"NetworkID": ""}} for name in ("two", "three"))

    assert seen_running(container(old)).is_taken_off(container(now))


@pytest.mark.parametrize("removes_itself", [True, False])
def test_of_one_that_removed_itself_nobody_knows_its_networks(removes_itself: bool) -> None:
    old = left_stopped(container({"one": ON, "two": OFF}), evolve(MARKER, removes_itself=removes_itself))

    assert old.is_taken_off(container({"one": ON})) != removes_itself


@pytest.mark.parametrize(
    ("old", "codes", "ends"),
    [
        (ended(3, seconds=60), [0, 0], {0}),
        (ended(3, seconds=60), [], {0}),
        (ended(3, seconds=60), [3, 3], {3}),
        (ended(2, seconds=60), [0, 0], set()),
        (ended(50, seconds=600), [0], set()),
        (ended(0, seconds=60), [], set()),
    ],
)
def test_one_that_ended_again_and_again_did_so_by_design(old: Json, codes: list[int], ends: set[int]) -> None:
    assert Baseline().with_end(old, codes).ends == ends


@pytest.mark.parametrize(
    ("health", "check", "unhealthy"),
    [
        ({"Status": "unhealthy", "FailingStreak": 3}, {}, True),
        ({"Status": "unhealthy", "FailingStreak": 2}, {}, False),
        ({"Status": "unhealthy", "FailingStreak": 2}, {"Retries": 2}, True),
        ({"Status": "unhealthy", "FailingStreak": 0}, {"Retries": 1}, False),
        ({"Status": "unhealthy"}, {}, True),
        ({"Status": "healthy", "FailingStreak": 3}, {}, False),
        (None, None, False),
    ],
)
def test_one_that_was_paused_is_not_unhealthy_for_that(health: Json, check: Json, unhealthy: bool) -> None:
    found = container(State={"Running": True, "Health": health}, Config={"Healthcheck": check})

    assert is_unhealthy(found) == unhealthy


def test_one_that_was_found_between_two_starts_ends_by_design() -> None:
    old = seen_running(container(State={"Running": True, "Restarting": True, "ExitCode": 4}))

    assert old.with_end(ended(1, seconds=60), ()).ends == {4}


@pytest.mark.parametrize(("before", "after"), [(True, False), (False, True), (False, False)])
def test_a_lack_of_memory_is_remembered(before: bool, after: bool) -> None:
    old = seen_running(container(State={"Running": True, "OOMKilled": before}))

    assert old.with_end(ended(0, seconds=60, OOMKilled=after), ()).lacks_memory == (before or after)

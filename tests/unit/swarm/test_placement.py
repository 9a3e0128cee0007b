"""Which nodes may run a service."""

from typing import Any

import pytest

from tests.unit.swarm.test_spec import service
from watcher.swarm.placement import hostname, is_ready, may_run, platform_of


def node(name: str = "vm", architecture: str = "x86_64", **spec: Any) -> dict[str, Any]:
    return {
        "ID": f"id-{name}",
        "Spec": {"Role": "worker", "Availability": "active", "Labels": {"disk": "ssd"}} | spec,
        "Description": {
            "Hostname": name,
            "Platform": {"OS": "linux", "Architecture": architecture},
            "Engine": {"Labels": {"zone": "a"}},
        },
        "Status": {"State": "ready"},
    }


@pytest.mark.parametrize(
    ("constraint", "fits"),
    [
        ("node.role==worker", True),
        ("node.role == manager", False),
        ("node.role!=manager", True),
        ("node.hostname==VM", True),
        ("node.hostname!=vm", False),
        ("node.id==id-vm", True),
        ("node.labels.disk==ssd", True),
        ("node.labels.disk==hdd", False),
        ("node.labels.none!=x", True),
        ("engine.labels.zone==b", False),
        ("node.platform.os==linux", True),
        ("node.future==x", True),
        ("nonsense", True),
    ],
)
def test_constraints(constraint: str, fits: bool) -> None:
    found = service()
    found.spec["TaskTemplate"]["Placement"] = {"Constraints": [constraint]}

    assert bool(may_run(found, [node()])) is fits


@pytest.mark.parametrize(
    ("platforms", "fits"),
    [
        ([], True),
        ([{"OS": "linux", "Architecture": "amd64"}], True),
        ([{"OS": "linux", "Architecture": "arm64"}], False),
        ([{"OS": "linux"}], True),
        ([{"OS": "windows"}, {"Architecture": "amd64"}], True),
    ],
)
def test_platforms_of_the_spec(platforms: list[dict[str, str]], fits: bool) -> None:
    found = service()
    found.spec["TaskTemplate"]["Placement"] = {"Platforms": platforms}

    assert bool(may_run(found, [node()])) is fits


def test_one_that_is_drained_runs_nothing_and_one_that_is_down_may() -> None:
    down = node("down") | {"Status": {"State": "down"}}

    assert may_run(service(), [node(Availability="drain"), node(Availability="pause"), down]) == [down]
    assert not is_ready(down)
    assert hostname(down) == "down"


@pytest.mark.parametrize(
    ("said", "meant"), [("x86_64", "amd64"), ("aarch64", "arm64"), ("armv7l", "arm"), ("s390x", "s390x")]
)
def test_a_nodes_architecture_in_the_words_of_images(said: str, meant: str) -> None:
    assert platform_of(node(architecture=said)) == ("linux", meant)

from typing import Any

import pytest

from tests.unit.container.recreate.inspects import NEWEST, container
from watcher.container.recreate import refusals, refuse
from watcher.model.errors import Refused


@pytest.mark.parametrize(
    ("label", "says"),
    [
        ("com.docker.swarm.task.id", "docker service update"),
        ("com.docker.swarm.service.id", "docker service update"),
        ("io.kubernetes.pod.name", "kubectl"),
        ("com.hashicorp.nomad.alloc_id", "nomad"),
        ("com.amazonaws.ecs.task-arn", "ECS"),
        ("PODMAN_SYSTEMD_UNIT", "podman auto-update"),
    ],
)
def test_a_container_that_somebody_else_keeps_running_is_refused_and_told_of_its_keeper(
    label: str, says: str
) -> None:
    with pytest.raises(Refused, match=f"web is .*{label}.* - .*{says}"):
        refuse(container({"Labels": {label: "x"}}), api=NEWEST)


@pytest.mark.parametrize(
    ("seen", "field"),
    [
        (container(State={"Status": "dead"}), "State.Status"),
        (container(State={"Status": "removing"}), "State.Status"),
        (container({"Image": ""}), "Config.Image"),
        (container(Platform="windows"), "Platform"),
        (container(Mounts=[{"Type": "cluster"}]), "Mounts"),
        (
            container(host={"Sysctls": {"net.ipv4.conf.eth1.x": "1", "kernel.y": "1"}}),
            "HostConfig.Sysctls net.ipv4.conf.eth1.x",
        ),
    ],
)
def test_what_cannot_be_carried_over_is_refused_with_the_fields_name(
    seen: dict[str, Any], field: str
) -> None:
    (reason,) = refusals(seen, api=NEWEST)

    assert f"({field})" in str(reason)


def test_an_older_engine_takes_the_sysctls_of_any_interface() -> None:
    assert refusals(container(host={"Sysctls": {"net.ipv4.conf.eth1.x": "1"}}), api=(1, 47)) == []


@pytest.mark.parametrize("state", ["created", "running", "paused", "restarting", "exited"])
def test_an_ordinary_container_is_not_refused_in_any_state(state: str) -> None:
    refuse(container({"Labels": {"com.docker.compose.project": "p"}}, State={"Status": state}), api=NEWEST)


def test_every_reason_is_given() -> None:
    seen = container({"Labels": {"com.docker.swarm.task.id": "x"}}, State={"Status": "dead"})

    assert len(refusals(seen, api=NEWEST)) == 2

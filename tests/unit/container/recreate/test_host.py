from typing import Any

import pytest

from tests.unit.container.recreate.inspects import NEWEST, container, image
from watcher.container.recreate import replacement

# `oci/defaults.go` of each, as the engines' inspects show it.
MASKED_20 = [
    "/proc/asound", "/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
    "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware",
]  # fmt: skip
MASKED_26 = [*MASKED_20, "/sys/devices/virtual/powercap"]
MASKED_28 = [*MASKED_26, "/proc/interrupts", "/sys/devices/system/cpu/cpu0/thermal_throttle"]
READONLY = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]


def sent(host: dict[str, Any], api: tuple[int, int] = NEWEST, **more: Any) -> dict[str, Any]:
    made = replacement(container(host=host), old_image=image(), new_image=image(), api=api, **more)
    body: dict[str, Any] = made.body["HostConfig"]
    return body


@pytest.mark.parametrize("paths", [MASKED_20, MASKED_26, MASKED_28], ids=["20.10", "26.1", "28.5"])
def test_an_engines_own_list_of_masked_paths_is_left_to_the_next_engine(paths: list[str]) -> None:
    assert "MaskedPaths" not in sent({"MaskedPaths": paths, "ReadonlyPaths": READONLY})


def test_an_engines_own_list_of_read_only_paths_is_left_to_the_next_engine() -> None:
    assert "ReadonlyPaths" not in sent({"ReadonlyPaths": READONLY})


@pytest.mark.parametrize(
    "paths",
    [None, [], MASKED_28[2:], [*MASKED_28, "/proc/mine"]],
    ids=["privileged", "unconfined", "fewer", "more"],
)
def test_masked_paths_that_are_the_users_stay(paths: list[str] | None) -> None:
    assert sent({"MaskedPaths": paths})["MaskedPaths"] == paths


@pytest.mark.parametrize("key", ["NetworkMode", "IpcMode", "PidMode"])
def test_a_namespace_of_a_replaced_container_is_its_successors(key: str) -> None:
    successors = {"o" * 64: "n" * 64}

    assert sent({key: "container:" + "o" * 64}, successors=successors)[key] == "container:" + "n" * 64
    assert sent({key: "container:" + "x" * 64}, successors=successors)[key] == "container:" + "x" * 64


def test_a_link_to_a_replaced_container_is_to_its_successor_by_id() -> None:
    """That has no name of its own yet; the alias stays."""
    links = ["/db:/web/store", "/cache:/web/cache"]

    assert sent({"Links": links}, successors={"db": "n" * 64})["Links"] == ["n" * 64 + ":store", links[1]]


@pytest.mark.parametrize("given", [None, []])
def test_a_port_without_binding_is_said_in_full(given: list[Any] | None) -> None:
    """API 1.52 warns of the empty list, and means to drop it."""
    assert sent({"PortBindings": {"80/tcp": given}})["PortBindings"] == {
        "80/tcp": [{"HostIp": "", "HostPort": ""}]
    }


@pytest.mark.parametrize("port", ["", "0", "8080", "8000-8010"])
def test_a_host_port_stays_as_it_was_asked_for(port: str) -> None:
    bindings = {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": port}]}

    assert sent({"PortBindings": bindings})["PortBindings"] == bindings


def test_kernel_memory_is_kept_only_for_engines_that_have_it() -> None:
    assert sent({"KernelMemory": 9}, (1, 41))["KernelMemory"] == 9
    assert "KernelMemory" not in sent({"KernelMemory": 0}, (1, 41))
    assert "KernelMemory" not in sent({"KernelMemory": 9}, (1, 42))


ETH0 = {"net.ipv4.conf.eth0.log_martians": "1", "net.ipv6.conf.eth0.accept_ra": "2", "kernel.shmmax": "9"}
SYSCTLS = "com.docker.network.endpoint.sysctls"


def endpoint(api: tuple[int, int], current: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    made = replacement(
        container(host={"NetworkMode": "n", "Sysctls": ETH0}, networks={"n": current}),
        old_image=image(),
        new_image=image(),
        api=api,
    )
    return made.body["HostConfig"]["Sysctls"], made.body["NetworkingConfig"]["EndpointsConfig"]["n"]


def test_sysctls_of_eth0_become_options_of_the_network_where_the_engine_refuses_them() -> None:
    sysctls, end = endpoint((1, 48), {"DriverOpts": {SYSCTLS: "net.ipv4.conf.IFNAME.rp_filter=1", "k": "v"}})

    assert sysctls == {"kernel.shmmax": "9"}
    assert end["DriverOpts"] == {
        "k": "v",
        SYSCTLS: "net.ipv4.conf.IFNAME.rp_filter=1,"
        "net.ipv4.conf.IFNAME.log_martians=1,net.ipv6.conf.IFNAME.accept_ra=2",
    }


def test_sysctls_of_eth0_stay_where_they_are_on_older_engines() -> None:
    assert endpoint((1, 47), {}) == (ETH0, {})


def test_null_and_false_stay_apart() -> None:
    host = {"Init": False, "OomKillDisable": None, "PidsLimit": None, "MemorySwappiness": 0}

    assert sent(host).items() >= host.items()

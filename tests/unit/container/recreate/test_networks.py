"""The request that makes a network again; the inspects are those of engines."""

from typing import Any

import pytest

from watcher.container.recreate import is_made_by_user, network_body

INSPECT: dict[str, Any] = {
    "Name": "front",
    "Id": "1" * 64,
    "Created": "2026-11-26T17:42:41.917640975Z",
    "Scope": "local",
    "Driver": "bridge",
    "EnableIPv4": True,
    "EnableIPv6": True,
    "IPAM": {
        "Driver": "default",
        "Options": {},
        "Config": [
            {
                "Subnet": "10.7.0.0/16",
                "IPRange": "10.7.1.0/24",
                "Gateway": "10.7.0.1",
                "AuxiliaryAddresses": {"r": "10.7.0.9"},
            },
            {"Subnet": "fd00:7::/64"},
        ],
    },
    "Internal": True,
    "Attachable": True,
    "Ingress": False,
    "ConfigFrom": {"Network": ""},
    "ConfigOnly": False,
    "Containers": {},
    "Options": {"com.docker.network.driver.mtu": "1400"},
    "Labels": {"com.docker.compose.network": "front"},
}


def test_what_the_user_chose_is_asked_for_again() -> None:
    body = network_body(INSPECT)

    asked = (
        "Name",
        "Driver",
        "EnableIPv4",
        "EnableIPv6",
        "IPAM",
        "Internal",
        "Attachable",
        "Options",
        "Labels",
    )
    assert {key: body[key] for key in asked} == {key: INSPECT[key] for key in asked}
    assert body["CheckDuplicate"] is True
    assert not body.keys() & {"Id", "Created", "Containers"}


def test_what_an_older_engine_does_not_say_is_not_asked_for() -> None:
    body = network_body({key: value for key, value in INSPECT.items() if key != "EnableIPv4"})

    assert "EnableIPv4" not in body


def test_one_that_takes_its_configuration_from_another_says_nothing_of_it_itself() -> None:
    body = network_body(INSPECT | {"ConfigFrom": {"Network": "shared"}})

    assert body["ConfigFrom"] == {"Network": "shared"}
    assert "IPAM" not in body
    assert "Options" not in body


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, True),
        ({"Name": "bridge"}, False),
        ({"Name": "host", "Driver": "host"}, False),
        ({"Scope": "swarm"}, False),
        ({"Ingress": True}, False),
    ],
)
def test_a_prune_takes_what_a_user_made_here(said: dict[str, Any], expected: bool) -> None:
    assert is_made_by_user(INSPECT | said) is expected

from typing import Any

import pytest

from tests.unit.container.recreate.inspects import ID, NEWEST, container, image
from watcher.container.recreate import Payload, replacement

SHORT = ID[:12]
ASSIGNED = {
    "NetworkID": "f" * 64, "EndpointID": "e" * 64, "Gateway": "10.0.0.1", "IPAddress": "10.0.0.2",
    "IPPrefixLen": 24, "IPv6Gateway": "fd00::1", "GlobalIPv6Address": "fd00::2", "GlobalIPv6PrefixLen": 64,
    "MacAddress": "02:42:0a:00:00:02", "DNSNames": ["web", SHORT],
}  # fmt: skip


def made(
    networks: dict[str, Any],
    mode: str = "n",
    api: tuple[int, int] = NEWEST,
    config: dict[str, Any] | None = None,
) -> Payload:
    seen = container(config, {"NetworkMode": mode}, networks)
    return replacement(seen, old_image=image(), new_image=image(), api=api)


def endpoint(current: dict[str, Any], **more: Any) -> dict[str, Any]:
    end: dict[str, Any] = made({"n": current}, **more).body["NetworkingConfig"]["EndpointsConfig"]["n"]
    return end


def test_what_the_engine_assigned_is_not_asked_for_again() -> None:
    assert endpoint(ASSIGNED) == {}


def test_what_the_user_asked_of_a_network_stays() -> None:
    asked = {
        "IPAMConfig": {"IPv4Address": "10.0.0.9", "IPv6Address": "fd00::9", "LinkLocalIPs": ["169.254.1.1"]},
        "Links": ["db:d"],
        "Aliases": ["a", "b"],
        "DriverOpts": {"k": "v"},
        "GwPriority": 7,
        "Unheard": 1,
    }

    assert endpoint(ASSIGNED | asked) == asked


@pytest.mark.parametrize("ipam", [None, {}, {"IPv4Address": ""}])
def test_no_address_is_asked_for_where_none_was(ipam: dict[str, Any] | None) -> None:
    assert "IPAMConfig" not in endpoint({"IPAMConfig": ipam})


def test_the_own_short_id_is_no_alias() -> None:
    assert endpoint({"Aliases": ["a", SHORT, "b"]})["Aliases"] == ["a", "b"]


def test_before_1_45_the_engines_own_aliases_follow_the_users() -> None:
    assert endpoint({"Aliases": ["a", SHORT, "host"]}, api=(1, 44))["Aliases"] == ["a"]


def test_aliases_are_not_sent_to_the_default_bridge() -> None:
    seen = made({"bridge": {"Aliases": ["x"]}}, "bridge")

    assert seen.body["NetworkingConfig"]["EndpointsConfig"] == {"bridge": {}}


MAC = "92:d0:c6:0a:29:33"


@pytest.mark.parametrize("mode", ["n", "f" * 64, "f" * 12], ids=["name", "id", "short-id"])
def test_from_1_44_the_mac_address_asked_for_goes_to_the_network_of_the_mode(mode: str) -> None:
    seen = made({"other": {}, "n": ASSIGNED}, mode, config={"MacAddress": MAC})

    assert seen.body["NetworkingConfig"]["EndpointsConfig"] == {"n": {"MacAddress": MAC}, "other": {}}
    assert "MacAddress" not in seen.body


def test_before_1_44_the_mac_address_asked_for_stays_in_config() -> None:
    seen = made({"n": ASSIGNED}, api=(1, 43), config={"MacAddress": MAC})

    assert seen.body["MacAddress"] == MAC
    assert seen.body["NetworkingConfig"]["EndpointsConfig"] == {"n": {}}


def test_a_further_networks_mac_address_is_kept_unless_it_derives_from_the_address() -> None:
    seen = made({"n": {}, "own": ASSIGNED | {"MacAddress": MAC}, "derived": ASSIGNED})

    ends = seen.body["NetworkingConfig"]["EndpointsConfig"]
    assert ends == {"n": {}, "own": {"MacAddress": MAC}, "derived": {}}


def test_from_1_44_create_takes_all_networks() -> None:
    seen = made({"a": {}, "n": {}, "z": {}}, api=(1, 44))

    assert seen.body["NetworkingConfig"]["EndpointsConfig"].keys() == {"a", "n", "z"}
    assert seen.connect == {}
    assert seen.networks == {"a", "n", "z"}


def test_before_1_44_create_takes_the_network_of_the_mode_and_the_others_are_connected() -> None:
    seen = made({"a": {"Aliases": ["x"]}, "n": {}}, api=(1, 43))

    assert seen.body["NetworkingConfig"]["EndpointsConfig"] == {"n": {}}
    assert seen.connect == {"a": {"Aliases": ["x"]}}
    assert seen.networks == {"a", "n"}


def test_a_network_that_the_container_has_left_is_not_joined_again() -> None:
    seen = made({"other": {}}, "bridge")

    assert seen.body["NetworkingConfig"]["EndpointsConfig"] == {"other": {}}
    assert seen.networks == {"other"}


@pytest.mark.parametrize("mode", ["host", "none"])
def test_host_and_none_take_no_options(mode: str) -> None:
    seen = made({mode: ASSIGNED}, mode)

    assert seen.body["NetworkingConfig"] == {"EndpointsConfig": {}}
    assert seen.networks == {mode}


def test_in_anothers_namespace_nothing_of_a_network_is_sent() -> None:
    config = {"Hostname": "theirs", "Domainname": "theirs", "ExposedPorts": {"80/tcp": {}}}

    seen = made({}, "container:" + "f" * 64, config=config)

    assert seen.body["NetworkingConfig"] == {"EndpointsConfig": {}}
    assert (seen.body["Hostname"], seen.body["Domainname"], "ExposedPorts" in seen.body) == ("", "", False)


@pytest.mark.parametrize(("name", "kept"), [("nat", ["a"]), ("ingress", ["a"]), ("bridge", None)])
def test_only_what_linux_calls_predefined_has_no_aliases(name: str, kept: list[str] | None) -> None:
    body = made({name: {"Aliases": ["a"]}}, mode=name).body

    assert body["NetworkingConfig"]["EndpointsConfig"][name].get("Aliases") == kept

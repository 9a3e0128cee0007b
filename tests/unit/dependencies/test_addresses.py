"""Who could take whose address or host port, and who has it."""

from typing import Any

import pytest

from watcher.dependencies.addresses import Taken, needs, taken

Json = dict[str, Any]


def container(
    *networks: str,
    own: dict[str, str] | None = None,
    ports: dict[str, Any] | None = None,
    cid: str = "c" * 64,
    **host: Any,
) -> Json:
    """On networks, `NAME=ADDRESS` where it has an address of its own there."""
    split = [each.partition("=") for each in networks]
    ends = {
        name: {"NetworkID": f"id-{name}", "IPAMConfig": {"IPv4Address": ip} | (own or {})}
        for name, _, ip in split
    }
    return {
        "Id": cid,
        "Config": {"ExposedPorts": {"80/tcp": {}}},
        "HostConfig": {"PortBindings": ports or {}, **host},
        "NetworkSettings": {"Networks": ends},
    }


def bound(*ports: str, address: str = "", kind: str = "tcp") -> dict[str, Any]:
    return {f"80/{kind}": [{"HostIp": address, "HostPort": port} for port in ports]}


def excludes(one: Json, other: Json) -> bool:
    found = needs([one]).excludes(needs([other]))
    assert found == needs([other]).excludes(needs([one])), "it is mutual"
    return found


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (container("net=10.0.0.2"), container("net"), True),
        (container("net"), container("net"), False),
        (container("net=10.0.0.2"), container("net=10.0.0.3"), False),
        (container("net=10.0.0.2"), container("other"), False),
        (container("other", "net=10.0.0.2"), container("net", "third"), True),
        (container("net=10.0.0.2"), container("host"), False),
        (container("net=10.0.0.2", own={"IPv6Address": "fd00::2"}), container("net=10.0.0.3"), True),
        (container("net=10.0.0.2"), {"Id": "x", "NetworkSettings": {"Networks": None}}, False),
    ],
)
def test_an_address_of_its_own_is_at_stake_where_others_take_any(
    one: Json, other: Json, expected: bool
) -> None:
    assert excludes(one, other) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (bound("8000"), bound("8000-8010"), True),
        (bound("8000"), bound("8001-8010"), False),
        (bound("8000"), bound(""), True),
        (bound("8000"), bound("0"), True),
        (bound("80"), bound(""), False),
        (bound("8000"), bound("", kind="udp"), False),
        (bound("8000"), bound("9000"), False),
        (bound(""), bound(""), False),
        (bound("8000"), {"80/tcp": None}, False),
        (bound("8000"), bound("nonsense"), True),
    ],
)
def test_a_port_of_its_own_is_at_stake_where_others_take_one_of_several(
    one: Json, other: Json, expected: bool
) -> None:
    assert excludes(container(ports=one), container(ports=other)) is expected


def test_all_exposed_ports_are_published_at_any() -> None:
    assert excludes(container(ports=bound("8000")), container(PublishAllPorts=True))


def row(name: str, address: str = "", *ports: tuple[str, int]) -> Json:
    return {
        "Id": name * 8,
        "Names": [f"/{name}"],
        "NetworkSettings": {"Networks": {"net": {"IPAddress": address}}},
        "Ports": [{"IP": ip, "PublicPort": port, "Type": "tcp"} for ip, port in ports],
    }


def test_the_holder_of_an_address_is_found() -> None:
    rows = [row("idle"), row("thief", "10.0.0.2"), row("other", "10.0.0.3")]

    assert taken(container("net=10.0.0.2"), rows) == (Taken("address 10.0.0.2", "thief", "thief" * 8, "net"),)


def test_who_takes_any_address_has_lost_none() -> None:
    assert taken(container("net"), [row("thief", "10.0.0.2"), row("idle")]) == ()


@pytest.mark.parametrize(
    ("wanted", "held", "is_taken"),
    [
        ("", "127.0.0.1", True),
        ("127.0.0.1", "::", True),
        ("127.0.0.1", "127.0.0.1", True),
        ("127.0.0.1", "127.0.0.2", False),
    ],
)
def test_the_holder_of_a_port_is_found_where_their_addresses_meet(
    wanted: str, held: str, is_taken: bool
) -> None:
    found = taken(container(ports=bound("8000", address=wanted)), [row("thief", "", (held, 8000))])

    assert [str(each) for each in found] == ["its port 8000 is held by thief"] * is_taken


def test_a_container_does_not_hold_its_own() -> None:
    own = row("db", "10.0.0.2")

    assert taken(container("net=10.0.0.2", cid=own["Id"]), [own]) == ()

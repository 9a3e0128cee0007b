"""Which containers an address of the engine leads through, and when one of them may be stopped."""

from typing import Any

import pytest

from watcher.dependencies.engine_access import doors, given_the_socket, is_only_door, refuse_door, socket_of
from watcher.model.errors import Refused

Json = dict[str, Any]
PORT = {"PrivatePort": 2375, "Type": "tcp"}


def row(name: str = "proxy", **more: Any) -> Json:
    known = {"Id": name.encode().hex().ljust(64, "0"), "Names": [f"/{name}"], "Labels": {}}
    return known | {"State": "running"} | more


def published(address: str, port: int = 2375) -> Json:
    return row(Ports=[PORT | {"IP": address, "PublicPort": port}])


def attached(**endpoint: Any) -> Json:
    return row(NetworkSettings={"Networks": {"back": endpoint}})


@pytest.mark.parametrize(
    ("source", "socket", "is_given"),
    [
        ("/var/run/docker.sock", "", True),
        ("/run/docker.sock", "/mine/docker.sock", True),
        ("/mine/docker.sock", "/mine/docker.sock", True),
        ("/mine/docker.sock", "", False),
        ("/srv/data", "/mine/docker.sock", False),
        ("", "", False),
    ],
)
def test_who_was_given_the_engine_s_socket_is_told_by_its_path(
    source: str, socket: str, *, is_given: bool
) -> None:
    mounts = [{"Source": "/srv/web"}, {"Source": source}]
    rows = [
        row(Mounts=mounts),
        row("web", Mounts=None),
        row("web.ctr-updater-old-r-0123456789ab", Mounts=mounts),
    ]

    assert given_the_socket(rows, socket) == ({"proxy"} if is_given else set())


@pytest.mark.parametrize(
    ("container", "host"),
    [
        pytest.param(row(), "proxy", id="its name"),
        pytest.param(row("Proxy"), "proxy", id="its name, for names of hosts have no case"),
        pytest.param(row(), b"proxy".hex().ljust(12, "0"), id="its short id"),
        pytest.param(row(Labels={"com.docker.compose.service": "gate"}), "gate", id="its service"),
        pytest.param(attached(Aliases=["gate"]), "gate", id="an alias of it"),
        pytest.param(attached(Aliases=None, IPAddress="10.0.0.2"), "10.0.0.2", id="its address"),
        pytest.param(attached(GlobalIPv6Address="fd00::2"), "[fd00::2]", id="its IPv6 address"),
        pytest.param(published("127.0.0.1"), "127.0.0.1", id="a port of it"),
        pytest.param(published("10.0.0.9"), "10.0.0.9", id="a port of it at its address"),
        pytest.param(published("127.0.0.1"), "localhost", id="a port of it on this machine"),
        pytest.param(published("0.0.0.0"), "my.server", id="a port of it at every address"),  # noqa: S104 - as the engine shows it
        pytest.param(published("::"), "my.server", id="a port of it at every IPv6 address"),
    ],
)
def test_a_container_is_a_door_by(container: Json, host: str) -> None:
    (name,) = (each.removeprefix("/") for each in container["Names"])

    assert doors([row("web"), container], f"http://{host}:2375") == {name}


@pytest.mark.parametrize(
    "container",
    [
        pytest.param(row("proxy-2"), id="another name"),
        pytest.param(published("127.0.0.1", 2376), id="another port"),
        pytest.param(published("10.0.0.9"), id="the port at another address"),
        pytest.param(row(Ports=[PORT]), id="a port that is not published"),
        pytest.param(
            row(Names=None, Labels=None, Ports=None, NetworkSettings=None), id="nothing known of it"
        ),
    ],
)
def test_a_container_is_no_door_with(container: Json) -> None:
    assert doors([container], "http://10.0.0.1:2375") == frozenset()


@pytest.mark.parametrize(("address", "host"), [("127.0.0.1", "my.server"), ("10.0.0.9", "localhost")])
def test_a_port_of_this_machine_alone_is_no_door_of_another_name(address: str, host: str) -> None:
    assert doors([published(address)], f"http://{host}:2375") == frozenset()


@pytest.mark.parametrize("url", ["", "http://proxy", "http://:2375"])
def test_a_socket_and_half_an_address_lead_through_nobody(url: str) -> None:
    assert doors([row()], url) == frozenset()


def gate(name: str, *networks: str, **more: Any) -> Json:
    """A container of a Compose service `gate`."""
    labels = {"com.docker.compose.service": "gate"} | more.pop("Labels", {})
    attached: Json = {"Networks": {network: {} for network in networks}}
    return row(name, Labels=labels, NetworkSettings=attached, **more)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(gate("other", State="exited"), id="a replica that ended"),
        pytest.param(gate("other", State="created"), id="a replica that never ran"),
        pytest.param(gate("other", State="dead"), id="a replica that is being removed"),
        pytest.param(gate("other", Labels={"com.docker.compose.oneoff": "True"}), id="a job of somebody's"),
        pytest.param(
            row("other", State="exited", Ports=[PORT | {"PublicPort": 2375}]), id="a port of before"
        ),
    ],
)
def test_what_answers_nobody_is_no_second_door(other: Json) -> None:
    assert doors([gate("proxy"), other], "http://gate:2375") == {"proxy"}


@pytest.mark.parametrize("state", ["running", "paused", "restarting"])
def test_a_replica_that_is_up_is_a_second_door(state: str) -> None:
    assert doors([gate("proxy"), gate("other", State=state)], "http://gate:2375") == {"proxy", "other"}


OWN = row("updater", NetworkSettings={"Networks": {"ours": {}, "back": {}}})


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(gate("other", "theirs"), id="a service that is called alike"),
        pytest.param(row("gate", NetworkSettings={"Networks": {"theirs": {}}}), id="a container so called"),
        pytest.param(row("o", NetworkSettings={"Networks": {"x": {"Aliases": ["gate"]}}}), id="an alias"),
    ],
)
def test_a_namesake_on_another_network_is_no_second_door(other: Json) -> None:
    rows = [OWN, gate("proxy", "ours"), other]

    assert doors(rows, "http://gate:2375", OWN["Id"]) == {"proxy"}


def test_the_own_network_is_known_where_it_is_another_containers() -> None:
    vpn = row("vpn", NetworkSettings={"Networks": {"ours": {}}})
    own = row("updater", HostConfig={"NetworkMode": f"container:{vpn['Id']}"})

    found = doors([vpn, own, gate("proxy", "ours"), gate("other", "theirs")], "http://gate:2375", own["Id"])

    assert found == {"proxy"}


@pytest.mark.parametrize(
    ("own", "networks"),
    [
        pytest.param("", ["ours"], id="an updater in no container"),
        pytest.param(OWN["Id"], ["host"], id="a name that leads to the engine's machine"),
    ],
)
def test_a_door_needs_no_network_that_is_shared_with(own: str, networks: list[str]) -> None:
    assert doors([OWN, gate("proxy", *networks)], "http://gate:2375", own) == {"proxy"}


def test_a_published_port_needs_no_network_that_is_shared() -> None:
    port = gate("other", "theirs", Ports=[PORT | {"IP": "0.0.0.0", "PublicPort": 2375}])  # noqa: S104 - as the engine shows it

    assert doors([OWN, gate("proxy", "ours"), port], "http://gate:2375", OWN["Id"]) == {"proxy", "other"}


def successor(state: str = "created") -> Json:
    return gate(f"proxy.ctr-updater-new-r-{'0' * 12}", State=state)


def aside() -> Json:
    return gate(f"proxy.ctr-updater-old-r-{'1' * 12}", State="exited")


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([gate("proxy"), successor()], id="it runs"),
        pytest.param([gate("proxy", State="exited"), successor()], id="it has stopped"),
        pytest.param([aside(), successor()], id="nobody has the name"),
        pytest.param([aside(), gate("proxy", State="created")], id="its successor is not started"),
        pytest.param([aside(), gate("proxy")], id="its successor runs"),
    ],
)
def test_a_door_in_the_middle_of_its_update_is_one_under_its_own_name(rows: list[Json]) -> None:
    assert doors([*rows, gate("proxy-2")], "http://gate:2375") == {"proxy", "proxy-2"}


def test_a_temporary_name_is_no_door() -> None:
    assert doors([successor("running")], "http://gate:2375") == frozenset()


def test_the_only_door_is_refused_and_one_of_two_is_not() -> None:
    with pytest.raises(Refused, match="the engine is reached through proxy"):
        refuse_door("proxy", ["proxy"])
    refuse_door("proxy", ["proxy", "proxy-2"])
    refuse_door("web", ["proxy"])


@pytest.mark.parametrize(
    ("found", "is_only"), [({"proxy"}, True), ({"proxy", "other"}, False), (set(), False)]
)
def test_the_only_door_is_known(found: set[str], *, is_only: bool) -> None:
    assert is_only_door("proxy", found) is is_only


@pytest.mark.parametrize(
    ("mounts", "path"),
    [
        ([{"Type": "bind", "Source": "/run/user/1000/docker.sock"}], "/run/user/1000/docker.sock"),
        ([{"Type": "volume", "Source": "/var/lib/docker/volumes/docker.sock"}], ""),
        ([{"Type": "bind", "Source": "/etc"}], ""),
        (None, ""),
    ],
)
def test_the_socket_that_a_proxy_was_given_is_known_by_its_name(mounts: list[Json] | None, path: str) -> None:
    assert socket_of({"Mounts": mounts}) == path

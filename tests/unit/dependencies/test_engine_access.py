"""Which containers an address of the engine leads through, and when one of them may be stopped."""

from typing import Any

import pytest

from watcher.dependencies.engine_access import doors, is_only_door, refuse_door, socket_of
from watcher.model.errors import Refused

Json = dict[str, Any]
PORT = {"PrivatePort": 2375, "Type": "tcp"}


def row(name: str = "proxy", **more: Any) -> Json:
    return {"Id": name.encode().hex().ljust(64, "0"), "Names": [f"/{name}"], "Labels": {}} | more


def published(address: str, port: int = 2375) -> Json:
    return row(Ports=[PORT | {"IP": address, "PublicPort": port}])


def attached(**endpoint: Any) -> Json:
    return row(NetworkSettings={"Networks": {"back": endpoint}})


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


@pytest.mark.parametrize("url", ["", "http://proxy", "http://:2375"])
def test_a_socket_and_half_an_address_lead_through_nobody(url: str) -> None:
    assert doors([row()], url) == frozenset()


def test_a_temporary_name_is_no_door() -> None:
    successor = row(f"proxy.ctr-updater-new-r-{'0' * 12}", Labels={"com.docker.compose.service": "gate"})

    assert doors([successor], "http://gate:2375") == frozenset()


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

"""Which addresses and host ports a container takes when it starts, and which others could take them.

An engine gives an address, or a port of a span, to the container that starts first: also an address or port
that another container has for its own and does not hold just now, for it is down (20.10 to 28.5). Pure: no
I/O.
"""

import re
from collections.abc import Iterable, Iterator

from watcher.model.inspection import Container
from watcher.model.json_object import Json
from watcher.model.names import name_of
from watcher.model.values import frozen

Address = tuple[str, str]
Port = tuple[str, int, int]

_FAMILIES = {"IPv4Address": "IPAddress", "IPv6Address": "GlobalIPv6Address"}
_WITHOUT_ADDRESS = {"host", "none"}
_UNNAMED = (1024, 65535)  # the widest span that the kernel may be told to take unnamed ports from
_PORTS = re.compile(r"([0-9]{1,5})(?:-([0-9]{1,5}))?")
_EVERYWHERE = {"", "0.0.0.0", "::"}  # noqa: S104 - as the engine shows it, nothing is bound here


@frozen
class Needs:
    """What containers take when they start.

    Attributes:
        own_addresses: The networks, each with a family, in which a container has an address of its own.
        any_address: The networks in which a container takes whichever address is free.
        own_ports: The host ports that a container has for its own: the protocol, and the port twice.
        any_port: The spans of host ports of which a container takes whichever port is free.
    """

    own_addresses: frozenset[Address] = frozenset()
    any_address: frozenset[Address] = frozenset()
    own_ports: frozenset[Port] = frozenset()
    any_port: frozenset[Port] = frozenset()

    def excludes(self, other: "Needs") -> bool:
        """Whether one of two sets of containers could take what the other has for its own."""
        return _may_lose(self, other) or _may_lose(other, self)


def _may_lose(mine: Needs, other: Needs) -> bool:
    spans = other.any_port
    return not mine.own_addresses.isdisjoint(other.any_address) or any(
        kind == of and low <= port <= high for kind, port, _ in mine.own_ports for of, low, high in spans
    )


@frozen
class Taken:
    """What one container has for its own and another one holds.

    Attributes:
        what: The address, or the port, for people.
        holder: The name of the container that holds it.
        cid: The holder's id.
        network: The network of the address; empty for a port.
    """

    what: str
    holder: str
    cid: str
    network: str = ""

    def __str__(self) -> str:
        return f"its {self.what} is held by {self.holder}"


def needs(containers: Iterable[Json]) -> Needs:
    """What inspected containers take together when they start."""
    found = [*containers]
    addresses = [each for container in found for each in _addresses(container)]
    ports = {port for container in found for _, port in _ports(container)}
    return Needs(
        own_addresses=frozenset(address for address, own in addresses if own),
        any_address=frozenset(address for address, own in addresses if not own),
        own_ports=frozenset(port for port in ports if port[1] == port[2]),
        any_port=frozenset(port for port in ports if port[1] != port[2]),
    )


def taken(container: Json, rows: Iterable[Json]) -> tuple[Taken, ...]:
    """The own addresses and ports of a stopped container that others have now.

    Args:
        container: As inspected.
        rows: GET /containers/json.
    """
    own = {(network, text) for (_, network), text in _addresses(container) if text}
    ports = [(host, port) for host, port in _ports(container) if port[1] == port[2]]
    found = list[Taken]()
    for row in rows:
        name, cid = name_of(row), row["Id"]
        found += [
            Taken(f"address {ip}", name, cid, network) for network, ip in _held(row) if (network, ip) in own
        ]
        found += [Taken(f"port {each[1][1]}", name, cid) for each in ports if _publishes(row, *each)]
    return tuple(each for each in dict.fromkeys(found) if each.cid != container["Id"])


def _addresses(container: Json) -> Iterator[tuple[Address, str]]:
    """The networks of a container, each with a family, by name and by id; and its own address there."""
    for name, endpoint in _endpoints(container):
        for family in _FAMILIES:
            own = str((endpoint.get("IPAMConfig") or {}).get(family) or "")
            for network in dict.fromkeys(filter(None, (name, endpoint.get("NetworkID")))):
                yield (family, network), own


def _endpoints(container: Json) -> Iterator[tuple[str, Json]]:
    networks = Container(container).networks
    return ((name, end or {}) for name, end in networks.items() if name not in _WITHOUT_ADDRESS)


def _held(row: Json) -> Iterator[tuple[str, str]]:
    """The networks of a row's container, and its addresses there."""
    for name, endpoint in _endpoints(row):
        yield from ((name, str(endpoint.get(key) or "")) for key in _FAMILIES.values())


def _ports(container: Json) -> Iterator[tuple[str, Port]]:
    """The host's addresses at which a container publishes, each with the protocol and the span of ports."""
    host, config = container.get("HostConfig") or {}, container.get("Config") or {}
    exposed = config.get("ExposedPorts") or {} if host.get("PublishAllPorts") else {}
    bindings = {port: [{}] for port in exposed} | (host.get("PortBindings") or {})
    for port, bound in bindings.items():
        kind = str(port).partition("/")[2] or "tcp"
        yield from ((str(each.get("HostIp") or ""), (kind, *_span(each))) for each in bound or ())


def _span(binding: Json) -> tuple[int, int]:
    match = _PORTS.fullmatch(str(binding.get("HostPort") or ""))
    low = int(match[1]) if match else 0
    high = int(match[2] or low) if match else 0
    return (low, high) if low else _UNNAMED


def _publishes(row: Json, host: str, port: Port) -> bool:
    kind, number, _ = port
    return any(
        (each.get("Type"), each.get("PublicPort")) == (kind, number)
        and _meet(str(each.get("IP") or ""), host)
        for each in row.get("Ports") or ()
    )


def _meet(address: str, other: str) -> bool:
    return address == other or address in _EVERYWHERE or other in _EVERYWHERE

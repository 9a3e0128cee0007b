"""Which containers the engine is reached through: a socket proxy that DOCKER_HOST leads to, or another one.

The rows of one list call tell it: such a container is up and called like the address's host, has its IP
address, or publishes its port; or it was given the engine's socket. A socket that a container puts into a
volume cannot be told from the engine's own. Pure: no I/O.
"""

from collections.abc import Callable, Iterable, Iterator
from urllib.parse import urlsplit

from watcher.model.errors import Refused
from watcher.model.json_object import Json
from watcher.model.labels import COMPOSE_SERVICE, is_one_off
from watcher.model.listing import Row
from watcher.model.names import Marker, name_of

_EVERYWHERE = {"0.0.0.0", "::", ""}  # noqa: S104 - as the engine shows it, nothing is bound here
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_SOCKETS = {"/var/run/docker.sock", "/run/docker.sock"}


def doors(rows: Iterable[Json], url: str, own: str = "") -> frozenset[str]:
    """The names of the containers behind an address.

    A container that is not up is no door, unless it is being updated; nor is a one-off job of somebody's.
    Where containers with the host's name or address share a network with the own container, only these
    count for that name: another stack may call its service alike.

    Args:
        rows: GET /containers/json?all=1.
        url: `http(s)://host:port` of the engine's endpoint; empty for a socket, which leads through none.
        own: The id of the container that this program runs in; empty outside of any.
    """
    parts = urlsplit(url)
    if not parts.hostname or not parts.port:
        return frozenset()
    host, port, rows = parts.hostname, parts.port, list(rows)
    there = [(name, row) for name, row in _there(rows) if not is_one_off(Row(row).labels)]
    published = [each for each in there if _publishes(each[1], host, port)]
    return frozenset(name for name, _ in [*_called(there, host, _networks(rows, own)), *published])


def given_the_socket(rows: Iterable[Json], socket: str) -> frozenset[str]:
    """The names of the containers that others may reach the engine through, for they have its socket.

    Args:
        rows: GET /containers/json.
        socket: The path of the engine's endpoint; empty for an address.
    """
    paths = _SOCKETS | {socket} - {""}
    return _names(rows, lambda row: any(mount.get("Source") in paths for mount in row.get("Mounts") or ()))


def socket_of(container: Json) -> str:
    """The path of the engine's socket that an inspected container was given; empty where it has none."""
    binds = [each for each in container.get("Mounts") or () if each.get("Type") == "bind"]
    return next(
        (str(each["Source"]) for each in binds if str(each.get("Source")).endswith("docker.sock")), ""
    )


def is_only_door(name: str, found: Iterable[str]) -> bool:
    """Whether the engine is reached through that container alone."""
    return set(found) == {name}


def refuse_door(name: str, found: Iterable[str]) -> None:
    """Refuse to stop the only container that leads to the engine: without it nothing could be started again.

    Args:
        name: The container's.
        found: All doors; another replica of the proxy stays open.

    Raises:
        Refused: It is the only door.
    """
    if is_only_door(name, found):
        raise Refused(
            f"the engine is reached through {name} (DOCKER_HOST): stopped, it could not be started again",
            advice=f"where the engine's own socket is: `DOCKER_HOST= watcher update {name}`",
        )


def _names(rows: Iterable[Json], counts: Callable[[Json], bool]) -> frozenset[str]:
    """The names of the rows that count, without temporary names."""
    return frozenset(name for row in rows if not Marker.parse(name := name_of(row)) and counts(row))


def _there(rows: Iterable[Json]) -> Iterator[tuple[str, Json]]:
    """The rows of the containers that are up, or will be once their update is over, with their own names.

    In the middle of its update a container is stopped and set aside, and is a door all the same: another door
    must not be taken for the only one, nor begin its update beside it.
    """
    marked = [(row, Marker.parse(name_of(row))) for row in rows]
    begun = {marker.name for _, marker in marked if marker}
    aside = {marker.name for _, marker in marked if marker and marker.kind == "old"}
    for row, marker in marked:
        name = marker.name if marker else name_of(row)
        if name in aside if marker else name in begun or Row(row).is_up:
            yield name, row


def _called(there: list[tuple[str, Json]], host: str, networks: set[str]) -> list[tuple[str, Json]]:
    """The containers with a host's name or address: only those on these networks, where there is one."""
    found = [each for each in there if host in _addresses(each[1])]
    # A host that leads there by no network of the engine's (extra_hosts, a route) is known by its name alone.
    return [each for each in found if networks & Row(each[1]).networks.keys()] or found


def _networks(rows: Iterable[Json], own: str) -> set[str]:
    """The names of the networks that the own container is on, also by way of a provider of its network."""
    by_id = {row["Id"]: Row(row) for row in rows}
    found = by_id.get(own)
    if found and found.network_mode.startswith("container:"):
        found = by_id.get(found.network_mode.removeprefix("container:"))
    return {*found.networks} if found else set()


def _addresses(row: Json) -> Iterator[str]:
    yield from (name.casefold() for name in Row(row).called)
    yield from filter(None, [Row(row).labels.get(COMPOSE_SERVICE, "").casefold(), row["Id"][:12]])
    for endpoint in Row(row).networks.values():
        yield from (alias.casefold() for alias in endpoint.get("Aliases") or ())
        yield from (endpoint.get(key) or "" for key in ("IPAddress", "GlobalIPv6Address"))


def _publishes(row: Json, host: str, port: int) -> bool:
    return any(
        each.get("PublicPort") == port and _is_at(each.get("IP") or "", host)
        for each in row.get("Ports") or ()
    )


def _is_at(address: str, host: str) -> bool:
    """Whether a port bound at an address is what a host's name means, as far as can be told."""
    return address in _EVERYWHERE or address == host or (address in _LOOPBACK and host in _LOOPBACK)

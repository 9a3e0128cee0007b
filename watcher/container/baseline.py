"""What the old container had of what a proof asks for: no more is demanded of its successor.

Some of it is seen only while the container runs; recovery finds the container stopped, and reads
from the temporary names that it lacked something then. Pure: no I/O.
"""

from collections.abc import Iterable
from datetime import datetime

from attrs import evolve, field

from watcher.model.inspection import Container
from watcher.model.json_object import Json
from watcher.model.names import Marker
from watcher.model.values import frozen

_WITHOUT_NETWORKS = ("host", "none")
# The engine waits up to a minute before it starts a container once more that ends soon each time.
_SHORT_RUN_S = 120.0
_OFTEN = 3
_RETRIES = 3  # the engine's, where none are given


@frozen
class Baseline:
    """What a container is measured by; the default is all that it asks for itself.

    Attributes:
        ports: The ports that were published for the old container; None: all that it asks for.
        attached: The networks on which the old container had an address; None: all that it is on.
        networks: The networks that the old container was on, as names and ids; None: nobody knows.
        ends: The exit codes with which the old one ended again and again, as its restart policy lets it.
        lacks_memory: A process of the old container was killed for lack of memory.
        old: The old container, as inspected; empty where nobody knows.
    """

    ports: frozenset[str] | None = None
    attached: frozenset[str] | None = None
    networks: frozenset[tuple[str, str]] | None = None
    ends: frozenset[int] = frozenset()
    lacks_memory: bool = False
    old: Json = field(factory=dict, eq=False, repr=False)

    def is_wired(self, container: Json) -> bool:
        """Whether a running container has an address and ports where the old one had them.

        A container that somebody took off a network counts as wired.
        """
        if not _has_networks(container) or self.is_taken_off(container):
            return True
        ports, bindings = Container(container).ports, container["HostConfig"].get("PortBindings") or {}
        wanted = {port for port, hosts in bindings.items() if hosts}
        networks = Container(container).networks
        named = networks if self.attached is None else self.attached & networks.keys()
        return all(is_attached(networks[name]) for name in named) and all(
            ports.get(port) for port in (wanted if self.ports is None else wanted & self.ports)
        )

    def is_taken_off(self, container: Json) -> bool:
        """Whether somebody took a successor off a network: the engine by itself does not."""
        return bool(_lost(self.networks or (), container))

    def with_end(self, old: Json, codes: Iterable[int]) -> "Baseline":
        """The baseline, with what the old container shows of its end once it is stopped.

        Args:
            old: As inspected after its stop.
            codes: The exit codes with which it ended by itself, as far as the engine knows; where the engine
                remembers none, 0 counts, with which a job ends.
        """
        is_often = (old.get("RestartCount") or 0) >= _OFTEN and _last_run_s(old) <= _SHORT_RUN_S
        ends = frozenset(codes) or frozenset({0})
        lacks_memory = self.lacks_memory or Container(old).state.lacked_memory
        return evolve(self, ends=ends if is_often else self.ends, lacks_memory=lacks_memory)


EVERYTHING = Baseline()


def seen_running(old: Json) -> Baseline:
    """The baseline of an old container that was inspected while it ran."""
    found, state = Container(old), Container(old).state
    if state.is_restarting:
        return Baseline(networks=_networks(old), old=old, ends=frozenset({state.exit_code or 0}))
    if not state.is_running:
        return Baseline(networks=_networks(old), old=old)
    attached = (name for name, endpoint in found.networks.items() if is_attached(endpoint))
    ports = frozenset(port for port, hosts in found.ports.items() if hosts)
    lacks = state.lacked_memory
    return Baseline(ports, frozenset(attached), _networks(old), lacks_memory=lacks, old=old)


def left_stopped(old: Json, marker: Marker) -> Baseline:
    """The baseline of an old container that does not run any more, by the flags of its temporary name."""
    ports = frozenset[str]() if marker.unpublished else None
    attached = frozenset[str]() if marker.unattached else None
    return Baseline(ports, attached, None if marker.removes_itself else _networks(old), old=old)


def lost_networks(old: Json, container: Json) -> list[tuple[str, str]]:
    """The networks that an inspected container was on and its successor is not, as names and ids."""
    return _lost(_networks(old), container)


def lacks_ports(container: Json) -> bool:
    """Whether a container that runs was not given all the ports that it asks for."""
    had = seen_running(container).ports
    bindings = container["HostConfig"].get("PortBindings") or {}
    return had is not None and any(hosts and port not in had for port, hosts in bindings.items())


def lacks_networks(container: Json) -> bool:
    """Whether a container that runs has no address on one of its networks."""
    had = seen_running(container).attached
    return had is not None and not had.issuperset(name for name, _ in _networks(container))


def is_unhealthy(container: Json) -> bool:
    """Whether the health check failed as often as it may; a pause alone makes an engine say "unhealthy"."""
    health = Container(container).state.health
    allowed = (container.get("Config") or {}).get("Healthcheck") or {}
    failed = health.get("FailingStreak")
    has_failed = failed is None or failed >= (allowed.get("Retries") or _RETRIES)
    return health.get("Status") == "unhealthy" and has_failed


def is_attached(endpoint: Json) -> bool:
    """Whether a container is on a network, with an address where the network gives one."""
    return bool(endpoint.get("EndpointID")) and bool(
        endpoint.get("IPAddress") or endpoint.get("GlobalIPv6Address") or not endpoint.get("Gateway")
    )


def _has_networks(container: Json) -> bool:
    """Whether a container has networks of its own; their names may begin with `host` or `none`, too."""
    mode = container["HostConfig"]["NetworkMode"]
    return mode not in _WITHOUT_NETWORKS and not mode.startswith("container:")


def _lost(networks: Iterable[tuple[str, str]], container: Json) -> list[tuple[str, str]]:
    now = _networks(container)
    names, ids = {name for name, _ in now}, {cid for _, cid in now if cid}
    return sorted((name, cid) for name, cid in networks if name not in names and cid not in ids)


def _networks(container: Json) -> frozenset[tuple[str, str]]:
    networks = Container(container).networks
    return frozenset((name, endpoint.get("NetworkID") or "") for name, endpoint in networks.items())


def _last_run_s(old: Json) -> float:
    """Seconds that the last run of a container took; 0 where it has not ended since its start."""
    state = Container(old).state
    started, ended = datetime.fromisoformat(state.started), datetime.fromisoformat(state.finished)
    return max((ended - started).total_seconds(), 0.0)

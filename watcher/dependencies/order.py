"""Which container is updated before which, told by the rows of one list call.

A dependency is updated and proved before those that depend on it; the replicas of one Compose service go
one after another; what this program reaches the engine through goes last. Each container is told
everything that goes before it, near and far, so that the chain holds where a link of it has no update.

The rows tell what Compose noted (its label `depends_on` also holds what it derives itself from
`network_mode: service:x`, `pid`, `ipc`, `links` and `volumes_from`; 2.40), our own label, joined networks
(`HostConfig.NetworkMode`) and legacy links (the provider's `Names` have `/dependent/alias`; 20.10 to
28.5). PID and IPC namespaces and `--volumes-from` stand in an inspect only. Pure: no I/O.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from enum import StrEnum
from itertools import pairwise
from typing import Self

from watcher.model.json_object import Json
from watcher.model.labels import (
    COMPOSE_NUMBER,
    COMPOSE_PREFIX,
    COMPOSE_PROJECT,
    COMPOSE_SERVICE,
    DEPENDS_ON,
    is_one_off,
)
from watcher.model.listing import Row
from watcher.model.names import Marker, name_of
from watcher.model.values import frozen

Edges = dict[str, set[str]]

_READABLE = re.compile(r"[0-9]{1,9}")


class Condition(StrEnum):
    """What Compose waits for before it starts a dependent."""

    STARTED = "service_started"
    HEALTHY = "service_healthy"
    COMPLETED = "service_completed_successfully"


@frozen
class Dependency:
    """One reason for a container to be updated after another.

    Attributes:
        name: The name of the container that goes before.
        cause: The reason, in words for people.
        condition: What Compose would wait for.
        restart: Whether the dependent is to be restarted when the dependency was replaced.
    """

    name: str
    cause: str
    condition: Condition = Condition.STARTED
    restart: bool = False


@frozen
class Order:
    """The order of all containers; names that it does not know have nothing before them.

    Attributes:
        dependencies: What each container depends on itself, by its name.
        cycles: Containers that depend on one another in a circle: each is updated on its own.
        missing: Names in our own label that no container has, by the name of the container that bears it.
        unnumbered: The containers whose number among the replicas cannot be read, and counts as not said.
        doors: The containers that the engine is reached through.
    """

    dependencies: Mapping[str, tuple[Dependency, ...]]
    cycles: tuple[tuple[str, ...], ...]
    missing: Mapping[str, tuple[str, ...]]
    unnumbered: tuple[str, ...]
    doors: frozenset[str]
    _needs: Mapping[str, frozenset[str]]
    _before: Mapping[str, frozenset[str]]

    @classmethod
    def of(
        cls,
        rows: Iterable[Json],
        *,
        own: str = "",
        doors: Collection[str] = (),
        last: Collection[str] = (),
    ) -> Self:
        """Put containers in order.

        Args:
            rows: GET /containers/json?all=1, unfiltered: what bears no label of ours may be depended on.
            own: The name of the container that this program runs in; what it depends on goes last.
            doors: Names of containers that the engine is reached through; they go last, one after another.
            last: Names of others that go last.
        """
        by_name, ids = dict[str, Json](), dict[str, str]()
        for row in sorted(rows, key=lambda row: bool(Marker.parse(name_of(row)))):
            ids[row["Id"]] = _plain(name_of(row))
            by_name.setdefault(ids[row["Id"]], row)
        known = _known(by_name, ids)
        edges = {name: {each.name for each in known[name]} for name in by_name}
        cycles = _uncircled(edges)
        for replicas in _services(by_name).values():
            _chain(edges, replicas)
        needs = _closed(edges)
        _chain(edges, sorted(edges.keys() & {*doors}))  # one of them has to be open
        _put_last(edges, {*doors, *last}, own)
        before = _closed(edges)
        missing = {name: absent for name, row in by_name.items() if (absent := _absent(row, by_name))}
        unnumbered = tuple(sorted(name for name, row in by_name.items() if _number(row) is None))
        return cls(known, cycles, missing, unnumbered, frozenset(doors) & by_name.keys(), needs, before)

    def before(self, name: str) -> frozenset[str]:
        """The predecessors of a container: a predecessor with an update is updated and proved before it."""
        return self._before.get(name, frozenset())

    def needs(self, name: str) -> frozenset[str]:
        """The real dependencies of a container, whose failure blocks it; not what is only put before it."""
        return self._needs.get(name, frozenset())

    def sorted(self, names: Iterable[str]) -> tuple[str, ...]:
        """Names, predecessors first; the order is the same each time."""
        # A container that goes before another has strictly fewer before itself.
        return tuple(sorted(names, key=lambda name: (len(self.before(name)), name)))

    def restarted_with(self, name: str) -> tuple[str, ...]:
        """The dependents that are restarted after a container was replaced, each after its dependencies.

        They are the dependents that ask for it (Compose's `restart: true`), and the dependents of these that
        do so: a container that shares the network of a restarted one is left without a network.
        """
        found, fresh = set[str](), {name}
        while fresh:
            near = {far for each in fresh for far in self._dependents(each, lambda on: on.restart)}
            fresh = near - found - {name}
            found |= fresh
        return self.sorted(found)

    def is_awaited(self, name: str) -> bool:
        """Whether a container is a job for whose successful end others wait."""
        return bool(self._dependents(name, lambda each: each.condition is Condition.COMPLETED))

    def _dependents(self, name: str, wanted: Callable[[Dependency], bool]) -> tuple[str, ...]:
        return tuple(
            sorted(
                dependent
                for dependent, all_of_it in self.dependencies.items()
                if any(each.name == name and wanted(each) for each in all_of_it)
            )
        )


def _plain(name: str) -> str:
    """A container's own name: in the middle of an update nobody has it for a moment."""
    marker = Marker.parse(name)
    return marker.name if marker else name


def _known(by_name: dict[str, Json], ids: dict[str, str]) -> dict[str, tuple[Dependency, ...]]:
    services = _services(by_name)
    linking = _linking(by_name)
    return {
        name: tuple(
            each
            for each in (
                *_noted_by_compose(Row(row).labels, services),
                *(Dependency(other, DEPENDS_ON) for other in _listed(row)),
                *_joined(row, ids),
                *linking.get(name, ()),
            )
            if each.name in by_name
        )
        for name, row in by_name.items()
    }


def _noted_by_compose(
    labels: Mapping[str, str], services: dict[tuple[str, str], list[str]]
) -> Iterator[Dependency]:
    """Read `db:service_healthy:true,cache:service_started:false`; older versions of Compose wrote less."""
    project, text = labels.get(COMPOSE_PROJECT, ""), labels.get(f"{COMPOSE_PREFIX}depends_on", "")
    if is_one_off(labels):
        return
    for entry in filter(None, text.split(",")):
        service, condition, restart, *_ = [*entry.split(":"), "", ""]
        for name in services.get((project, service), ()):
            is_restarted = restart == "true"
            cause = f"depends_on {service}" + (f" ({condition})" if condition else "")
            cause += ", restart: true" if is_restarted else ""
            yield Dependency(name, cause, _condition(condition), is_restarted)


def _condition(text: str) -> Condition:
    return Condition(text) if text in {*Condition} else Condition.STARTED


def _joined(row: Json, ids: dict[str, str]) -> Iterator[Dependency]:
    kind, _, provider = Row(row).network_mode.partition(":")
    if kind == "container" and provider in ids:
        cause = f"shares the network of {ids[provider]}"
        yield Dependency(ids[provider], cause, restart=not is_one_off(Row(row).labels))


def _linking(by_name: dict[str, Json]) -> dict[str, list[Dependency]]:
    """The dependencies by legacy links, by the name of the container that links."""
    found: dict[str, list[Dependency]] = {}
    for name, row in by_name.items():
        for dependent, alias in Row(row).links:
            found.setdefault(_plain(dependent), []).append(Dependency(name, f"links to it as {alias}"))
    return found


def _services(by_name: dict[str, Json]) -> dict[tuple[str, str], list[str]]:
    """The containers of each Compose service, by project and service, in the order of their numbers."""
    found: dict[tuple[str, str], list[str]] = {}
    for name in sorted(by_name, key=lambda name: (_number(by_name[name]) or 0, name)):
        labels = Row(by_name[name]).labels
        project, service = (labels.get(key, "") for key in (COMPOSE_PROJECT, COMPOSE_SERVICE))
        if service and not is_one_off(labels):
            found.setdefault((project, service), []).append(name)
    return found


def _number(row: Json) -> int | None:
    """A container's number among the replicas; None where it cannot be read, which counts as not said."""
    text = Row(row).labels.get(COMPOSE_NUMBER) or "0"
    return int(text) if _READABLE.fullmatch(text) else None


def _listed(row: Json) -> list[str]:
    """The names in our own label; whether they are names is for `settings` to say."""
    return [name for part in Row(row).labels.get(DEPENDS_ON, "").split(",") if (name := part.strip())]


def _absent(row: Json, by_name: dict[str, Json]) -> tuple[str, ...]:
    return tuple(name for name in _listed(row) if name not in by_name)


def _reach(edges: Edges, start: str) -> set[str]:
    """All that a name depends on, near and far; itself only where it is in a circle."""
    found, fresh = set[str](), set(edges[start])
    while fresh:
        found |= fresh
        fresh = {far for near in fresh for far in edges[near]} - found
    return found


def _closed(edges: Edges) -> dict[str, frozenset[str]]:
    return {name: frozenset(_reach(edges, name)) for name in edges}


def _uncircled(edges: Edges) -> tuple[tuple[str, ...], ...]:
    """Find the circles, and drop every edge inside one."""
    reach = {name: _reach(edges, name) for name in edges}
    circles = {
        name: frozenset(other for other in reach[name] if name in reach[other])
        for name in edges
        if name in reach[name]
    }
    for name, circle in circles.items():
        edges[name] -= circle
    return tuple(sorted({tuple(sorted(circle)) for circle in circles.values()}))


def _chain(edges: Edges, members: list[str]) -> None:
    """Let replicas go one after another: by what they depend on among themselves, then by their numbers."""
    group = sorted(members, key=lambda name: len(_reach(edges, name) & set(members)))
    # A container that depends on another of them reaches more of them, so this closes no circle.
    for first, second in pairwise(group):
        edges[second].add(first)


def _put_last(edges: Edges, names: Collection[str], own: str) -> None:
    """Have containers go after all others that do not depend on them."""
    ours = _reach(edges, own) | {own} if own in edges else set[str]()
    last = edges.keys() & (ours | {*names})
    late = last | {name for name in edges if _reach(edges, name) & last}
    for name in last:
        edges[name] |= edges.keys() - late
    if own in edges:  # its update ends whatever is under way
        edges[own] |= {name for name in edges if own not in _reach(edges, name)} - {own}

"""The dependents of a container, which hold on to its id and so must be made anew when it is replaced.

The engine resolves `container:NAME` and a legacy link to an id when it creates a container (20.10 to
28.5). When the provider is replaced, a dependent of its network runs on with `lo` alone, a dependent of
its processes is dead, no dependent starts again, and a dependent by a link can be neither restarted nor
entered (`docker exec`). A container that only gave its volumes (`--volumes-from`) is not needed any more:
the volumes are attached, and stay so. Pure: no I/O.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from enum import Enum, StrEnum

from watcher.model.inspection import Container
from watcher.model.json_object import Json
from watcher.model.names import Marker
from watcher.model.values import frozen

TieToId = tuple["TieKind", str]

# Elsewhere a link is no more than a name in DNS, which follows the name.
_LINKING = ("", "default", "bridge")


class TieKind(StrEnum):
    """What of its provider a dependent shares; the value is what is shown of it."""

    NETWORK = "shares the network of"
    PID = "shares the processes of"
    IPC = "shares the memory (IPC) of"
    LINK = "links to"


_MODES = {"NetworkMode": TieKind.NETWORK, "PidMode": TieKind.PID, "IpcMode": TieKind.IPC}


class Way(Enum):
    """Where the open update of a dependent goes, as the names of its providers say."""

    OWN = "it holds on to nobody who is replaced: its own names decide"
    FORWARD = "the provider's successor has the name, and the old one is still set aside"
    BACK = "the provider was undone, or is being undone"
    ANEW = "the provider was undone and made anew, and what the dependent holds on to is set aside"
    COMMITTED = "the provider's old one is gone for good"


@frozen
class Tie:
    """What ties a dependent to one provider.

    Attributes:
        kind: What of the provider the dependent shares.
        provider: The provider's name.
    """

    kind: TieKind
    provider: str

    def __str__(self) -> str:
        return f"{self.kind} {self.provider}"


@frozen
class Dependent:
    """A container that holds on to another, directly or through a third one.

    Attributes:
        container: The dependent, as inspected.
        ties: The dependent's ties to those providers that are replaced, in the order of `TieKind`.
    """

    container: Json
    ties: tuple[Tie, ...]

    @property
    def name(self) -> str:
        """The dependent's name, without the engine's slash."""
        return _name(self.container)

    @property
    def clause(self) -> str:
        """What the dependent shares of whom, as a clause without its name."""
        return " and ".join(map(str, self.ties))

    def __str__(self) -> str:
        return f"{self.name} {self.clause}"


def dependents(provider: str, containers: Iterable[Json]) -> tuple[Dependent, ...]:
    """Find the dependents that must be made anew when their provider is: each comes after its own providers.

    Args:
        provider: The container's full id.
        containers: Inspects of all containers; those with temporary names do not count.
    """
    known = {each["Id"]: each for each in containers if not Marker.parse(_name(each))}
    ties_by_id = {cid: _ties_to_ids(each, known) for cid, each in known.items()}
    found = _reached(provider, ties_by_id) - {provider}
    return tuple(
        Dependent(known[cid], tuple(_named(ties_by_id[cid], found | {provider}, known)))
        for cid in _sorted(found, ties_by_id, known)
    )


def references(container: Json) -> tuple[tuple[TieKind, str], ...]:
    """The ties of a container, each with its provider as the engine says it: an id, or a link's name."""
    host = container.get("HostConfig") or {}
    found = [
        (kind, mode.removeprefix("container:"))
        for key, kind in _MODES.items()
        if (mode := host.get(key) or "").startswith("container:")
    ]
    if (host.get("NetworkMode") or "") in _LINKING:
        found += [(TieKind.LINK, link_of(entry)[0]) for entry in host.get("Links") or ()]
    return tuple(dict.fromkeys(found))


def link_of(entry: str) -> tuple[str, str]:
    """The provider's name or id and the alias, of a legacy link `/name:/own name/alias`."""
    provider, _, alias = entry.partition(":")
    return provider.lstrip("/"), alias.rpartition("/")[2]


def way(old: Json, new: Json | None, names: Mapping[str, str]) -> Way:
    """Tell where the open update of a dependent goes; its provider's comes to its end before it.

    Args:
        old: The old container, or its spare, as inspected.
        new: Its successor; None where there is none.
        names: The names of all containers by their ids, temporary ones included.
    """
    before, after = providers(old, names), providers(new, names) if new else set[str]()
    if not after.issuperset(made_anew(old, names).values()):
        return Way.ANEW
    if new is None:
        return Way.OWN
    lost, gained = before - after, after - before
    if not lost and not gained:
        return Way.OWN
    aside = {cid for cid in lost | gained if Marker.parse(names.get(cid, ""))}
    fallen = aside | {cid for cid in lost | gained if cid not in names}
    # The engine forgets a link whose provider is gone, so what was lost speaks as well.
    if gained & fallen or (lost and not lost & fallen):
        return Way.BACK
    return Way.FORWARD if lost & aside else Way.COMMITTED


def made_anew(container: Json, names: Mapping[str, str]) -> dict[str, str]:
    """The providers of a container that are set aside for good, each with the id of what has its place.

    Such a provider is an old container that the engine cannot start any more: its name says that it was made
    anew.
    """
    ids, found = {name: cid for cid, name in names.items()}, dict[str, str]()
    for cid in providers(container, names):
        aside = Marker.parse(names.get(cid, ""))
        holder = ids.get(aside.name, "") if aside and aside.kind == "old" and aside.back else ""
        if aside and holder.startswith(aside.other):
            found[cid] = holder
    return found


def providers(container: Json, names: Mapping[str, str]) -> set[str]:
    """The ids of a container's providers; `names` are the names of all containers by their ids."""
    ids = {name: cid for cid, name in names.items()}
    return {ids.get(text, text) for _, text in references(container)}


def _ties_to_ids(container: Json, known: dict[str, Json]) -> list[TieToId]:
    """The ties of a container by the ids of its providers; a tie whose provider is gone is left out."""
    found = [(kind, _resolved(text, known)) for kind, text in references(container)]
    return [(kind, cid) for kind, cid in found if cid]


def _resolved(text: str, known: dict[str, Json]) -> str:
    """The id that a name or an id means; a link names its provider by the provider's present name."""
    if text in known:
        return text
    return next((cid for cid, each in known.items() if _name(each) == text), "")


def _reached(provider: str, ties_by_id: dict[str, list[TieToId]]) -> set[str]:
    found, fresh = {provider}, {provider}
    while fresh:
        fresh = {cid for cid, ties in ties_by_id.items() if fresh & {each for _, each in ties}} - found
        found |= fresh
    return found


def _sorted(found: set[str], ties_by_id: dict[str, list[TieToId]], known: dict[str, Json]) -> list[str]:
    """Providers first, else by name; the engine makes no circles; a circle would be cut, not waited for."""
    rest, result = sorted(found, key=lambda cid: _name(known[cid])), list[str]()
    while rest:
        ready = next((cid for cid in rest if not {each for _, each in ties_by_id[cid]} & set(rest)), rest[0])
        rest.remove(ready)
        result.append(ready)
    return result


def _named(ties: list[TieToId], replaced: Collection[str], known: dict[str, Json]) -> Iterator[Tie]:
    return (Tie(kind, _name(known[cid])) for kind, cid in ties if cid in replaced)


def _name(container: Json) -> str:
    return Container(container).name

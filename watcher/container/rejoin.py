"""Puts a successor back on a network that another updater took it off.

Another updater does so for a moment where the successor has an address that belongs to a container of that
updater's (`startup`). That updater puts the successor back itself, but where it was killed or the engine
refused. A successor that a person takes off a network stays off it: at that moment no other updater was at
work on a container with an address of its own there.
"""

import asyncio
from collections.abc import Iterable, Iterator

from watcher.container.baseline import lost_networks
from watcher.container.readiness import Meddled
from watcher.container.recreate.endpoints import endpoints
from watcher.dependencies.addresses import needs
from watcher.engine.client import Engine
from watcher.model.errors import EngineError, NotFound
from watcher.model.inspection import Container, attributes_of, moment_of
from watcher.model.json_object import Json
from watcher.model.names import Marker
from watcher.model.signs_of_life import LEASE_S, SILENCE_S
from watcher.model.values import frozen


class CutOff(Meddled):
    """Another updater took a successor off a network, and the engine refuses to put it back.

    Attributes:
        network: The network's name.
    """

    def __init__(self, network: str, error: EngineError) -> None:
        super().__init__(
            f"another updater took it off the network {network}, and it could not be put back: {error}"
        )
        self.network = network


@frozen
class TakenOff:
    """A container was taken off a network while other updaters were at work.

    Attributes:
        at: When, by the engine's clock.
        beside: The names, and the ids, of the containers that they were at work on.
    """

    at: float
    beside: frozenset[str]


async def put_back(engine: Engine, cid: str, old: Json) -> bool:
    """Put a successor back on the networks of its old container that other updaters took it off.

    Args:
        engine: Where it is.
        cid: Its id.
        old: Its old container, as inspected.

    Returns:
        Whether the successor was off one of them for that reason, and is on all of them now.

    Raises:
        CutOff: The engine refuses to put it back.
    """
    is_back = False
    for name, network in lost_networks(old, await engine.container(cid)):
        if found := await _taken_off(engine, cid, name, network):
            # For so long the other updater may be about to put it back itself.
            await asyncio.sleep(max(found.at + LEASE_S - await engine.now(), 0.0))
            await _join(engine, cid, old, name)
            is_back = True
    return is_back


async def _join(engine: Engine, cid: str, old: Json, name: str) -> None:
    if name in Container(await engine.container(cid)).networks:
        return
    try:
        await engine.connect(name, cid, endpoints(old, engine.api).get(name) or {})
    except EngineError as error:
        raise CutOff(name, error) from error


async def _taken_off(engine: Engine, cid: str, name: str, network: str) -> TakenOff | None:
    past = await engine.past_events(await engine.now(), type=["container", "network"])
    found = taken_off(past, cid, network, engine.owner)
    for other in found.beside if found else ():
        try:
            own = needs([await engine.container(other)]).own_addresses
        except NotFound:
            continue
        if {name, network} & {on for _, on in own}:
            return found
    return None


def taken_off(past: list[Json], cid: str, network: str, owner: str) -> TakenOff | None:
    """When a container was taken off a network last, and who else was at work then.

    Args:
        past: The engine's events of containers and networks, oldest first.
        cid: The container's id.
        network: The network's id.
        owner: The owner whose update asks; its own signs count for nothing.
    """
    moments = [moment_of(event) for event in past if _is_of(event, cid, network)]
    if not moments:
        return None
    signs = _signs(past, owner)
    near = [names for at, *names in signs if abs(at - moments[-1]) <= SILENCE_S]
    return TakenOff(moments[-1], frozenset(name for names in near for name in names))


def _is_of(event: Json, cid: str, network: str) -> bool:
    is_disconnect = (event["Type"], event["Action"]) == ("network", "disconnect")
    return is_disconnect and (event["Actor"]["ID"], attributes_of(event).get("container")) == (network, cid)


def _signs(past: Iterable[Json], owner: str) -> Iterator[tuple[float, str, str]]:
    """The signs of other updaters: when, and the name of the container that one is at work on, and an id."""
    for event in past:
        marker = Marker.parse(attributes_of(event).get("name") or "")
        if event["Type"] == "container" and marker and marker.owner != owner:
            yield moment_of(event), marker.name, event["Actor"]["ID"]

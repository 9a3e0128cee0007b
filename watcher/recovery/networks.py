"""Makes networks that a prune took during an update again with their own options, and joins them.

The engine removes no network that a running container is on: only the update made the removal possible.

A stopped container keeps the id of its network, and is not started on another one of the same name until it
has been disconnected, by name, and connected anew (20.10 to 28.5).
"""

import contextlib
from collections.abc import Sequence

from watcher.container.recreate import is_made_by_user, network_body
from watcher.engine.client import Engine
from watcher.host.notes import Note, Noted
from watcher.model.errors import NotFound
from watcher.model.inspection import Container
from watcher.model.json_object import Json
from watcher.recovery.pruned import Fate, fate

_WHO = {Fate.PRUNED: "a prune", Fate.FORGOTTEN: "a prune", Fate.REMOVED: "somebody"}


async def bodies(engine: Engine, containers: Sequence[Json]) -> dict[str, Json]:
    """The requests that make the networks of inspected containers again, by the ids of the networks."""
    ends = [end for each in containers for end in Container(each).networks.values()]
    found = dict[str, Json]()
    for network in sorted({str(end["NetworkID"]) for end in ends if end.get("NetworkID")}):
        with contextlib.suppress(NotFound):
            inspected = await engine.network(network)
            if is_made_by_user(inspected):
                found[network] = network_body(inspected)
    return found


async def mended(engine: Engine, note: Note, gone: str, parts: Sequence[Noted]) -> str:
    """Make a network anew that went, and have the containers of an update join it.

    Args:
        engine: Where it was.
        note: What makes it anew.
        gone: The id of the network.
        parts: The containers that are there, or are about to be; where none is on it, no network is made.

    Returns:
        What happened, for people, or empty.
    """
    body = note.networks[gone]
    if not any({gone, body["Name"]} & _ends(part).keys() for part in parts) or await _is_here(engine, gone):
        return ""
    who = _WHO.get(await fate(engine, "network", gone, note.since))
    if who is None:
        return ""
    is_new = not await _is_here(engine, body["Name"])
    if is_new:
        await engine.create_network(body)
    joined = [await _rejoined(engine, part, gone, body["Name"]) for part in parts]
    return f"{who} removed the network {body['Name']}: it was made again" if is_new or any(joined) else ""


async def _is_here(engine: Engine, network: str) -> bool:
    try:
        await engine.network(network)
    except NotFound:
        return False
    return True


async def _rejoined(engine: Engine, part: Noted, gone: str, name: str) -> bool:
    """Move a part's containers from a network that is gone to the network that has its name now.

    A container on neither network left the first one in an attempt that was cut short.
    """
    is_moved, ends = False, _ends(part)
    for cid in (*part.ids, part.new):
        with contextlib.suppress(NotFound):
            container = await engine.container(cid)
            end = Container(container).networks.get(name)
            is_stale = end and end.get("NetworkID") == gone and not Container(container).is_running
            if is_stale:
                await engine.disconnect(name, cid)
            if is_stale or (end is None and name in ends):
                await engine.connect(name, cid, ends.get(name) or {})
                is_moved = True
    return is_moved


def _ends(part: Noted) -> Json:
    """The endpoints that a part has by its note, by the names or ids of their networks."""
    payload = (part.back or part.on).payload
    return dict(payload.body["NetworkingConfig"]["EndpointsConfig"] | payload.connect)

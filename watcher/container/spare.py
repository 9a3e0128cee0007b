"""The spare: what the update of a container that removes itself when it stops (`--rm`) can go back to.

The spare is the old container once more: same options, same image by its id, same volumes by their
names, but never started and not removing itself. It keeps the volumes and the image alive while nothing
else does, also through a restart of the engine, which removes every `--rm` container that is not
running, the prepared successor too (20.10 to 28.5). An engine that is killed while it creates the spare may
keep it without its networks (20.10), and a spare that is connected to them afterwards may lack some: a label
says what they are.
"""

import json
from collections.abc import Mapping
from types import MappingProxyType

from watcher.container import successor
from watcher.container.recreate import Payload
from watcher.container.recreate.endpoints import primary
from watcher.container.successor import Draft
from watcher.engine.client import Engine
from watcher.model.inspection import Container, on_networks, reference_of, with_mac_address
from watcher.model.json_object import Json
from watcher.model.labels import REFERENCE, SPARE_NETWORKS, SPARE_OF
from watcher.model.names import Marker

_NONE: Mapping[str, str] = MappingProxyType({})
_OF_SPARE = (SPARE_OF, SPARE_NETWORKS)


async def create(engine: Engine, old: Json, name: str) -> str:
    """Create the spare of a container that still runs; returns its id."""
    return str((await successor.create(engine, name, await drafted(engine, old)))["Id"])


async def drafted(engine: Engine, old: Json, *, files: bytes | None = None) -> Draft:
    """Draft the spare of a container that still runs; `files` are those that were put into it, if known."""
    return as_spare(await _like(engine, old, files), old)


def as_spare(made: Draft, old: Json) -> Draft:
    """Turn a draft of the old container into one of its spare, which stays and says whose it is."""
    networks = json.dumps(_networks(made.payload, old), separators=(",", ":"))
    labels = {SPARE_OF: old["Id"], REFERENCE: reference_of(old), SPARE_NETWORKS: networks}
    return _altered(made, labels, removes_itself=False)


async def made_anew(engine: Engine, spare: Json, marker: Marker, renewed: Mapping[str, str]) -> str:
    """Create the old container anew from its spare, under the temporary name of a successor.

    The new container is created from the image's id, for its tag may mean another image by now; a label
    remembers the tag that it follows.

    Args:
        engine: Where they are.
        spare: The spare, as inspected.
        marker: A temporary name of the way back.
        renewed: The ids of its providers that were made anew, by those that it holds on to.

    Returns:
        The id of the new container.
    """
    whole = _whole(spare)
    draft, labels = await _like(engine, whole, successors=renewed), {REFERENCE: reference_of(whole)}
    made = _altered(draft, labels, removes_itself=True)
    return str((await successor.create(engine, str(marker.of_new(spare["Id"])), made))["Id"])


async def _like(
    engine: Engine,
    container: Json,
    files: bytes | None = None,
    successors: Mapping[str, str] = _NONE,
) -> Draft:
    image = await engine.image(container["Image"])
    made = await successor.draft(engine, container, image, image, successors, files=files)
    made.payload.body["Image"] = container["Image"]
    return made


def _networks(payload: Payload, old: Json) -> dict[str, Json]:
    """What is asked of each network, and its id, as an inspect of the spare says it."""
    asked = ((payload.body.get("NetworkingConfig") or {}).get("EndpointsConfig") or {}) | payload.connect
    known = Container(old).networks
    ids = {name: known.get(name, {}).get("NetworkID", "") for name in payload.networks}
    return {name: {**(asked.get(name) or {}), "NetworkID": ids[name]} for name in sorted(payload.networks)}


def _whole(spare: Json) -> Json:
    """An inspected spare with the networks that it was to have, where it lacks some."""
    asked, own = _asked(spare), Container(spare).networks
    if asked is None:
        return spare
    whole = on_networks(spare, {name: own.get(name, endpoint) for name, endpoint in asked.items()})
    first = primary(whole)
    if first in own or not (mac := asked.get(first, {}).get("MacAddress")):
        return whole
    # `Config.MacAddress` holds the first network's hardware address only while the container is on it (28.5).
    return with_mac_address(whole, mac)


def _asked(spare: Json) -> dict[str, Json] | None:
    """What is asked of each network of a spare; None where no label says it, as of an older version."""
    try:
        asked = json.loads(Container(spare).labels.get(SPARE_NETWORKS, ""))
    except ValueError:
        return None
    is_ours = isinstance(asked, dict) and all(isinstance(each, dict) for each in asked.values())
    return asked if is_ours else None


def _altered(made: Draft, labels: dict[str, str], *, removes_itself: bool) -> Draft:
    body = made.payload.body
    body["HostConfig"]["AutoRemove"] = removes_itself
    own = {key: value for key, value in (body.get("Labels") or {}).items() if key not in _OF_SPARE}
    body["Labels"] = own | labels
    return made

"""Makes the successor of a container: created, on all its networks, with the files that were put in.

Nothing of the old container is touched. What fails here fails while the old one serves.
"""

from collections.abc import Awaitable, Mapping
from types import MappingProxyType

from watcher.container.injected_files import PutIn, put_in
from watcher.container.recreate import Payload, refuse, replacement, stamped, volume_sources
from watcher.container.recreate.endpoints import endpoints
from watcher.engine.client import Engine
from watcher.engine.images import known_image
from watcher.model.errors import EngineError, NotFound
from watcher.model.inspection import Container, platform_manifests, reference_of
from watcher.model.json_object import Json
from watcher.model.labels import LEFT, REFERENCE
from watcher.model.names import short
from watcher.model.values import frozen


class Moved(EngineError):
    """The tag was moved between the look at its image and the creation of the container."""


class Contended(Moved):
    """Another updater is at work on the container, or has replaced it."""


@frozen
class Draft:
    """What a container is to be created from: all of it is read before anything is changed.

    Attributes:
        payload: What to create.
        image: The id of the image that it must get.
        files: A tar of the files that Compose had put into the old container, or empty.
        doubts: A line each for what may have been put into it, and could not be told.
    """

    payload: Payload
    image: str
    files: bytes
    doubts: tuple[str, ...] = ()


_NONE: Mapping[str, str] = MappingProxyType({})


async def draft(  # noqa: PLR0913 - one value per thing that must have been read
    engine: Engine,
    container: Json,
    new_image: Json,
    old_image: Json | None,
    successors: Mapping[str, str] = _NONE,
    *,
    files: bytes | None = None,
    noted: Mapping[str, str] | None = None,
) -> Draft:
    """Read what the old container, which still runs, says, and write the payload.

    Args:
        engine: Where it is.
        container: As inspected.
        new_image: The image that it is to have, as inspected.
        old_image: The image that it has; None where nobody knows it any more.
        successors: New ids of the containers that are replaced with it, by their old ids and their names.
        files: The files that were put into it, where they were read already.
        noted: The files that were in it before its process ran, where a daemon saw them; no other is taken.

    Raises:
        Refused: Something cannot be carried over, or the container is not ours.
    """
    refuse(container, api=engine.api)
    named = volume_sources(container)
    sources = {name: source for name in named if (source := await _known(engine.container(name)))}
    payload = replacement(
        container,
        old_image=old_image,
        new_image=new_image,
        api=engine.api,
        host_name=await _host_name(engine, container),
        host_platform=engine.platform,
        sources=sources,
        successors=successors,
        new_manifest=_manifest(container, new_image),
    )
    payload.body["Image"] = reference_of(container)
    for label in (REFERENCE, *([LEFT] if new_image["Id"] != container["Image"] else [])):
        (payload.body.get("Labels") or {}).pop(label, None)
    found = await put_in(engine, container, noted) if files is None else PutIn(files)
    return Draft(payload, new_image["Id"], found.files, found.doubts)


async def same(
    engine: Engine,
    container: Json,
    successors: Mapping[str, str] = _NONE,
    *,
    files: bytes | None = None,
    noted: Mapping[str, str] | None = None,
) -> Draft:
    """Draft a container once more, on the image that it has, whatever its tag means by now.

    Raises:
        NotFound: The engine has that image no more.
        Refused: Something cannot be carried over, or the container is not ours.
    """
    image = await engine.image(container["Image"])
    made = await draft(engine, container, image, image, successors, files=files, noted=noted)
    meant = await known_image(engine, reference_of(container))
    if meant is None or meant["Id"] != image["Id"]:
        pin(made, container)
    return made


def pin(made: Draft, container: Json) -> None:
    """Have a draft name the container's image by its id; a label remembers the tag that is followed."""
    body = made.payload.body
    body["Image"] = container["Image"]
    body["Labels"] = (body.get("Labels") or {}) | {REFERENCE: reference_of(container)}


def go_back(made: Draft, container: Json, left: str) -> None:
    """Have a draft name its image by its id, though the tag that is followed from then on means another.

    Args:
        made: The draft.
        container: The old container, as inspected.
        left: The id of the image that is not to be taken again by itself.
    """
    made.payload.body["Image"] = made.image
    _labelled(made, {REFERENCE: reference_of(container), LEFT: left})


def go_forth(made: Draft) -> None:
    """Have a draft say that a person went back, and to the very image that the tag means: nothing is held.

    A run that finds such a rollback cut short knows it by its label, and does not undo it by going back.
    """
    _labelled(made, {LEFT: made.image})


def _labelled(made: Draft, labels: dict[str, str]) -> None:
    made.payload.body["Labels"] = (made.payload.body.get("Labels") or {}) | labels


async def create(engine: Engine, name: str, made: Draft) -> Json:
    """Create a container from a draft, and inspect it.

    Raises:
        Moved: The container got another image than it was drafted for; it is removed again.
    """
    cid = await engine.create(name, made.payload.body, made.payload.platform)
    try:
        new = await engine.container(cid)
        if new["Image"] != made.image:
            raise Moved(f"{new['Config']['Image']} moved on to {short(new['Image'])} meanwhile")
        await _attach(engine, new, made.payload)
        if made.files:
            await engine.put_archive(cid, "/", stamped(made.files, new["Created"]))
    except EngineError:
        await engine.remove(cid, with_own_volumes=True)
        raise
    return new


async def put_on_networks_of(engine: Engine, old: Json, new: Json) -> None:
    """Put a successor that was never started on exactly the networks that its old container is on.

    Args:
        engine: Where they are.
        old: The old container, as inspected; it may have been stopped.
        new: The successor, likewise, whose creation may have been cut short.

    Raises:
        EngineError: The engine refused.
    """
    before, now = Container(old).networks, Container(new).networks
    for network in now.keys() - before.keys():
        await engine.disconnect(network, new["Id"])
    for network, endpoint in endpoints(old, engine.api).items():
        if network not in now:
            await engine.connect(network, new["Id"], endpoint)


async def _host_name(engine: Engine, container: Json) -> str:
    """The name of the engine's host, where the container may have it for its own; `/info` is a slow call."""
    return str((await engine.info())["Name"]) if container["HostConfig"]["NetworkMode"] == "host" else ""


async def _attach(engine: Engine, new: Json, payload: Payload) -> None:
    for network in set(Container(new).networks) - payload.networks:
        await engine.disconnect(network, new["Id"])
    for network, endpoint in payload.connect.items():
        await engine.connect(network, new["Id"], endpoint)


def _manifest(container: Json, new_image: Json) -> str:
    """The digest of the new image's manifest for the container's platform, where the engine tells."""
    platform = (container.get("ImageManifestDescriptor") or {}).get("platform")
    for row in new_image.get("Manifests") or []:
        if row["ID"] in platform_manifests(new_image) and row["ImageData"].get("Platform") == platform:
            return str(row["ID"])
    return ""


async def _known(reading: Awaitable[Json]) -> Json | None:
    try:
        return await reading
    except NotFound:
        return None

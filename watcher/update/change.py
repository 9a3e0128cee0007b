"""From which image to which a container's update leads, as events tell it."""

from attrs import evolve

from watcher.check import facts
from watcher.check.judgement import Assessment, assessed
from watcher.check.releases import own_address, releases_of
from watcher.engine.client import Engine
from watcher.engine.images import known_image
from watcher.model.errors import EngineError, NotFound
from watcher.model.inspection import reference_of
from watcher.model.json_object import Json
from watcher.model.reference import readable
from watcher.model.release import link, release_of
from watcher.model.update_events import Change
from watcher.recovery.reading import outline
from watcher.recovery.state import Scene


def change_of(found: Assessment) -> Change:
    """The update that a container has, or would have."""
    verdict, image, releases = found.verdict, found.image, releases_of(found)
    is_here = image is not None and image["Id"] == verdict.target
    return Change(
        container=found.name,
        image=reference_of(found.container),
        old=verdict.running,
        new=verdict.target,
        digest=verdict.digest or (_digest(image, reference_of(found.container)) if is_here else ""),
        old_version=releases.running.version,
        new_version=releases.target.version,
        link=releases.link,
    )


async def change_now(engine: Engine, name: str) -> Change:
    """The change of a container that nobody has judged: the image that it runs, and no new one."""
    try:
        known = await change_of_scene(engine, name, (await outline(engine)).scenes.get(name))
        return known if known.image else change_of(await _assessed(engine, name))
    except EngineError:
        return Change(name)


async def change_of_scene(engine: Engine, name: str, scene: Scene | None) -> Change:
    """The change of an open update; what only a container that is gone could tell is empty."""
    old, new = [await _container(engine, cid) for cid in scene.pair] if scene else (None, None)
    known = new or old
    if known is None:
        return Change(name)
    reference, image = reference_of(known), await _image(engine, new)
    running, target = release_of(await _image(engine, old)), release_of(image)
    return Change(
        container=name,
        image=reference,
        old=old["Image"] if old else "",
        new=new["Image"] if new else "",
        digest=_digest(image, reference),
        old_version=running.version,
        new_version=target.version,
        link=link(running, target, own_address(known)),
    )


async def _assessed(engine: Engine, name: str) -> Assessment:
    container = await engine.container(name)
    known = await facts.here(engine, container)
    return assessed(evolve(known, running=await _image(engine, container)))


async def _image(engine: Engine, container: Json | None) -> Json | None:
    return await known_image(engine, container["Image"]) if container else None


async def _container(engine: Engine, cid: str) -> Json | None:
    try:
        return await engine.container(cid) if cid else None
    except NotFound:
        return None


def _digest(image: Json | None, reference: str) -> str:
    """The digest by which the repository of a reference knows an image; empty where it does not."""
    texts = (image or {}).get("RepoDigests") or []
    followed = readable(reference)
    known = (ref for text in texts if (ref := readable(text)))
    return next((ref.digest for ref in known if followed and ref.repository == followed.repository), "")

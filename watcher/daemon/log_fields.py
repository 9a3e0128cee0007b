"""What every line about an update tells: of which container and tag, from which image to which."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog

from watcher.check import facts
from watcher.check.judgement import Assessment, assessed
from watcher.engine.client import Engine, Json
from watcher.engine.images import known_image
from watcher.model.errors import EngineError, NotFound, RolledBack, UpdateFailed, WatcherError
from watcher.model.inspection import reference_of
from watcher.model.names import short
from watcher.model.reference import readable
from watcher.recovery.reading import outline

_log = structlog.get_logger()


def about(found: Assessment) -> dict[str, str]:
    """The keys of a line about the update that a container has, or would have."""
    verdict, image = found.verdict, found.image
    is_here = image is not None and image["Id"] == verdict.target
    return {
        "container": found.name,
        "image": reference_of(found.container),
        "old": short(verdict.running),
        "new": short(verdict.target),
        "digest": verdict.digest or (_digest(image, reference_of(found.container)) if is_here else ""),
    }


async def about_now(engine: Engine, name: str) -> dict[str, str]:
    """The same of a container of which nobody has looked whether it has an update, or one that is open."""
    try:
        known = await about_open(engine, name)
        return known if len(known) > 1 else about(await _assessed(engine, name))
    except EngineError:
        return {"container": name}


async def about_open(engine: Engine, name: str) -> dict[str, str]:
    """The same of an update that is open; of what is gone already there is nothing to say."""
    scene = (await outline(engine)).scenes.get(name)
    old, new = [await _container(engine, cid) for cid in scene.pair] if scene else (None, None)
    known = new or old
    if known is None:
        return {"container": name}
    reference = reference_of(known)
    return {
        "container": name,
        "image": reference,
        "old": short(old["Image"]) if old else "",
        "new": short(new["Image"]) if new else "",
        "digest": _digest(await known_image(engine, new["Image"]), reference) if new else "",
    }


def say_waiting(known: dict[str, str], _: str, seconds: float) -> None:
    """Say for how long an update waits for another updater; `known` is what `about` gives, here and below."""
    until = datetime.now().astimezone() + timedelta(seconds=seconds)
    _log.info("update waits for another updater", **known, until=until.isoformat(timespec="seconds"))


def say_doubts(known: dict[str, str], lines: Iterable[str]) -> None:
    """Say what a person should know of an update that went well."""
    for line in lines:
        _log.warning("container updated with a doubt", **known, doubt=line)


def say_failed(known: dict[str, str], error: WatcherError, again_in_s: float | None) -> None:
    """Say what went wrong, and when it is tried again; None is not before something changes."""
    level = _log.error if isinstance(error, UpdateFailed | EngineError) else _log.warning
    event = "update rolled back" if isinstance(error, RolledBack) else "container not updated"
    level(event, **known, why=str(error), again_in_s=again_in_s)


async def _assessed(engine: Engine, name: str) -> Assessment:
    return assessed(await facts.here(engine, await engine.container(name)))


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

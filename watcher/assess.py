"""Reads what a verdict needs: the image that a container's reference means now, and, first, a pull."""

from contextlib import aclosing

from attrs import frozen

from watcher.engine import Engine, Json
from watcher.errors import EngineError, EngineUnavailable, NoAnswer, NotFound, Unknown
from watcher.names import short
from watcher.payload import platform
from watcher.progress import Progress
from watcher.refs import ImageRef
from watcher.verdict import Status, Verdict, followed, judge, reference_of

_TELLS_MANIFESTS = (1, 48)


@frozen
class Assessment:
    """What was read of one container, and what follows from it.

    Attributes:
        container: As inspected.
        image: What its reference means now, None where the local cache has none.
        verdict: The answer.
    """

    container: Json
    image: Json | None
    verdict: Verdict

    @property
    def name(self) -> str:
        """The container's name, without the engine's slash."""
        return str(self.container["Name"]).removeprefix("/")


async def assess(engine: Engine, container: Json) -> Assessment:
    """Judge a container from local information alone."""
    image = await known_image(engine, reference_of(container))
    verdict = judge(container, image)
    if verdict.status is Status.OUTDATED and engine.api >= _TELLS_MANIFESTS:
        image = await engine.image(reference_of(container), manifests=True)
        verdict = judge(container, image)
    return Assessment(container, image, verdict)


async def reference(engine: Engine, container: Json) -> ImageRef | None:
    """The tag that a container follows, None where it is pinned."""
    return followed(container, await known_image(engine, reference_of(container)))


async def platform_of(engine: Engine, container: Json) -> str:
    """The platform to pull for a container; empty where it is the engine's own."""
    return platform(container, await known_image(engine, container["Image"]), engine.platform)


async def pull(engine: Engine, ref: ImageRef, platform: str, progress: Progress) -> None:
    """Pull a tag, to the end of the engine's report.

    Raises:
        Unknown: The registry or the engine refused: nobody can say whether there is an update.
        EngineUnavailable: The engine went away in the middle.
    """
    try:
        async with aclosing(engine.pull(str(ref), platform)) as lines:
            async for line in lines:
                progress(line)
    except EngineError as error:
        if isinstance(error, EngineUnavailable) and not isinstance(error, NoAnswer):
            raise
        raise Unknown(
            f"cannot tell whether {ref.familiar} has an update: {error.message}",
            advice="check the registry, the name and the login; nothing was changed",
        ) from error


async def remote(engine: Engine, container: Json) -> Verdict:
    """Ask the registry what a container's tag is, and pull no layer.

    The digest is compared with what the image of the container is known as: its `RepoDigests`, and, on
    the containerd store, its id (engine-side digests of an untagged image are not listed there).

    Raises:
        Unknown: The registry could not be asked.
    """
    ref, running = await reference(engine, container), container["Image"]
    if ref is None:
        return judge(container, None)
    try:
        digest = str((await engine.distribution(str(ref)))["Descriptor"]["digest"])
    except EngineUnavailable:
        raise
    except EngineError as error:
        raise Unknown(f"cannot tell whether {ref.familiar} has an update: {error.message}") from error
    if digest in await _digests(engine, running):
        return Verdict(
            Status.CURRENT, f"{ref.familiar} is {short(digest)} in its registry too", running, running
        )
    moved = f"{ref.familiar} is {short(digest)} in its registry, and the container runs another image"
    return Verdict(Status.OUTDATED, moved, running)


async def _digests(engine: Engine, image_id: str) -> set[str]:
    image = await known_image(engine, image_id) or {}
    return {image_id} | {text.rpartition("@")[2] for text in image.get("RepoDigests") or []}


async def known_image(engine: Engine, text: str) -> Json | None:
    """Inspect an image by reference or id; None where the local cache has none."""
    try:
        return await engine.image(text)
    except NotFound:
        return None

"""Reads what a verdict needs from the engine: the image that a container's reference means now."""

from attrs import frozen

from watcher.check import verdict
from watcher.check.verdict import Status, Verdict, followed, judge
from watcher.engine.client import Engine, Json
from watcher.engine.images import known_image, with_manifests
from watcher.model.errors import RegistryError
from watcher.model.inspection import reference_of
from watcher.model.platform import platform
from watcher.model.reference import ImageRef


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
    found = judge(container, image)
    if found.status is Status.OUTDATED and image:
        image = await with_manifests(engine, image, reference_of(container))
        found = judge(container, image)
    return Assessment(container, image, found)


async def reference(engine: Engine, container: Json) -> ImageRef | None:
    """The tag that a container follows, None where it is pinned."""
    return followed(container, await known_image(engine, reference_of(container)))


async def platform_of(engine: Engine, container: Json) -> str:
    """The platform to pull for a container; empty where it is the engine's own."""
    return platform(container, await known_image(engine, container["Image"]), engine.platform)


async def is_built_here(engine: Engine, ref: ImageRef, error: RegistryError) -> bool:
    """Whether a registry refused a tag because its image was made here, and nobody knows it elsewhere."""
    return verdict.is_built_here(await known_image(engine, str(ref)), ref, error.trouble)

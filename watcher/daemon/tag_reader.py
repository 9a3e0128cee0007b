"""Which tags the listed containers follow, and for which platforms; what never changes is asked for once."""

from collections.abc import Collection

from watcher.engine.images import known_image
from watcher.host import inventory
from watcher.host.context import Context
from watcher.model.errors import EngineError, EngineUnavailable, NotFound
from watcher.model.inspection import reference_of
from watcher.model.json_object import Json
from watcher.model.platform import platform
from watcher.model.reference import Tag, readable


class TagReader:
    """Reads tags of one engine's containers, and remembers their images on the way.

    Args:
        context: The engine, and the memory of images.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._platforms: dict[str, str] = {}
        self._references: dict[str, str] = {}

    async def platform(self, row: Json) -> str:
        """The platform of a row's image, which is asked for once, and remembered on the way."""
        key = row["ImageID"]
        if key not in self._platforms:
            image = self._context.memory.image(key)
            if image is None and (image := await self._image(key)):
                await self._context.memory.keep_image(image)
            self._platforms[key] = platform(row, image, self._context.engine.platform)
        return self._platforms[key]

    async def _image(self, key: str) -> Json | None:
        """An image; None too where the engine cannot read it, which concerns its own containers alone."""
        try:
            return await known_image(self._context.engine, key)
        except EngineUnavailable:
            raise
        except EngineError:
            return None

    async def tag(self, row: Json) -> Tag | None:
        """The tag that a row's container follows, with its platform; None where it follows none."""
        reference = await self._reference(row)
        text = inventory.followed_tag(row, reference) if reference else None
        ref = readable(text) if text else None
        # A name that holds no registry's (`a_b.c/app`) can be made here, and never be pulled.
        return Tag(ref, await self.platform(row)) if ref and ref.domain else None

    async def _reference(self, row: Json) -> str:
        """What a row's container follows, which never changes; empty where the container is gone."""
        if not row["Image"].startswith("sha256:"):
            return str(row["Image"])
        if row["Id"] not in self._references:
            try:
                self._references[row["Id"]] = reference_of(await self._context.engine.container(row["Id"]))
            except NotFound:
                return ""
        return self._references[row["Id"]]

    def forget_but(self, rows: Collection[Json]) -> None:
        """Forget what is known of images and containers that are in none of the rows."""
        images, containers = {row["ImageID"] for row in rows}, {row["Id"] for row in rows}
        self._platforms = {key: value for key, value in self._platforms.items() if key in images}
        self._references = {key: value for key, value in self._references.items() if key in containers}

"""Pulls the tracked tags: each once, however many containers follow it.

The pull is the check: for an unchanged tag it costs the registry one HEAD, and it knows the mirrors,
proxies and certificates that the engine knows.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable

import structlog

from watcher import assess as reading
from watcher import fleet
from watcher.context import Context
from watcher.engine import Json
from watcher.errors import EngineError, EngineUnavailable, Unknown
from watcher.fleet import Tag
from watcher.log import Repeats
from watcher.payload import platform
from watcher.refs import ImageRef
from watcher.verdict import reference_of

_AT_ONCE = 4  # of one registry
_log = structlog.get_logger()


class Puller:
    """Pulls the tags that the containers follow.

    Args:
        context: The engine, and the memory of images, which is fed here.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._slots: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(_AT_ONCE))
        self._under_way: set[Tag] = set()
        self._repeats = Repeats()
        self._platforms: dict[str, str] = {}
        self._references: dict[str, str] = {}

    def forget_but(self, rows: Iterable[Json]) -> None:
        """Drop what is known of images and containers that are no more."""
        images, containers = {row["ImageID"] for row in rows}, {row["Id"] for row in rows}
        if self._platforms.keys() - images:
            self._context.memory.drop_images_but(images)
        self._platforms = {key: value for key, value in self._platforms.items() if key in images}
        self._references = {key: value for key, value in self._references.items() if key in containers}

    async def tags(self, rows: Iterable[Json]) -> set[Tag]:
        """The tags that the rows follow and whose labels let a registry be asked, each once."""
        return {tag for row in rows if (tag := await self._tag(row))}

    async def pull(self, tag: Tag) -> int:
        """Pull a tag, unless a pull of it is under way already.

        Returns:
            0, or the exit code that says how it failed; said once for each reason.
        """
        if tag in self._under_way:
            return 0
        self._under_way.add(tag)
        try:
            async with self._slots[tag.ref.domain]:
                return await self._pull(tag)
        finally:
            self._under_way.discard(tag)

    async def _tag(self, row: Json) -> Tag | None:
        policy = fleet.policy_of(row, self._context.defaults)
        if policy is None or not policy.enable or policy.source != "registry":
            return None
        text = fleet.followed_tag(row, await self._reference(row))
        try:
            return Tag(ImageRef.parse(text), await self.platform(row)) if text else None
        except ValueError:
            return None

    async def _reference(self, row: Json) -> str:
        """What a row's container follows; it never changes, so an inspect tells it once."""
        if not row["Image"].startswith("sha256:"):
            return str(row["Image"])
        if row["Id"] not in self._references:
            self._references[row["Id"]] = reference_of(await self._context.engine.container(row["Id"]))
        return self._references[row["Id"]]

    async def platform(self, row: Json) -> str:
        """The platform of a row's image, which is asked for once, and remembered on the way."""
        key = row["ImageID"]
        if key not in self._platforms:
            image = await reading.known_image(self._context.engine, key)
            if image:
                self._context.memory.keep_image(image)
            self._platforms[key] = platform(row, image, self._context.engine.platform)
        return self._platforms[key]

    async def _pull(self, tag: Tag) -> int:
        name = tag.ref.familiar
        try:
            await reading.pull(self._context.engine, tag.ref, tag.platform, lambda _: None)
        except (EngineError, Unknown) as error:
            if not isinstance(error, EngineUnavailable) and self._repeats.is_news(name, str(error)):
                _log.warning("tag not pulled", image=name, why=str(error))
            return error.exit_code
        if failures := self._repeats.over(name):
            _log.info("tag pulled again", image=name, failures=failures)
        return 0

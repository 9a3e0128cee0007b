"""Keeps the images that containers ran before, so that a rollback finds them, for as long as is wanted.

An image that is kept has a local tag of ours, given before the container that ran it is removed: from then on
nothing else may hold it. Whatever goes wrong here, the update itself is made.
"""

import contextlib
import math
import time
from collections.abc import Iterable, Mapping

from attrs import evolve

from watcher.config.policy import Policy
from watcher.container import gate_run
from watcher.container.image_cleanup import clean_up
from watcher.engine.client import Engine
from watcher.engine.images import give_tag, known_image, tagged_images, take_tag
from watcher.host.context import Context
from watcher.model.errors import EngineError, NotFound
from watcher.model.inspection import reference_of
from watcher.model.json_object import Json
from watcher.model.kept import REPOSITORY, Kept, kept_tag, still_kept
from watcher.model.names import Marker, name_of
from watcher.model.release import release_of
from watcher.recovery.rebuild import origin_of
from watcher.recovery.state import Scene
from watcher.recovery.unrecorded import record_unrecorded
from watcher.store.kept import Former, tagged
from watcher.update.steps.replacement import Replacement

SWEEP_EVERY_S = 60.0


class Keeper:
    """Keeps the images that one update leaves.

    Args:
        context: Where it is.
        engine: The same engine, as the owner of the update reaches it.

    Attributes:
        unkept: Why an image is not kept that was to be, a line each.
    """

    def __init__(self, context: Context, engine: Engine) -> None:
        self.unkept: list[str] = []
        self._context = context
        self._engine = engine

    async def keep(self, parts: Iterable[Replacement]) -> None:
        """Keep the images of old containers that are about to be removed."""
        for part in parts:
            if part.keeps_its_image:
                continue
            if doubt := await keep(self._context, self._engine, part.name, part.inspected, part.new):
                self.unkept.append(f"{part.name}: {doubt}" if part.relation else doubt)


async def keep(context: Context, engine: Engine, name: str, old: Json, new: str) -> str:
    """Keep the image of a container that is about to be removed, and note that the container ran it.

    Args:
        context: Where it is.
        engine: The same engine, as the owner of the update reaches it.
        name: The container's.
        old: The container, as inspected.
        new: The id of its successor.

    Returns:
        Why the image is not kept although it was to be; empty where nothing is wrong.
    """
    policy, doubt = context.readable_policy(old) or context.defaults, ""
    image = await _known(engine, old["Image"])
    if image is None:
        return ""
    origin = origin_of(image, reference_of(old))
    kept = Kept(old["Image"], time.time(), release_of(image).version, origin)
    if policy.keep and policy.keep_for:
        try:
            await give_tag(engine, old["Image"], kept_tag(old["Image"]))
            kept = evolve(kept, is_tagged=True)
        except EngineError as error:
            doubt = f"the image that it ran is not kept for a rollback: {error.message}"
    former = context.memory.former
    await former.keep(evolve((await former.of(name)).left(kept), cid=new))
    return doubt


async def keep_open(context: Context, engine: Engine, scene: Scene | None) -> None:
    """Keep the image of the old container of an open update that may come to its end.

    Args:
        context: Where it is.
        engine: The same engine, as the run that settles the update reaches it.
        scene: What is open; None where nothing is.
    """
    old, new = scene.pair if scene else ("", "")
    if not scene or not old or not new or scene.holder == old:
        return
    with contextlib.suppress(EngineError):
        before, after = await engine.container(old), await engine.container(new)
        if before["Image"] != after["Image"]:
            await keep(context, engine, scene.name, before, new)


async def let_go(context: Context, engine: Engine, name: str) -> None:
    """Let go of a container's kept images that are too old, too many, or run again.

    Args:
        context: Where they are.
        engine: The same engine, as the owner of the update reaches it.
        name: The container's; it is claimed by this process.
    """
    store = context.memory.former
    with contextlib.suppress(EngineError):
        if not (former := await store.of(name)).images:
            return
        container = await engine.container(name)
        policy = context.readable_policy(container) or context.defaults
        left, over = _split(former, container["Image"], policy)
        gone = await _untagged(context, engine, former, over)
        for image in gone if policy.cleanup else ():
            await clean_up(engine, image)
        stuck = [each for each in over if each.image not in gone]
        images = (*stuck, *(each for each in left if each.image not in {one.image for one in stuck}))
        await store.keep(evolve(former, cid=container["Id"], images=_last_first(images)))


class Sweep:
    """Lets go of the kept images of all containers: once a minute, and when a container comes or goes.

    An attempt that had ended when its process was killed is recorded then, too. What such a process left of a
    gate's run is removed at each look.

    Args:
        context: Where they are.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._done: tuple[frozenset[str], float] = (frozenset(), -math.inf)

    async def look(self, rows: Iterable[Json]) -> None:
        """Look at all listed containers; the images of a container that is gone are let go."""
        rows = [*rows]
        await gate_run.sweep(self._context.engine, self._context.memory, rows)
        listed = {_own_name(row): row for row in rows}
        there, at = frozenset(row["Id"] for row in listed.values()), time.monotonic()
        if there == self._done[0] and at < self._done[1] + SWEEP_EVERY_S:
            return
        self._done = there, at
        await record_unrecorded(self._context)
        for former in await self._context.memory.former.all():
            async with self._context.memory.claims.take(former.name) as is_ours:
                if is_ours:
                    await self._look(former, listed)
        with contextlib.suppress(EngineError):
            await _tag_again(self._context)

    async def _look(self, former: Former, listed: Mapping[str, Json]) -> None:
        """Let go of the kept images of one container whose time is over; a person may have renamed it.

        The container is claimed, yet may have been replaced since it was listed: where there is something to
        do it is read once more.
        """
        store, names = self._context.memory.former, {row["Id"]: name for name, row in listed.items()}
        if former.name not in listed and former.cid in names:
            await store.keep(evolve(former, images=()))
            former = evolve(former, name=names[former.cid])
            await store.keep(former)
        if (row := listed.get(former.name)) is None:
            await self._gone(former)
            return
        policy = self._context.readable_policy(row) or self._context.defaults
        if _split(former, row["ImageID"], policy)[0] != former.images:
            await let_go(self._context, self._context.engine, former.name)

    async def _gone(self, former: Former) -> None:
        with contextlib.suppress(EngineError):
            try:
                await self._context.engine.container(former.name)
            except NotFound:
                over = [each for each in former.images if each.is_tagged]
                gone = await _untagged(self._context, self._context.engine, former, over)
                if gone.issuperset(each.image for each in over):
                    await self._context.memory.former.keep(evolve(former, images=()))


def _split(former: Former, running: str, policy: Policy) -> tuple[tuple[Kept, ...], list[Kept]]:
    """A container's earlier images that stay known, and those that lose our tag."""
    earlier = tuple(each for each in former.images if each.image != running)
    kept = still_kept(earlier, policy.keep, policy.keep_for, time.time())
    left = tuple(each if each in kept else evolve(each, is_tagged=False) for each in earlier)
    return left, [each for each in former.images if each.is_tagged and each not in kept]


def _last_first(images: Iterable[Kept]) -> tuple[Kept, ...]:
    return tuple(sorted(images, key=lambda each: each.since, reverse=True))


async def _untagged(context: Context, engine: Engine, former: Former, over: Iterable[Kept]) -> frozenset[str]:
    """Take our tag from images that a container keeps no more, unless another container keeps them.

    Returns:
        The ids of the images that do not bear the tag for this container any more.
    """
    others = tagged(each for each in await context.memory.former.all() if each.name != former.name)
    done = set[str]()
    for each in over:
        with contextlib.suppress(EngineError):
            if each.image not in others:
                await take_tag(engine, kept_tag(each.image), await tagged_images(engine))
            done.add(each.image)
    return frozenset(done)


async def _tag_again(context: Context) -> None:
    """Give our tag again to kept images that lost it to another updater or a person."""
    if not (kept := tagged(await context.memory.former.all())):
        return
    tags = await tagged_images(context.engine, REPOSITORY)
    for image in kept:
        if tags.get(kept_tag(image)) != image:
            with contextlib.suppress(NotFound):
                await give_tag(context.engine, image, kept_tag(image))


def _own_name(row: Json) -> str:
    marker = Marker.parse(name_of(row))
    return marker.name if marker else name_of(row)


async def _known(engine: Engine, image: str) -> Json | None:
    try:
        return await known_image(engine, image)
    except EngineError:
        return None

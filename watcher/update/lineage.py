"""What is remembered beside the engine: the failures that a successor inherits, and what makes it anew."""

import contextlib

from watcher.engine.client import Engine
from watcher.engine.images import known_image
from watcher.host.context import Context
from watcher.model.errors import EngineError
from watcher.model.inspection import reference_of
from watcher.model.json_object import Json
from watcher.model.reference import ImageRef
from watcher.recovery.executor import FailedImage
from watcher.recovery.rebuild import Workshop


async def keep_failure(context: Context, failure: FailedImage, cid: str) -> None:
    """Remember a failed image for the container that has the name now: the old one, or made from its spare.

    Args:
        context: Where the container is.
        failure: What failed in it.
        cid: The id that counts where no container has the name, or the engine does not answer.
    """
    with contextlib.suppress(EngineError):
        container = await context.engine.container(failure.name)
        cid = container["Id"]
        if await _counts_more(context, container, failure):
            return
    await context.memory.keep_failure(cid, failure.image, failure.reason)


async def _counts_more(context: Context, container: Json, failure: FailedImage) -> bool:
    """Whether an earlier failure stands: it is of the image that the tag means, the new failure is not."""
    known = await context.memory.failure(container["Id"], failure.name)
    if known is None or known.image == failure.image:
        return False
    tagged = await known_image(context.engine, reference_of(container))
    return tagged is not None and tagged["Id"] == known.image


async def hand_on(context: Context, name: str, *before: str) -> None:
    """Hand the failures of earlier containers on to the container that has their name now.

    Args:
        context: Where the containers are.
        name: Their name.
        before: The ids of the containers that had it before.
    """
    with contextlib.suppress(EngineError):
        now = (await context.engine.container(name))["Id"]
        for cid in before:
            await context.memory.carry(cid, now)


def workshop(context: Context, engine: Engine) -> Workshop:
    """Where what a prune took is made anew; an image that went with it is pulled with the user's login."""

    async def fetch(reference: str, platform: str) -> None:
        await context.registries.pull(ImageRef.parse(reference), platform, lambda _: None)

    return Workshop(engine, context.notes, fetch)

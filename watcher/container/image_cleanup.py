"""Removes an image that updates left behind, where nothing refers to it any more."""

from watcher.engine.client import Engine
from watcher.model.errors import EngineError


async def clean_up(engine: Engine, image_id: str) -> bool:
    """Remove an image that no tag names and no container in any state runs from; never by force.

    A kept image has a tag of ours, and stays.

    Returns:
        Whether the image is gone. An image that the engine still has a use for (a child, several digests)
        stays, and so does every image while the engine is not well: the update itself has been made.
    """
    try:
        used = {row["ImageID"] for row in await engine.containers(stopped=True)}
        if image_id in used or (await engine.image(image_id)).get("RepoTags"):
            return False
        await engine.remove_image(image_id)
    except EngineError:
        return False
    return True

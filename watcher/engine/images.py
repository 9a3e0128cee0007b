"""Images of the engine, asked for by what a container calls them."""

import json
from collections.abc import Mapping

from watcher.engine.client import Engine
from watcher.model.errors import Conflict, NotFound
from watcher.model.json_object import Json
from watcher.model.kept import is_kept_tag
from watcher.model.names import short, without_algorithm
from watcher.model.reference import is_reference

_NO_TAG = "<none>:<none>"


async def known_image(engine: Engine, text: str) -> Json | None:
    """Inspect an image by reference or id; None where the cache has none, or the text is no reference."""
    if not is_reference(without_algorithm(text)):
        return None
    try:
        return await engine.image(text)
    except NotFound:
        return None


async def give_tag(engine: Engine, image: str, tag: str) -> None:
    """POST /images/{id}/tag: let a local tag mean an image, whatever it meant before.

    Args:
        engine: Where the image is.
        image: Its id, or a reference.
        tag: `repository:tag`.
    """
    repository, _, name = tag.rpartition(":")
    params = {"repo": repository, "tag": name}
    await engine.change(f"tag the image {short(image)} as {tag}", f"images/{image}/tag", params=params)


async def tagged_images(engine: Engine, pattern: str = "") -> dict[str, str]:
    """GET /images/json: the ids of images by their local tags; `pattern` names a repository, or none."""
    filters = json.dumps({"reference": [pattern]} if pattern else {})
    rows = await engine.read("list the images", "images/json", params={"filters": filters})
    named = ((tag, row["Id"]) for row in rows or [] for tag in row.get("RepoTags") or [])
    return {tag: image for tag, image in named if tag != _NO_TAG}


async def take_tag(engine: Engine, tag: str, tags: Mapping[str, str]) -> None:
    """Take a local tag of ours from an image, and leave the image.

    The engine removes an image with its last tag (20.10 to 28.5). So a tag that may be the last is given to
    an image that has another tag first: the image it leaves stays, without a tag, as after a pull.

    Args:
        engine: Where they are.
        tag: `repository:tag`.
        tags: The ids of all images by their tags.

    Raises:
        Conflict: No other image has a tag.
    """
    image = tags.get(tag)
    if image is None:
        return
    others = [(other, of) for other, of in tags.items() if other != tag and not is_kept_tag(other)]
    if not any(of == image for _, of in others):
        bearer = next((of for _, of in others), None)
        if bearer is None:
            raise Conflict(f"cannot take the tag {tag}: it is the last of its image, which would go with it")
        await give_tag(engine, bearer, tag)
    await engine.remove_image(tag)

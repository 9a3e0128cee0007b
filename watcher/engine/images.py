"""Images of the engine, asked for by what a container calls them."""

from watcher.engine.client import Engine, Json
from watcher.model.errors import NotFound
from watcher.model.reference import is_reference


async def known_image(engine: Engine, text: str) -> Json | None:
    """Inspect an image by reference or id; None where the local cache has none, or that is no reference."""
    if not is_reference(text.removeprefix("sha256:")):
        return None
    try:
        return await engine.image(text)
    except NotFound:
        return None

"""In one look each image is inspected once, whoever asks, and by whatever name."""

import asyncio
from typing import Any

import pytest

from watcher.engine.look import Look
from watcher.model.errors import EngineError, NotFound

IMAGE = f"sha256:{'a' * 64}"


class Images:
    """Answers for the image `app:1`, and notes what it was asked for."""

    def __init__(self, *errors: EngineError) -> None:
        self.asked: list[str] = []
        self._errors = [*errors]

    async def inspect(self, reference: str) -> dict[str, Any]:
        self.asked.append(reference)
        await asyncio.sleep(0)
        if self._errors:
            raise self._errors.pop(0)
        return {"Id": IMAGE}


async def test_whoever_asks_at_once_or_later_gets_the_one_answer() -> None:
    look, images = Look(), Images()

    found = await asyncio.gather(*(look.image("app:1", images.inspect) for _ in range(3)))

    assert found == [{"Id": IMAGE}] * 3
    assert await look.image("app:1", images.inspect) == {"Id": IMAGE}
    assert images.asked == ["app:1"]


async def test_an_image_that_was_found_by_its_tag_is_known_by_its_id() -> None:
    look, images = Look(), Images()
    await look.image("app:1", images.inspect)

    assert await look.image(IMAGE, images.inspect) == {"Id": IMAGE}
    assert images.asked == ["app:1"]


async def test_that_there_is_none_is_an_answer() -> None:
    look, images = Look(), Images(NotFound("no such image"))

    for _ in range(2):
        with pytest.raises(NotFound, match="no such image"):
            await look.image("app:1", images.inspect)

    assert images.asked == ["app:1"]


async def test_what_failed_is_asked_for_again() -> None:
    look, images = Look(), Images(EngineError("blob not found"))
    with pytest.raises(EngineError):
        await look.image("app:1", images.inspect)

    assert await look.image("app:1", images.inspect) == {"Id": IMAGE}
    assert images.asked == ["app:1", "app:1"]


async def test_one_who_gives_up_takes_the_answer_from_nobody() -> None:
    look, images = Look(), Images()
    first = asyncio.ensure_future(look.image("app:1", images.inspect))
    second = asyncio.ensure_future(look.image("app:1", images.inspect))
    await asyncio.sleep(0)
    first.cancel()

    assert await second == {"Id": IMAGE}

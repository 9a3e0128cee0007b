import asyncio

import pytest

from watcher.web.event_buffer import Behind, EventBuffer


def identifier(text: bytes) -> str:
    return text.decode().splitlines()[0].removeprefix("id: ")


async def test_a_listener_is_woken_by_what_follows() -> None:
    ring = EventBuffer()
    waiting = asyncio.ensure_future(ring.following(ring.after("")))
    await asyncio.sleep(0)
    ring.add("stage", {"text": "two\nlines"})

    text, number = await waiting
    assert number == 1
    assert text.decode().splitlines()[1:] == ["event: stage", 'data: {"text": "two\\nlines"}', ""]


async def test_whoever_comes_again_goes_on_where_it_was() -> None:
    ring = EventBuffer()
    ring.add("pull", {"n": 1})
    ring.add("pull", {"n": 2})
    first, _ = await ring.following(0)

    again, _ = await ring.following(ring.after(identifier(first)))
    assert b'{"n": 2}' in again


async def test_what_the_ring_has_no_more_begins_with_what_comes() -> None:
    ring = EventBuffer(room=2)
    ring.add("pull", {})
    gone, _ = await ring.following(0)
    for _ in range(4):
        ring.add("pull", {})

    assert ring.after(identifier(gone)) == ring.last
    assert ring.after("other-1") == ring.after("x") == ring.after(f"{identifier(gone)}٣") == ring.last
    with pytest.raises(Behind):
        await ring.following(1)

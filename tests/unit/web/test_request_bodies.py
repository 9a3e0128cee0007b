import asyncio

import pytest

from tests.unit.web.listening import listening
from watcher.web import request_bodies


@pytest.mark.parametrize(
    ("body", "line"),
    [
        (b'{"hwy": "x"}', "hwy: cannot be read - known are why (str)"),
        (b"{", "the body is no JSON - send an object, or nothing"),
        (b"7", "the body is no JSON object - send an object, or nothing"),
    ],
)
async def test_a_body_that_cannot_be_read_is_refused_in_one_line(body: bytes, line: str) -> None:
    async with listening() as at:
        headers = {"Authorization": "Bearer act-token"}
        async with at.client.post(f"{at.url}/act", data=body, headers=headers) as response:
            assert (response.status, (await response.json())["error"]) == (400, line)


async def test_a_body_that_does_not_come_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_bodies, "_LIMIT_S", 0.05)
    async with listening() as at:
        reader, writer = await asyncio.open_connection("127.0.0.1", at.port)
        writer.write(b"POST /act HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer act-token\r\n")
        writer.write(b"Content-Length: 9\r\n\r\n{")
        assert b" 400 " in await reader.readline()
        writer.close()

import asyncio
import gzip

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


@pytest.mark.parametrize(
    ("encoding", "body", "status"),
    [
        (b"gzip", gzip.compress(b'{"why": "x"}', mtime=0), 200),
        (b"gzip", gzip.compress(b" " * 1_000_000, mtime=0), 413),
        (b"gzip", b"{}{}{}{}", 400),
        (b"gzip", b"\x1f\x8bnot", 400),
        (b"deflate", b"{}{}{}{}", 400),
    ],
)
async def test_a_body_is_of_the_encoding_that_it_says_or_refused(
    encoding: bytes, body: bytes, status: int
) -> None:
    async with listening() as at:
        sent = (b"Host: localhost", b"Authorization: Bearer act-token", b"Content-Encoding: " + encoding)
        assert await at.raw(b"POST /act", *sent, body=body) == status
        assert at.failures == []


async def test_a_body_that_does_not_come_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_bodies, "_LIMIT_S", 0.05)
    async with listening() as at:
        reader, writer = await asyncio.open_connection("127.0.0.1", at.port)
        writer.write(b"POST /act HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer act-token\r\n")
        writer.write(b"Content-Length: 9\r\n\r\n{")
        assert b" 400 " in await reader.readline()
        writer.close()

import asyncio

from tests.unit.web.listening import listening

GET = b"GET /open HTTP/1.1\r\nHost: localhost\r\n\r\n"


async def ended(reader: asyncio.StreamReader) -> bytes:
    """What comes until the other side ends the connection."""
    try:
        return await reader.read()
    except ConnectionError:
        return b""


async def test_headers_that_do_not_come_end_their_connection() -> None:
    async with listening(headers_s=0.05) as at:
        reader, writer = await asyncio.open_connection("127.0.0.1", at.port)
        writer.write(GET[:20])
        assert await ended(reader) == b""
        writer.close()


async def test_nor_do_those_of_the_next_request() -> None:
    async with listening(headers_s=1.0) as at:
        reader, writer = await asyncio.open_connection("127.0.0.1", at.port)
        writer.write(GET)
        assert b"200" in await reader.readuntil(b"\r\n\r\n{}")
        writer.write(GET[:20])
        assert await ended(reader) == b""
        writer.close()


async def test_there_is_a_bounded_number_of_them() -> None:
    async with listening(most=1) as at:
        first = await asyncio.open_connection("127.0.0.1", at.port)
        first[1].write(GET)
        await first[0].readuntil(b"{}")
        second = await asyncio.open_connection("127.0.0.1", at.port)
        assert await ended(second[0]) == b""
        second[1].close()
        first[1].close()
        await first[1].wait_closed()


async def test_a_client_that_never_reads_costs_its_connection() -> None:
    async with listening(stuck_s=0.05) as at:
        reader, writer = await asyncio.open_connection("127.0.0.1", at.port, limit=1024)
        writer.write(GET.replace(b"open", b"endless"))
        await reader.readuntil(b"\r\n\r\n")
        transport = writer.transport
        transport.pause_reading()  # type: ignore[attr-defined]
        await at.connections.idle.wait()
        writer.close()

"""A listener with routes of a test's own, on a free port."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import ClientSession, web

from tests.testbed.ports import free_port
from watcher.web import login
from watcher.web.connections import Connections
from watcher.web.guard import Access, Guard
from watcher.web.page import Page
from watcher.web.request_bodies import read
from watcher.web.routes import Route
from watcher.web.server import Server
from watcher.web.tokens import Tokens

TOKENS = Tokens("act-token", "read-token")


async def answer(request: web.Request) -> web.Response:
    return web.json_response(await read(request, {"why": str}))


async def broken(_: web.Request) -> web.Response:
    raise RuntimeError("ours")


async def endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b"x" * 65536)
        await asyncio.sleep(0)


ROUTES = (
    Route("GET", "/open", Access.OPEN, "", answer),
    Route("GET", "/read", Access.READ, "", answer),
    Route("GET", "/broken", Access.OPEN, "", broken),
    Route("GET", "/endless", Access.OPEN, "", endless),
    Route("POST", "/act", Access.ACT, "", answer),
)


class Listening:
    """One.

    Attributes:
        url: Where.
        port: At which port.
        connections: Those that are open.
        failures: What went wrong in it.
        client: Asks it.
    """

    def __init__(
        self, port: int, connections: Connections, failures: list[Exception], client: ClientSession
    ) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.connections = connections
        self.failures = failures
        self.client = client

    async def status(self, path: str, method: str = "GET", data: bytes | str = b"", **headers: str) -> int:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.client.request(method, self.url + path, headers=named, data=data or None) as response:
            await response.read()
            return response.status

    async def raw(self, line: bytes, *headers: bytes, body: bytes = b"") -> int:
        """The status of a request that no client of HTTP would send."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        length = b"Content-Length: %d" % len(body)
        writer.write(b"\r\n".join([line + b" HTTP/1.1", *headers, length, b"Connection: close", b"", body]))
        status = (await reader.read()).split()[1]
        writer.close()
        return int(status)


@asynccontextmanager
async def listening(
    tokens: Tokens = TOKENS, public: tuple[str, ...] = (), more: tuple[Route, ...] = (), **limits: float
) -> AsyncIterator[Listening]:
    guard, failures = Guard(tokens, public, ("nas.lan",)), list[Exception]()
    routes = (*ROUTES, *login.Login(guard).routes, *Page(guard).routes, *more)
    server = Server(routes, guard, failures.append)
    port = free_port()
    await server.open(f"127.0.0.1:{port}", **limits)
    try:
        async with ClientSession() as client:
            assert server.connections
            yield Listening(port, server.connections, failures, client)
    finally:
        await server.close()

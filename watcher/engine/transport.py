"""How a request reaches the Docker engine: the connection, its time limits, and what can go wrong with it.

The only module that imports aiodocker. Every request goes through aiodocker's `_query`: its public calls
lack update, create with a platform, distribution and archives as bytes, take a reset connection for the
end of a pull, and leave a connection open where its answer is not read to the end (aiodocker 0.27).

The API version is the engine's newest, but no newer than `capabilities` knows.
"""

import asyncio
import copy
import functools
import json
import re
import ssl
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Self

import aiodocker
import aiohttp
from aiodocker.utils import parse_result

from watcher.engine.capabilities import NEWEST, OLDEST, Api
from watcher.engine.endpoint import Endpoint
from watcher.engine.request_errors import (
    FORBIDDEN,
    NOT_FOUND,
    away,
    barred,
    broken_off,
    no_engine,
    refused,
    too_old,
    unanswered,
    unreachable,
)
from watcher.model.errors import EngineError, EngineUnavailable

Fence = Callable[[], Awaitable[None]]

READ_LIMIT = 60.0
CHANGE_LIMIT = 180.0
SILENCE_LIMIT = 600.0
_NO_ANSWER = 900
_REMOVED = 256  # as many as the engine keeps events
_BARRED = (FORBIDDEN, 405)
_AWAY = (502, 503, 504)
_API = re.compile(r"^/v[0-9.]+(?=/)")
_GARBAGE = (aiohttp.ClientResponseError, ValueError, LookupError, TypeError)


class Transport:
    """An open connection to one engine; use it as an asynchronous context manager.

    Every request raises EngineUnavailable where the engine cannot be reached, breaks off or does not
    answer in time, NotFound for a 404, Conflict for a 409, and EngineError for any other refusal.

    Attributes:
        endpoint: Where the engine listens.
        api: The version of the API that is spoken.
        platform: The engine's own, such as `linux/amd64`.
        owner: The owner of the updates that are begun through it, as in the temporary names.
        removed: The ids of the containers that were removed through it, the last of them.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.api: Api = OLDEST
        self.platform = ""
        self.owner = ""
        self.removed: deque[str] = deque(maxlen=_REMOVED)
        self._identity = ""
        self._fence: Fence | None = None

    async def __aenter__(self) -> Self:
        self._connector = _connector(self.endpoint)
        url = self.endpoint.url or "unix://localhost"
        session = self._session = aiohttp.ClientSession(
            connector=self._connector, connector_owner=False, raise_for_status=_refuse_strangers
        )
        self._docker = aiodocker.Docker(
            url=url, connector=self._connector, session=session, api_version=_spoken(OLDEST)
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._docker.close()
        await self._session.close()
        await self._connector.close()

    async def negotiate(self) -> None:
        """Find the version of the API to speak: once, and again after the engine was away.

        Raises:
            EngineError: The engine is too old.
        """
        try:
            found = await self.ask("ask for the engine's version", "GET", "version", versioned_api=False)
        except EngineError as error:
            if error.status == NOT_FOUND or isinstance(error.__cause__, _GARBAGE):
                raise no_engine(self.endpoint) from error
            raise
        if not isinstance(found, dict) or "ApiVersion" not in found:
            raise no_engine(self.endpoint)
        newest, oldest = _version(found["ApiVersion"]), _version(found.get("MinAPIVersion", "1.12"))
        if newest < OLDEST:
            raise too_old(self.endpoint, found["ApiVersion"])
        self._identity = ""  # another engine may listen there now
        self.platform = f"{found.get('Os', '')}/{found.get('Arch', '')}"
        self.api = max(oldest, min(newest, NEWEST))
        self._docker.api_version = _spoken(self.api)

    def owned(self, owner: str, fence: Fence) -> Self:
        """The same connection, for the updates of an owner.

        Args:
            owner: The owner, as in the temporary names.
            fence: Awaited before each request that changes something; it may raise.
        """
        mine = copy.copy(self)
        mine.owner, mine._fence = owner, fence  # noqa: SLF001 - it is one of us
        return mine

    async def may_change(self) -> None:
        """Ask whether a request that changes something would be let pass; raises what the fence raises."""
        try:
            if self._fence:
                await self._fence()
        except EngineError as error:
            error.was_asked = False
            raise

    async def answers(self) -> bool:
        """Whether the engine is there; where a request broke off, it may have been that request alone."""
        try:
            await self.ask("see whether the engine answers", "GET", "version", versioned_api=False)
        except EngineUnavailable:
            return False
        return True

    async def read(self, what: str, path: str, **options: Any) -> Any:
        """GET a path; the JSON of the answer."""
        return await self.ask(what, "GET", path, **options)

    async def change(self, what: str, path: str, **options: Any) -> Any:
        """POST to a path; the JSON of the answer, if there is one."""
        return await self.ask(what, "POST", path, limit=CHANGE_LIMIT, **options)

    async def ask(
        self,
        what: str,
        method: str,
        path: str,
        *,
        limit: float | None = READ_LIMIT,
        changes: bool = True,
        **options: Any,
    ) -> Any:
        """Make a request.

        Args:
            what: What is tried, as the error line says it after "cannot".
            method: Of HTTP.
            path: Below the API version.
            limit: Seconds for the whole of it; None is no limit.
            changes: Whether it changes something, where it is no GET.
            options: aiodocker's: `params`, `data`, `headers`.
        """
        if changes and method != "GET":
            await self.may_change()
        if isinstance(data := options.get("data"), dict):
            options["data"] = json.dumps(data)
        async with self._guarded(what, limit), self._asked(path, method, options) as response:
            return await parse_result(response)  # type: ignore[no-untyped-call]

    @asynccontextmanager
    async def response(
        self, what: str, path: str, method: str = "GET", *, limit: float | None = CHANGE_LIMIT, **options: Any
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Make a request whose answer is no JSON document; the caller reads it within."""
        options["timeout"] = aiohttp.ClientTimeout(total=limit)
        async with self._guarded(what, limit), self._asked(path, method, options) as response:
            yield response

    async def lines(
        self, what: str, path: str, method: str = "GET", *, silence: float | None = None, **options: Any
    ) -> AsyncGenerator[bytes, None]:
        """Make a request whose answer is lines without an end in sight.

        The first line is an empty one: the engine has taken the request.

        Args:
            what: As in `ask`.
            path: As in `ask`.
            method: As in `ask`.
            silence: Seconds without a line after which the engine counts as gone; None is for ever.
            options: As in `ask`.
        """
        options["timeout"] = aiohttp.ClientTimeout(sock_read=silence)
        async with self._guarded(what, None, silence), self._asked(path, method, options) as response:
            yield b""
            async for line in response.content:
                yield line

    @asynccontextmanager
    async def _asked(
        self, path: str, method: str, options: dict[str, Any]
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Make a request, and close its connection at the end, whatever comes."""
        async with self._docker._query(path, method, **options) as response:  # noqa: SLF001 - see top
            try:
                yield response
            finally:
                response.close()

    @asynccontextmanager
    async def _guarded(
        self, what: str, limit: float | None, silence: float | None = None
    ) -> AsyncIterator[None]:
        """Give a request its time limit, in seconds, and make every way it can fail one of ours."""
        try:
            async with asyncio.timeout(limit):
                yield
        except aiodocker.DockerError as error:
            if error.status == _NO_ANSWER:
                raise unreachable(what, self.endpoint, error.__context__) from error
            raise refused(what, error.status, error.message) from error
        except _Barred as error:
            raise barred(what, self.endpoint, str(error)) from error
        except _Away as error:
            raise away(what, self.endpoint, str(error)) from error
        except TimeoutError as error:
            raise unanswered(what, self.endpoint, limit or silence) from error
        except (aiohttp.ClientError, OSError, ValueError, LookupError, TypeError) as error:
            raise broken_off(what, self.endpoint, error) from error


class _Barred(Exception):
    """A request, as `METHOD /path`, that somebody else than the engine refused."""


class _Away(Exception):
    """What a proxy answers, in the engine's place, while the engine gives it no answer."""


async def _refuse_strangers(response: aiohttp.ClientResponse) -> None:
    """Tell the refusal of a proxy from the engine's, whose errors are all JSON."""
    if response.status not in (*_BARRED, *_AWAY) or response.content_type == "application/json":
        if response.method == "HEAD" and not response.ok:  # its body would be taken for JSON, and it has none
            raise aiodocker.DockerError(response.status, f"{response.status} {response.reason}")
        return
    response.close()
    if response.status in _AWAY:
        raise _Away(f"{response.status} {response.reason}")
    raise _Barred(f"{response.method} {_API.sub('', response.url.path)}")


def _connector(endpoint: Endpoint) -> aiohttp.BaseConnector:
    """Make a connector that keeps no connection: after a restart of the engine a kept one is dead."""
    if endpoint.socket:
        return aiohttp.UnixConnector(endpoint.socket, force_close=True)
    # For http, too: a proxy before the engine may send on to https. aiohttp's own context trusts nobody here.
    return aiohttp.TCPConnector(ssl=endpoint.tls or _system_tls(), force_close=True)


@functools.cache
def _system_tls() -> ssl.SSLContext:
    """What the system trusts; one context for all engines, for each takes a megabyte, and long to load."""
    return ssl.create_default_context()


def _spoken(api: Api) -> str:
    major, minor = api
    return f"v{major}.{minor}"


def _version(text: str) -> Api:
    major, _, minor = text.partition(".")
    return int(major), int(minor)

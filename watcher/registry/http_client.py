"""One question over HTTP: the connection, its limits, its errors as ours.

The only module that opens connections to registries and their token servers, and to where messages are
posted. Redirects are followed by hand: aiohttp would take the way of judging certificates along to the next
host, and go from https to http.
"""

import asyncio
import os
import ssl
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from urllib.parse import urljoin, urlsplit

import aiohttp
from attrs import evolve

from watcher import __version__
from watcher.model.errors import RegistryError, Trouble
from watcher.registry import certificates
from watcher.registry.connection import proxy_for
from watcher.registry.error_classes import ADVICE
from watcher.registry.messages import Answer, Request, garbage

REQUEST_LIMIT_S = 30.0  # from the first byte out to the last one in, redirects and all
CONNECT_LIMIT_S = 10.0  # with the TLS handshake
MOST_REDIRECTS = 5
_PIECE = 64 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADERS = {"User-Agent": f"ctr-updater/{__version__}", "Accept-Encoding": "identity"}


class NoConnection(RegistryError):
    """There was nobody to say anything to: no host, refused, or no TLS."""


class BrokenOff(RegistryError):
    """The connection ended, or what came is no HTTP: which may be so of one method alone."""


class Wire:
    """Connections to registries, opened when they are needed; `close` it at the end."""

    def __init__(self) -> None:
        self._open: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close every connection."""
        if self._open:
            await self._open.close()
            self._open = None

    @property
    def _session(self) -> aiohttp.ClientSession:
        if self._open is None:  # not before there is a loop
            self._open = aiohttp.ClientSession(
                auto_decompress=False,  # a digest is of the bytes as they come
                cookie_jar=aiohttp.DummyCookieJar(),
                headers=_HEADERS,
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_LIMIT_S),
            )
        return self._open

    async def ask(self, what: str, request: Request) -> Answer:
        """Ask, and follow redirects of what sends nothing; Authorization never crosses to another host.

        Args:
            what: What is tried, as the error says it after "cannot".
            request: To send.

        Raises:
            RegistryError: There is no answer; any status is one.
        """
        async with _guarded(what):
            answer = await self._send(request)
            for _ in range(MOST_REDIRECTS):
                if not _is_redirect(request, answer):
                    break
                request = _redirected(what, request, answer)
                answer = await self._send(request)
            if _is_redirect(request, answer):
                raise garbage(what, f"it redirects more than {MOST_REDIRECTS} times")
            return answer

    async def _send(self, request: Request) -> Answer:
        async with self._session.request(
            request.method,
            request.url,
            data=request.form if request.body is None else request.body,
            headers=request.headers,
            ssl=_tls(request),
            proxy=proxy_for(request.url),
            allow_redirects=False,
        ) as response:
            body = await _at_most(response.content, request.limit + 1)
            headers = {name.lower(): _text(response.headers.getall(name)) for name in response.headers}
            return Answer(response.status, headers, body, request)


def _text(values: Iterable[str]) -> str:
    """A header as a text that can be sent on; aiohttp makes halves of pairs of what is no UTF-8."""
    return ", ".join(values).encode(errors="surrogateescape").decode(errors="replace")


@asynccontextmanager
async def _guarded(what: str) -> AsyncGenerator[None, None]:
    """Give a request its time limit, and make every way it can fail one of ours.

    What aiohttp raises holds the request, login and all, so it is not carried along.
    """
    try:
        async with asyncio.timeout(REQUEST_LIMIT_S):
            yield
    except aiohttp.ConnectionTimeoutError:
        why = f"no connection within {CONNECT_LIMIT_S:g} s"
        raise NoConnection(
            f"cannot {what}: {why}", trouble=Trouble.UNREACHABLE, advice=ADVICE[Trouble.UNREACHABLE]
        ) from None
    except TimeoutError:
        why = f"it accepted the connection, and did not answer within {REQUEST_LIMIT_S:g} s"
        raise RegistryError(
            f"cannot {what}: {why}", trouble=Trouble.NO_ANSWER, advice=ADVICE[Trouble.NO_ANSWER]
        ) from None
    except (aiohttp.ClientConnectorError, aiohttp.ClientHttpProxyError) as error:
        why, advice = _no_connection(error)
        raise NoConnection(f"cannot {what}: {why}", trouble=Trouble.UNREACHABLE, advice=advice) from None
    except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, OSError) as error:
        why = f"the connection broke off{_reason(error)}"
        raise BrokenOff(
            f"cannot {what}: {why}", trouble=Trouble.UNREACHABLE, advice=ADVICE[Trouble.UNREACHABLE]
        ) from None
    except (aiohttp.ClientError, ValueError):
        raise BrokenOff(
            f"cannot {what}: its answer is not HTTP", trouble=Trouble.GARBAGE, advice=ADVICE[Trouble.GARBAGE]
        ) from None


def _no_connection(error: aiohttp.ClientConnectorError | aiohttp.ClientHttpProxyError) -> tuple[str, str]:
    """What was answered, and what to do."""
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return f"the proxy answered {error.status}", "see HTTPS_PROXY and NO_PROXY"
    if isinstance(error, aiohttp.ClientProxyConnectionError):
        return f"the proxy: {_words(error.os_error)}", "see HTTP_PROXY, HTTPS_PROXY and NO_PROXY"
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        why = getattr(error.certificate_error, "verify_message", "")
        where = f"/etc/docker/certs.d/{error.host}:{error.port}/ca.crt"
        return f"certificate verify failed: {why}", f"if its CA is your own: SSL_CERT_FILE, or {where}"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return f"no such host: {_words(error.os_error)}", ADVICE[Trouble.UNREACHABLE]
    if isinstance(error.os_error, ssl.SSLError):
        advice = "where it speaks only http, the engine's `insecure-registries` must name it"
        return _words(error.os_error), advice
    return _words(error.os_error), ADVICE[Trouble.UNREACHABLE]


def _words(error: OSError) -> str:
    """What an error of the system says, without addresses: asyncio puts them into `strerror`."""
    if isinstance(error, ssl.SSLError):
        return f"TLS: {(error.reason or 'no handshake').replace('_', ' ').lower()}"
    positive = error.errno and error.errno > 0  # negative: of getaddrinfo
    return (
        os.strerror(error.errno).lower() if positive and error.errno else str(error.strerror or error).lower()
    )


def _reason(error: BaseException) -> str:
    cause = error.__cause__
    return f": {_words(cause)}" if isinstance(cause, OSError) else ""


def _tls(request: Request) -> ssl.SSLContext | bool:
    return certificates.context() if request.tls is True else request.tls


def _is_redirect(request: Request, answer: Answer) -> bool:
    is_sent = request.form is not None or request.body is not None
    return answer.status in _REDIRECTS and "location" in answer.headers and not is_sent


def _redirected(what: str, request: Request, answer: Answer) -> Request:
    """Make the next request; what began as https with a certificate that was verified stays so."""
    url = urljoin(request.url, answer.headers["location"])
    trusted = request.url.startswith("https:") and request.tls is not False
    if urlsplit(url).scheme not in ({"https"} if trusted else {"http", "https"}):
        raise garbage(what, f"it redirects from {urlsplit(request.url).scheme} to {urlsplit(url).scheme}")
    if _origin(url) == _origin(request.url):
        return evolve(request, url=url)
    headers = {name: value for name, value in request.headers.items() if name != "Authorization"}
    return evolve(request, url=url, headers=headers, tls=True, redirected=True)


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port


async def _at_most(content: aiohttp.StreamReader, limit: int) -> bytes:
    body = bytearray()
    while len(body) < limit and (piece := await content.read(_PIECE)):
        body += piece
    return bytes(body[:limit])

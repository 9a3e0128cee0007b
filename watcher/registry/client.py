"""The one way to registries: what does a tag mean there now?

A HEAD of the manifest, which Docker Hub does not count as a pull, tells the digest; a GET is made only of a
registry whose HEAD does not tell it, and then the digest is made of what came. Registries refuse HEAD of what
they give to GET (Nexus, and proxies in front), so only GET's refusal is believed. See
`http_client` for limits and redirects, `connection` for certificates and proxies, `auth` for logins.
"""

import asyncio
import hashlib
import re
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from watcher.model.errors import RegistryError
from watcher.model.json_object import Json
from watcher.model.reference import HUB, ImageRef
from watcher.model.values import frozen
from watcher.registry.allowance import Allowance, allowance_of
from watcher.registry.auth import BearerTokens, Logins
from watcher.registry.connection import CERTIFICATES, Route, insecure_routes, secure_route
from watcher.registry.http_client import BrokenOff, NoConnection, Wire
from watcher.registry.messages import Answer, Authorization, Request, document, garbage, refusal

MANIFEST_LIMIT = 4 << 20  # bytes; what distribution takes, and so nobody can push more
_ERROR_LIMIT = 64 << 10
_HUB_HOST = "registry-1.docker.io"
_INDEXES = frozenset(
    {
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
    }
)
_MANIFESTS = _INDEXES | {
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
}
_ACCEPT = ", ".join(sorted(_MANIFESTS))
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_SCHEMA = 2
_OK, _UNAUTHORIZED, _TOO_MANY = 200, 401, 429


@frozen
class Descriptor:
    """What a tag means.

    Attributes:
        digest: `sha256:<64 hex>`, of the index where there is one.
        media_type: Of what the digest is of.
    """

    digest: str
    media_type: str

    @property
    def is_index(self) -> bool:
        """Whether it names manifests for several platforms."""
        return self.media_type in _INDEXES


class Registry:
    """Asks registries; `close` it at the end.

    Everything raises RegistryError, whose message names the registry and the reference.

    Args:
        logins: Where to find logins (`Credentials`).
        is_insecure: Whether a registry may be asked without valid TLS (`InsecureRegistries.holds`).
        certificates: The folder of the registries' own CAs.

    Attributes:
        allowances: What registries told last of their limits, by their domains.
    """

    def __init__(
        self,
        logins: Logins,
        is_insecure: Callable[[str], Awaitable[bool]],
        *,
        certificates: Path = CERTIFICATES,
    ) -> None:
        self._is_insecure = is_insecure
        self._certificates = certificates
        self._wire = Wire()
        self._tokens = BearerTokens(self._wire, logins)
        self._routes: dict[str, Route] = {}
        self.allowances: dict[str, Allowance] = {}

    async def close(self) -> None:
        """Close every connection."""
        await self._wire.close()

    async def head(self, ref: ImageRef) -> Descriptor:
        """Ask what a tag means now, or whether a digest is there; costs no pull at Docker Hub."""
        try:
            answer = await self._ask("HEAD", ref, ref.digest or ref.tag, _ERROR_LIMIT)
        except BrokenOff:
            return await self._get(ref)
        if answer.status != _OK or answer.media_type not in _MANIFESTS or not _told(answer):
            return await self._get(ref)
        digest = _told(answer)
        if not is_digest(digest):
            raise garbage(_what(ref), "what it says of the digest is not sha256:<64 hex>")
        if ref.digest and digest != ref.digest:
            raise garbage(_what(ref), f"it lies about its digest: it says {digest}")
        return Descriptor(digest, answer.media_type)

    async def manifest(self, ref: ImageRef, digest: str) -> Json:
        """Fetch the manifest or index with this digest, and see that it is the one."""
        answer = await self._ask("GET", ref, digest, MANIFEST_LIMIT)
        return _checked(_what(ref), answer, digest)

    async def _get(self, ref: ImageRef) -> Descriptor:
        answer = await self._ask("GET", ref, ref.digest or ref.tag, MANIFEST_LIMIT)
        digest = f"sha256:{hashlib.sha256(answer.body).hexdigest()}"
        found = _checked(_what(ref), answer, ref.digest or _told(answer) or digest)
        return Descriptor(digest, str(found.get("mediaType") or answer.media_type))

    async def _ask(self, method: str, ref: ImageRef, wanted: str, limit: int) -> Answer:
        """Ask, and once more with what a 401 asks for; that HEAD is refused is an answer: GET may not be."""
        first = held = await self._tokens.known(ref)
        answer = await self._send(method, ref, wanted, limit, held)
        if answer.status == _UNAUTHORIZED:
            held = await self._tokens.answer(answer, ref, first)
            if held.authorization not in {"", first.authorization}:
                answer = await self._send(method, ref, wanted, limit, held)
        if answer.status == _OK or (method == "HEAD" and not _is_final(answer, held)):
            return answer
        if answer.status == _UNAUTHORIZED:
            self._tokens.forget(ref)
        raise refusal(_what(ref), answer, held, first)

    async def _send(self, method: str, ref: ImageRef, wanted: str, limit: int, held: Authorization) -> Answer:
        """Ask by the way that worked last, else by each in turn until there is a connection."""
        headers = {"Accept": _ACCEPT}
        if held.authorization:
            headers["Authorization"] = held.authorization
        url = f"{_host(ref)}/v2/{ref.path}/manifests/{wanted}"
        routes = await self._routes_to(ref.domain)
        for route in routes:
            request = Request(f"{route.scheme}://{url}", limit, method, route.tls, headers)
            try:
                answer = await self._wire.ask(_what(ref), request)
            except RegistryError as error:
                self._routes.pop(ref.domain, None)
                if route is routes[-1] or not isinstance(error, NoConnection):
                    raise
            else:
                break
        self._remember(ref.domain, route, answer)
        return answer

    async def _routes_to(self, domain: str) -> list[Route]:
        if known := self._routes.get(domain):
            return [known]
        if await self._is_insecure(domain):
            return insecure_routes()
        return [await asyncio.to_thread(secure_route, domain, self._certificates)]

    def _remember(self, domain: str, route: Route, answer: Answer) -> None:
        """Keep the way while it works (servers of https answer http too, with 400), and what it tells."""
        if found := allowance_of(answer.headers, time.time()):
            self.allowances[domain] = found
        if answer.status in {_OK, _UNAUTHORIZED}:
            self._routes[domain] = route
        else:
            self._routes.pop(domain, None)


def is_digest(found: object) -> bool:
    """Whether a value is `sha256:<64 hex>`."""
    return isinstance(found, str) and _DIGEST.fullmatch(found) is not None


def _what(ref: ImageRef) -> str:
    return f"ask {_host(ref)} for {ref.familiar}"


def _host(ref: ImageRef) -> str:
    return _HUB_HOST if ref.domain == HUB else ref.domain


def _is_final(answer: Answer, held: Authorization) -> bool:
    """Whether a refusal of HEAD is one of GET too, which is not tried: logins get locked."""
    was_shown = bool(held.authorization) or not held.login.anonymous
    return answer.status == _TOO_MANY or (answer.status == _UNAUTHORIZED and was_shown)


def _told(answer: Answer) -> str:
    return answer.headers.get("docker-content-digest", "").strip()


def _checked(what: str, answer: Answer, digest: str) -> Json:
    """Read what came as the manifest of a digest."""
    if len(answer.body) > MANIFEST_LIMIT:
        raise garbage(what, f"it sends more than {MANIFEST_LIMIT >> 20} MiB for a manifest")
    found = f"sha256:{hashlib.sha256(answer.body).hexdigest()}"
    if found != digest:
        raise garbage(what, f"it lies about its digest: what it sent is {found}, and not {digest}")
    content = document(answer.body)
    if (
        content is None
        or type(content.get("schemaVersion")) is not int
        or content["schemaVersion"] != _SCHEMA
    ):
        raise garbage(what, f"what it sent ({answer.media_type or 'of no type'}) is no image manifest")
    return content

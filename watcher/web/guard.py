"""Who may ask for what: the token or the session, the Host, and where a page comes from."""

import base64
from collections.abc import Awaitable, Callable
from enum import Enum
from urllib.parse import urlsplit

from aiohttp import web
from attrs import field

from watcher.model.hosts import host_of, is_address
from watcher.model.values import frozen
from watcher.web.responses import error
from watcher.web.sessions import COOKIE, Sessions
from watcher.web.tokens import Role, Tokens, WrongTokens

HEADER = "X-CTR-Updater"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_ADVICE = "send `Authorization: Bearer TOKEN`, with the token in CTR_UPDATER_TOKEN or CTR_UPDATER_READ_TOKEN"


class Access(Enum):
    """What a route needs."""

    OPEN = "nothing"
    LOGIN = "our own page"
    READ = "a token, unless --public read"
    METRICS = "a token, unless --public metrics"
    CARD = "a token, also as the password of somebody, unless --public read"
    ACT = "CTR_UPDATER_TOKEN"


@frozen
class Guard:
    """Lets a request pass, or answers it.

    Attributes:
        tokens: The tokens that there are.
        public: What needs no token.
        names: By which names a browser may call us, beside addresses and `localhost`.
    """

    tokens: Tokens
    public: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    sessions: Sessions = field(factory=Sessions)
    wrong: WrongTokens = field(factory=WrongTokens)

    def protected(self, access: Access, handler: Handler) -> Handler:
        """A handler that answers only requests with this access."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            return self._refusal(request, access) or await handler(request)

        return guarded

    def role(self, request: web.Request) -> Role:
        """What somebody may do, by token or by session."""
        if given := _bearer(request):
            return self.tokens.role(given)
        return self.sessions.role(request.cookies.get(COOKIE, ""))

    def shown(self, given: str, peer: str) -> Role | web.Response:
        """What the bearer of a token may do, or the refusal where the token is not looked at."""
        if self.wrong.is_barred(peer):
            return error(429, "too many wrong tokens", "wait for a minute", Retry_After="60")
        if (role := self.tokens.role(given)) is Role.NOBODY:
            self.wrong.add(peer)
        return role

    def _refusal(self, request: web.Request, access: Access) -> web.Response | None:
        if access is Access.OPEN:
            return None
        if given := _bearer(request) or (_password(request) if access is Access.CARD else ""):
            return self._by_token(given, request, access)
        if not self._is_ours(request.host):
            return error(421, f"this is not {request.host}", "name it with --listen-host")
        if access in {Access.LOGIN, Access.ACT} and not _is_own_page(request):
            return error(
                403, "this came from no page of ours", f"send Origin and {HEADER}, or a bearer token"
            )
        return self._enough(self.sessions.role(request.cookies.get(COOKIE, "")), access)

    def _by_token(self, given: str, request: web.Request, access: Access) -> web.Response | None:
        role = self.shown(given, request.remote or "")
        if isinstance(role, web.Response):
            return role
        if role is Role.NOBODY:
            return error(401, "this token is none of ours", _ADVICE, WWW_Authenticate="Bearer")
        return self._enough(role, access)

    def _enough(self, role: Role, access: Access) -> web.Response | None:
        if access is Access.LOGIN or (access is not Access.ACT and self._is_public(access)):
            return None
        if role is Role.NOBODY:
            return error(401, "this needs a token", _ADVICE, WWW_Authenticate="Bearer")
        if access is Access.ACT and role is not Role.ACTOR:
            return error(403, "this token may only read", "use the one of CTR_UPDATER_TOKEN")
        return None

    def _is_public(self, access: Access) -> bool:
        return ("read" if access is Access.CARD else access.name.lower()) in self.public

    def _is_ours(self, host: str) -> bool:
        """Whether a browser was not led here by somebody's DNS: an address is told by no DNS."""
        name = host_of(host) if host.isprintable() and "@" not in host else ""
        return name == "localhost" or is_address(name) or name in self.names


def _bearer(request: web.Request) -> str:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    return given.strip() if scheme.lower() == "bearer" else ""


def _password(request: web.Request) -> str:
    """The password that cards send, which know no token; the name beside it may be any."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(given.strip(), validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


def _is_own_page(request: web.Request) -> bool:
    """Whether a request came from a page of ours: no other one can send that header, or this Origin."""
    place = _place_of(request.headers.get("Origin", ""))
    return HEADER in request.headers and bool(place) and place == request.host


def _place_of(origin: str) -> str:
    """The host and the port of an origin, as they are written; empty where it is none."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""

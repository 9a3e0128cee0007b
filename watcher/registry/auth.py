"""What a registry is shown: a password, or a token that its token server gives for one.

As the engine does it (distribution's token specification): the registry's 401 names the token server. Other
than the engine's, a login goes only to one of the registry's own domain (`login_domains`). A
token is asked for with the login and for one repository, only to pull, and used until it ends. Over http a
login goes only where the registry itself is asked over http, which the engine's settings decide.
"""

import asyncio
import base64
import re
from typing import Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from attrs import evolve, field

from watcher.model.errors import RegistryError, Trouble
from watcher.model.json_object import Json
from watcher.model.reference import ImageRef
from watcher.model.values import frozen
from watcher.registry.http_client import Wire
from watcher.registry.login import Login
from watcher.registry.login_domains import is_of
from watcher.registry.messages import Answer, Authorization, Request, Tls, document, garbage, refusal
from watcher.registry.www_authenticate import chosen

CLIENT_ID = "ctr-updater"
SHORTEST_LIFE_S = 60.0  # of a token that says less, or nothing: the specification's default
_LONGEST_LIFE_S = 86400.0
_BUFFER_S = 5.0  # before its end a token is not used any more
_LIMIT = 1 << 20  # bytes of a token server's answer
_HOST = re.compile(r"[A-Za-z0-9._-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:]+\](:[0-9]{1,5})?")
_OK, _BAD_REQUEST, _UNAUTHORIZED = 200, 400, 401


class Logins(Protocol):
    """Where logins come from: `registry.credentials.Credentials`."""

    async def find(self, domain: str) -> Login: ...  # noqa: D102 - see there
    def forget(self, domain: str) -> None: ...  # noqa: D102 - see there


@frozen
class _Asked:
    """What a registry has asked for, and how it was asked itself."""

    kind: str  # of the challenge
    realm: str  # as a request takes it; empty where it is no URL
    service: str
    by: str  # http or https
    tls: Tls = field(repr=False)


@frozen
class _Token:
    authorization: str = field(repr=False)
    login: Login
    asked: _Asked
    until: float  # of the loop's clock


class BearerTokens:
    """Passes for registries; remembers what each one asks for, and tokens until they end.

    Args:
        wire: To reach token servers.
        logins: Where to find logins.
    """

    def __init__(self, wire: Wire, logins: Logins) -> None:
        self._wire = wire
        self._logins = logins
        self._asked: dict[str, _Asked] = {}
        self._tokens: dict[str, _Token] = {}

    async def known(self, ref: ImageRef) -> Authorization:
        """Make the pass that this registry asked for before; an empty one where it did not.

        Raises:
            RegistryError: Its token server gave none.
        """
        asked = self._asked.get(ref.domain)
        return await self._pass(asked, ref) if asked else Authorization()

    async def answer(self, answer: Answer, ref: ImageRef, refused: Authorization) -> Authorization:
        """Make the pass that a 401 asks for; an empty one where nobody could.

        Args:
            answer: The 401.
            ref: What was asked for.
            refused: What was shown, which is worth nothing any more: its login may have ended too.

        Raises:
            RegistryError: The token server gave none.
        """
        if refused.authorization:
            self.forget(ref)
        challenge = chosen(answer.headers.get("www-authenticate", ""))
        if not challenge or answer.request.redirected:  # a login is for the registry that it is of
            return Authorization(login=await self._logins.find(ref.domain))
        realm, service = (challenge.parameters.get(name, "") for name in ("realm", "service"))
        by = urlsplit(answer.request.url).scheme
        asked = _Asked(challenge.scheme, _normal(realm), service, by, answer.request.tls)
        self._asked[ref.domain] = asked
        return await self._pass(asked, ref)

    def forget(self, ref: ImageRef) -> None:
        """Drop what was refused."""
        self._asked.pop(ref.domain, None)
        self._tokens.pop(ref.repository, None)
        self._logins.forget(ref.domain)

    async def _pass(self, asked: _Asked, ref: ImageRef) -> Authorization:
        login = await self._logins.find(ref.domain)
        if asked.kind == "basic":
            return Authorization(_basic(login), login)
        if login.registry_token:
            return Authorization(f"Bearer {login.registry_token}", login)
        now = asyncio.get_running_loop().time()
        token = self._tokens.get(ref.repository)
        if not token or token.until <= now or (token.login, token.asked) != (login, asked):
            token = await self._fetch(asked, login, ref)
            self._tokens = {name: held for name, held in self._tokens.items() if held.until > now}
            self._tokens[ref.repository] = token
        return Authorization(token.authorization, login)

    async def _fetch(self, asked: _Asked, login: Login, ref: ImageRef) -> _Token:
        what = f"get a token for {ref.familiar} from {_token_server(asked.realm) or 'its token server'}"
        _check(what, asked, login, ref)
        answer = await self._wire.ask(what, _request(asked, login, ref))
        if answer.status != _OK:
            error = _refused(what, answer, login)
            if error.trouble is Trouble.BAD_LOGIN:
                self.forget(ref)
            raise error
        return _token(what, document(answer.body) or {}, asked, login)


def _request(asked: _Asked, login: Login, ref: ImageRef) -> Request:
    """Ask for a token.

    Certificates are judged as the registry's, which the engine does too: private registries share their CA
    with their token servers.
    """
    realm = asked.realm
    fields = {"service": asked.service} if asked.service else {}
    fields["scope"] = f"repository:{ref.path}:pull"
    if login.identity_token:
        fields |= {"grant_type": "refresh_token", "refresh_token": login.identity_token}
        fields["client_id"] = CLIENT_ID
        return Request(realm, _LIMIT, "POST", asked.tls, form=fields)
    if login.anonymous:
        return Request(_with_query(realm, fields), _LIMIT, tls=asked.tls)
    fields["account"] = login.username
    return Request(
        _with_query(realm, fields), _LIMIT, tls=asked.tls, headers={"Authorization": _basic(login)}
    )


def _normal(realm: str) -> str:
    """A URL as every part of this program, and what sends it, reads it; empty where it cannot be taken apart.

    `urlsplit` passes over blanks before it, and tabs and ends of lines in it; what is compared as a text must
    not have them.
    """
    try:
        parts = urlsplit(realm)
        _ = parts.port  # raises for a port that there cannot be
    except ValueError:
        return ""
    return urlunsplit(parts)


def _token_server(realm: str) -> str:
    """The host of a normal URL that a token can be asked of; empty where it is none."""
    parts = urlsplit(realm)
    return parts.netloc if parts.scheme in {"http", "https"} and _HOST.fullmatch(parts.netloc) else ""


def _check(what: str, asked: _Asked, login: Login, ref: ImageRef) -> None:
    """Keep a login from going where the registry has no right to send it."""
    if not _token_server(asked.realm):
        raise garbage(what, "the `realm` that the registry names is no URL of one")
    realm = urlsplit(asked.realm)
    if realm.scheme == "http" and asked.by == "https" and not login.anonymous:
        why = "the registry wants the login sent there without TLS, and it is not"
        advice = "the `realm` that the registry names must be an https URL"
        raise RegistryError(f"cannot {what}: {why}", trouble=Trouble.OTHER, advice=advice)
    if not login.anonymous and not is_of(ref.domain, realm.hostname or ""):
        why = f"that is no token server of {ref.domain}, and the login was not sent there"
        advice = "the `realm` that the registry names must be of its own domain; see what stands in between"
        raise RegistryError(f"cannot {what}: {why}", trouble=Trouble.OTHER, advice=advice)


def _basic(login: Login) -> str:
    if not login.username or login.identity_token:
        return ""
    return "Basic " + base64.b64encode(f"{login.username}:{login.password}".encode()).decode()


def _with_query(url: str, fields: dict[str, str]) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query=urlencode(parse_qsl(parts.query) + list(fields.items()))))


def _refused(what: str, answer: Answer, login: Login) -> RegistryError:
    # OAuth 2 answers 400 (invalid_grant) to a refresh token that has ended (RFC 6749, 5.2)
    if answer.status == _BAD_REQUEST and login.identity_token:
        answer = evolve(answer, status=_UNAUTHORIZED)
    return refusal(what, answer, Authorization(_basic(login), login))


def _token(what: str, said: Json, asked: _Asked, login: Login) -> _Token:
    token = said.get("token") or said.get("access_token")
    if not isinstance(token, str) or not token.isascii() or not token.isprintable() or " " in token:
        raise garbage(what, "its answer holds no token")
    life = said.get("expires_in")
    seconds = min(max(SHORTEST_LIFE_S, life if isinstance(life, int | float) else 0), _LONGEST_LIFE_S)
    until = asyncio.get_running_loop().time() + seconds - _BUFFER_S
    return _Token(f"Bearer {token}", login, asked, until)

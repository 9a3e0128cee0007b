"""Who we are to a registry, found as the docker CLI finds it.

In this order: the variables `CTR_UPDATER_REGISTRY_*`, for the one registry that they name; the JSON in
`DOCKER_AUTH_CONFIG`; the CLI's config.json, where a registry's own helper (`credHelpers`) beats the
general one (`credsStore`), which beats what stands in the file (`auths`). As with the CLI, a helper
that has no login means none, whatever the file says (docker/cli `cli/config/configfile/file.go` and
`cli/config/credentials/*.go`). More lenient than the CLI: Docker Hub is found under each of its names,
and one broken entry spoils only its own registry. No secret is in any repr or message.
"""

import asyncio
import base64
import json
import os
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import evolve, field

from watcher.config.docker_cli import config_folder
from watcher.model.reference import HUB
from watcher.model.values import frozen
from watcher.registry.credential_helpers import HelperFailed, ask

FRESH_S = 300.0  # a helper's answer; the shortest-lived logins known last an hour
TROUBLE_FRESH_S = 60.0  # a helper's failure, which somebody may be mending
_HUB_SERVER = "https://index.docker.io/v1/"
_HUB_HOSTS = frozenset({HUB, "index.docker.io", "registry-1.docker.io"})
_TOKEN_USER = "<token>"  # noqa: S105 - what a helper calls the user of an identity token
_REGISTRY = "CTR_UPDATER_REGISTRY"
_USER, _PASSWORD = f"{_REGISTRY}_USER", f"{_REGISTRY}_PASSWORD"
_VARIABLES = (_USER, f"{_USER}_FILE", _PASSWORD, f"{_PASSWORD}_FILE")


@frozen
class Login:
    """What a registry is shown.

    Attributes:
        username: Empty for tokens.
        password: Goes with the user's name.
        identity_token: An OAuth2 refresh token, to be exchanged for a bearer token.
        registry_token: A bearer token, used as it is.
        trouble: Why there is no login although one was configured; one line, for messages.
    """

    username: str = ""
    password: str = field(default="", repr=False)
    identity_token: str = field(default="", repr=False)
    registry_token: str = field(default="", repr=False)
    trouble: str = ""

    @property
    def anonymous(self) -> bool:
        """Whether there is nothing to show."""
        return not (self.username or self.password or self.identity_token or self.registry_token)

    def header(self, domain: str) -> dict[str, str]:
        """The engine's `X-Registry-Auth` for a pull from `domain`; none where anonymous.

        The containerd store sends a login only to the host in `serveraddress`, a bearer token too, and
        knows Docker Hub by its index alone (moby `daemon/containerd/resolver.go`).
        """
        if self.anonymous:
            return {}
        content = json.dumps({**self._strongest(), "serveraddress": _server(domain)})
        return {"X-Registry-Auth": base64.urlsafe_b64encode(content.encode()).decode()}

    def _strongest(self) -> dict[str, str]:
        if self.registry_token:
            return {"registrytoken": self.registry_token}
        if self.identity_token:
            return {"identitytoken": self.identity_token}
        return {"username": self.username, "password": self.password}


class Credentials:
    """Finds logins; reads files again when they change, and asks a helper once for many tags.

    Args:
        environ: The environment, which helpers are given too.
    """

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._environ = environ
        self._file = _ConfigFile(config_folder(environ) / "config.json")
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._answers: dict[str, _Answer] = {}

    async def find(self, domain: str) -> Login:
        """Find the login at a registry (`ImageRef.domain`).

        Whatever is broken on the way becomes `Login.trouble`.
        """
        if login := self._of_variables(domain):
            return login
        given = _parse(self._environ.get("DOCKER_AUTH_CONFIG", ""), "DOCKER_AUTH_CONFIG")
        login = given.login(domain)
        if not login.anonymous:
            return login
        found = await self._of_file(domain)
        return evolve(found, trouble=login.trouble) if found == Login() else found

    def forget(self, domain: str) -> None:
        """Ask the helper anew next time: the registry refused the login that it gave."""
        self._answers.pop(domain, None)

    async def _of_file(self, domain: str) -> Login:
        config = self._file.read()
        in_file = config.login(domain)
        helper = config.helper(domain)
        if not helper:
            return in_file
        # The CLI takes what no helper can hold from the file.
        return evolve(await self._of_helper(helper, domain), registry_token=in_file.registry_token)

    async def _of_helper(self, helper: str, domain: str) -> Login:
        async with self._locks[domain]:
            now = asyncio.get_running_loop().time()
            known = self._answers.get(domain)
            if not known or known.helper != helper or known.until < now:
                known = _Answer(helper, await _asked(helper, domain, self._environ), now)
                self._answers[domain] = known
            return known.login

    def _of_variables(self, domain: str) -> Login | None:
        named = self._environ.get(_REGISTRY) or HUB
        if _host(named) != domain or not any(self._environ.get(name) for name in _VARIABLES):
            return None
        try:
            return Login(self._value(_USER), self._value(_PASSWORD))
        except _Unreadable as error:
            return Login(trouble=str(error))

    def _value(self, name: str) -> str:
        value, path = self._environ.get(name), self._environ.get(f"{name}_FILE")
        if value and path:
            raise _Unreadable(f"{name} and {name}_FILE are both set: keep one")
        if path:
            value = _content(f"{name}_FILE", Path(path))
        if not value:
            raise _Unreadable(f"{name} or {name}_FILE is needed too: it is empty or not set")
        return value


class _Unreadable(Exception):
    """A setting holds no login; `str()` says why in one line, without what it holds."""


@frozen
class _Answer:
    helper: str
    login: Login
    asked_at: float  # seconds of the loop's clock

    @property
    def until(self) -> float:
        return self.asked_at + (TROUBLE_FRESH_S if self.login.trouble else FRESH_S)


@frozen
class _Config:
    """The part of a config.json that is about logins."""

    source: str
    auths: dict[str, Any] = field(factory=dict, repr=False)
    helpers: dict[str, Any] = field(factory=dict)
    store: str = ""
    trouble: str = ""

    def helper(self, domain: str) -> str:
        """The helper for a registry; an empty name in `credHelpers` turns `credsStore` off for it."""
        own = _entry(self.helpers, domain)
        return str(self.store if own is None else own)

    def login(self, domain: str) -> Login:
        entry = _entry(self.auths, domain)
        if entry is None:
            return Login(trouble=self.trouble)
        try:
            return _of_entry(entry)
        except _Unreadable as error:
            return Login(trouble=f"{self.source}: the entry of {domain} {error}")


class _ConfigFile:
    """A config.json, read again whenever it is another one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._signature: tuple[int, ...] | None = None
        self._config = _Config(str(path))

    def read(self) -> _Config:
        signature = _signature(self._path)
        if signature != self._signature:
            self._config = _read(self._path)
            self._signature = signature
        return self._config


def _signature(path: Path) -> tuple[int, ...]:
    try:
        status = path.stat()
    except OSError as error:
        return (error.errno or 0,)
    # ctime: a file that could not be read is mended by chmod, which changes nothing else
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino


def _read(path: Path) -> _Config:
    try:
        return _parse(path.read_bytes(), str(path))
    except FileNotFoundError:
        return _Config(str(path))
    except OSError as error:
        return _Config(str(path), trouble=f"{path} cannot be read: {error.strerror}")


def _parse(text: str | bytes, source: str) -> _Config:
    try:
        content = json.loads(text) if text.strip() else {}
    except json.JSONDecodeError as error:
        return _Config(source, trouble=f"{source} is not JSON: {error.msg} in line {error.lineno}")
    except (ValueError, RecursionError):
        return _Config(source, trouble=f"{source} is not JSON")
    if not isinstance(content, dict):
        return _Config(source, trouble=f"{source} is not a JSON object")
    auths, helpers, store = (content.get(key) for key in ("auths", "credHelpers", "credsStore"))
    if not (
        isinstance(auths or {}, dict) and isinstance(helpers or {}, dict) and isinstance(store or "", str)
    ):
        return _Config(source, trouble=f"{source}: auths, credHelpers or credsStore is not of its type")
    return _Config(source, auths or {}, helpers or {}, store or "")


def _entry(entries: Mapping[str, Any], domain: str) -> Any | None:
    exact = _server(domain)
    if exact in entries:
        return entries[exact]
    return next((entry for key, entry in entries.items() if _host(key) == domain), None)


def _of_entry(entry: Any) -> Login:
    keys = ("username", "password", "identitytoken", "registrytoken", "auth")
    try:
        values = [entry.get(key) or "" for key in keys]
        "".join(values).encode()
    except (AttributeError, TypeError, UnicodeEncodeError):
        raise _Unreadable("is not as `docker login` writes it") from None
    *login, auth = values
    if auth:
        login[:2] = _decoded("".join(auth.split()))
    return Login(*login)


def _decoded(auth: str) -> tuple[str, str]:
    """User and password; the zeros round it are those of old clients (docker/cli `decodeAuth`)."""
    try:
        text = base64.b64decode(auth + "=" * (-len(auth) % 4), validate=True).decode()
    except ValueError:
        text = ""
    username, _, password = text.partition(":")
    if not username or ":" not in text:
        raise _Unreadable("has an auth that is not the base64 of user:password")
    return username, password.strip("\0")


async def _asked(helper: str, domain: str, environ: Mapping[str, str]) -> Login:
    try:
        answer = await ask(helper, _server(domain), environ)
    except HelperFailed as error:
        return Login(trouble=str(error))
    if answer and answer[0] == _TOKEN_USER:
        return Login(identity_token=answer[1])
    return Login(*answer) if answer else Login()


def _server(domain: str) -> str:
    """A registry's name in config.json, to helpers and to the engine."""
    return _HUB_SERVER if domain == HUB else domain


def _host(address: str) -> str:
    """The registry that an address with or without scheme and path means."""
    host = address.rpartition("://")[2].partition("/")[0]
    return HUB if host in _HUB_HOSTS else host


def _content(name: str, path: Path) -> str:
    try:
        return path.read_text().rstrip("\r\n")
    except OSError as error:
        raise _Unreadable(f"{name}: cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise _Unreadable(f"{name}: {path} is not text") from None

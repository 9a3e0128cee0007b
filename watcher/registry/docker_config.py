"""Logins and credential helpers as the docker CLI's config.json has them.

A registry's own helper (`credHelpers`) beats the general one (`credsStore`); what stands in the file itself
is `auths`. More lenient than the CLI: Docker Hub is found under each of its names, and one broken entry
spoils only its own registry.
"""

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import field

from watcher.model.values import frozen
from watcher.registry.login import Login, Unreadable, host_of, server_of


@frozen
class DockerConfig:
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
        """The login that the file itself has for a registry; whatever is broken becomes `Login.trouble`."""
        entry = _entry(self.auths, domain)
        if entry is None:
            return Login(trouble=self.trouble)
        try:
            return _of_entry(entry)
        except Unreadable as error:
            return Login(trouble=f"{self.source}: the entry of {domain} {error}")


class ConfigFile:
    """A config.json, read again whenever it is another one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._signature: tuple[int, ...] | None = None
        self._config = DockerConfig(str(path))

    def read(self) -> DockerConfig:
        """What it says now."""
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


def _read(path: Path) -> DockerConfig:
    try:
        return parse(path.read_bytes(), str(path))
    except FileNotFoundError:
        return DockerConfig(str(path))
    except OSError as error:
        return DockerConfig(str(path), trouble=f"{path} cannot be read: {error.strerror}")


def parse(text: str | bytes, source: str) -> DockerConfig:
    """The logins in a text of JSON; `source` is what people call it, for messages."""
    try:
        content = json.loads(text) if text.strip() else {}
    except json.JSONDecodeError as error:
        return DockerConfig(source, trouble=f"{source} is not JSON: {error.msg} in line {error.lineno}")
    except (ValueError, RecursionError):
        return DockerConfig(source, trouble=f"{source} is not JSON")
    if not isinstance(content, dict):
        return DockerConfig(source, trouble=f"{source} is not a JSON object")
    auths, helpers, store = (content.get(key) for key in ("auths", "credHelpers", "credsStore"))
    if not (
        isinstance(auths or {}, dict) and isinstance(helpers or {}, dict) and isinstance(store or "", str)
    ):
        return DockerConfig(source, trouble=f"{source}: auths, credHelpers or credsStore is not of its type")
    return DockerConfig(source, auths or {}, helpers or {}, store or "")


def _entry(entries: Mapping[str, Any], domain: str) -> Any | None:
    exact = server_of(domain)
    if exact in entries:
        return entries[exact]
    return next((entry for key, entry in entries.items() if host_of(key) == domain), None)


def _of_entry(entry: Any) -> Login:
    keys = ("username", "password", "identitytoken", "registrytoken", "auth")
    try:
        values = [entry.get(key) or "" for key in keys]
        "".join(values).encode()
    except (AttributeError, TypeError, UnicodeEncodeError):
        raise Unreadable("is not as `docker login` writes it") from None
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
        raise Unreadable("has an auth that is not the base64 of user:password")
    return username, password.strip("\0")

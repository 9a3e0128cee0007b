"""What a registry is shown of us, and how registries are called where logins are kept. No I/O."""

import base64
import json

from attrs import field

from watcher.model.reference import HUB
from watcher.model.values import frozen

_HUB_SERVER = "https://index.docker.io/v1/"
_HUB_HOSTS = frozenset({HUB, "index.docker.io", "registry-1.docker.io"})


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
        content = json.dumps({**self._strongest(), "serveraddress": server_of(domain)})
        return {"X-Registry-Auth": base64.urlsafe_b64encode(content.encode()).decode()}

    def _strongest(self) -> dict[str, str]:
        if self.registry_token:
            return {"registrytoken": self.registry_token}
        if self.identity_token:
            return {"identitytoken": self.identity_token}
        return {"username": self.username, "password": self.password}


class Unreadable(Exception):
    """A setting holds no login; `str()` says why in one line, without what it holds."""


def server_of(domain: str) -> str:
    """A registry's name in config.json, to helpers and to the engine."""
    return _HUB_SERVER if domain == HUB else domain


def host_of(address: str) -> str:
    """The registry that an address with or without scheme and path means."""
    host = address.rpartition("://")[2].partition("/")[0]
    return HUB if host in _HUB_HOSTS else host

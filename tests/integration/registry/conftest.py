"""Fixtures over registries that misbehave, and a client for them."""

import base64
import contextlib
import hashlib
import http.client
import json
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import trustme
from attrs import define, field

from tests.testbed.badregistry import MANIFEST, BadRegistry
from tests.testbed.registry import PrivateRegistry
from watcher.model.errors import RegistryError
from watcher.model.reference import ImageRef
from watcher.registry.client import Registry
from watcher.registry.insecure import InsecureRegistries
from watcher.registry.login import Login

LOCAL = {"RegistryConfig": {"InsecureRegistryCIDRs": ["127.0.0.0/8"], "IndexConfigs": {}}}


@define
class Logins:
    """Logins by registry; what is forgotten gives way to what is in `later`."""

    now: dict[str, Login] = field(factory=dict)
    later: dict[str, Login] = field(factory=dict)
    forgotten: list[str] = field(factory=list)

    async def find(self, domain: str) -> Login:
        return self.now.get(domain, Login())

    def forget(self, domain: str) -> None:
        self.forgotten.append(domain)
        if domain in self.later:
            self.now[domain] = self.later.pop(domain)


@pytest.fixture
def logins() -> Logins:
    return Logins()


@pytest.fixture
def bad() -> Iterator[BadRegistry]:
    """Over http, as engines speak to 127.0.0.1 unasked."""
    with BadRegistry() as registry:
        yield registry


@pytest.fixture
def ca() -> trustme.CA:
    """A CA that nobody knows."""
    return trustme.CA()


@pytest.fixture
def tls(ca: trustme.CA) -> ssl.SSLContext:
    """The certificate of a server at 127.0.0.1 and localhost."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    return context


@pytest.fixture
def secure(tls: ssl.SSLContext) -> Iterator[BadRegistry]:
    """Over TLS, with a certificate of `ca`."""
    with BadRegistry(tls=tls) as registry:
        yield registry


@pytest.fixture
def certificates(tmp_path: Path) -> Path:
    """The folder of the registries' own CAs."""
    return tmp_path / "certs.d"


@pytest.fixture
def trusted(secure: BadRegistry, ca: trustme.CA, certificates: Path) -> None:
    """The engine's folder holds the CA of `secure`."""
    trust(certificates / secure.address, ca)


Open = Callable[[Any], Registry]


@pytest_asyncio.fixture
async def open_client(logins: Logins, certificates: Path) -> AsyncIterator[Open]:
    """A function that makes a client for what an engine says in GET /info."""
    made = []

    def make(info: Any) -> Registry:
        async def ask() -> Any:
            return info

        made.append(Registry(logins, InsecureRegistries(ask).holds, certificates=certificates))
        return made[-1]

    yield make
    for client in made:
        await client.close()


@pytest.fixture
def client(open_client: Open) -> Registry:
    """A client beside an engine as it is out of the box."""
    return open_client(LOCAL)


@pytest.fixture
def strict(open_client: Open) -> Registry:
    """A client beside an engine that wants certificates of everybody."""
    return open_client({"RegistryConfig": {"InsecureRegistryCIDRs": []}})


def app(registry: BadRegistry, tag: str = "1", *, name: str = "app") -> ImageRef:
    """The reference of a manifest there."""
    return ImageRef(registry.address, name, tag)


async def refused(client: Registry, ref: ImageRef) -> RegistryError:
    """The error of a HEAD."""
    with pytest.raises(RegistryError) as caught:
        await client.head(ref)
    return caught.value


def trust(folder: Path, ca: trustme.CA) -> None:
    """Put a CA where the engine looks for that of a registry."""
    folder.mkdir(parents=True)
    ca.cert_pem.write_to_path(str(folder / "ca.crt"))


def upload(registry: PrivateRegistry, login: Login | None = None) -> str:
    """Put an image of nothing at all into a real registry, `app:1`, and return its digest."""
    config = b'{"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": []}}'
    blob = f"sha256:{hashlib.sha256(config).hexdigest()}"
    described = {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": blob, "size": len(config)}
    content = {"schemaVersion": 2, "mediaType": MANIFEST, "config": described, "layers": []}
    headers = {}
    if login:
        encoded = base64.b64encode(f"{login.username}:{login.password}".encode()).decode()
        headers["Authorization"] = f"Basic {encoded}"
    with contextlib.closing(http.client.HTTPConnection(registry.address)) as connection:
        connection.request("POST", "/v2/app/blobs/uploads/", headers=headers)
        begun = connection.getresponse()
        begun.read()
        where = f"{begun.headers['Location']}&digest={blob}"
        _put(connection, where, config, headers | {"Content-Type": "application/octet-stream"})
        return _put(
            connection,
            "/v2/app/manifests/1",
            json.dumps(content).encode(),
            headers | {"Content-Type": MANIFEST},
        )


def _put(connection: http.client.HTTPConnection, where: str, body: bytes, headers: dict[str, str]) -> str:
    connection.request("PUT", where, body, headers)
    done = connection.getresponse()
    done.read()
    assert done.status == 201
    return str(done.headers["Docker-Content-Digest"])

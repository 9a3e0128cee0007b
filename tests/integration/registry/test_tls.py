"""http only where the engine speaks it, and certificates as the engine takes them."""

import os
import ssl
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import trustme

from tests.integration.registry.conftest import app, refused, trust
from tests.testbed.badregistry import BadRegistry, Hang, answer, redirect
from tests.testbed.engine import PrivateEngine
from watcher.model.errors import Trouble
from watcher.registry import http_client
from watcher.registry.client import Registry
from watcher.registry.insecure import InsecureRegistries


async def test_a_certificate_of_nobody_is_refused(strict: Registry, secure: BadRegistry) -> None:
    secure.serve("app", "1")

    error = await refused(strict, app(secure))

    assert error.trouble is Trouble.UNREACHABLE
    assert "certificate verify failed: " in error.message
    assert f"/etc/docker/certs.d/{secure.address}/ca.crt" in error.advice
    assert not secure.requests


@pytest.mark.usefixtures("trusted")
async def test_a_ca_in_the_engines_folder_is_believed(strict: Registry, secure: BadRegistry) -> None:
    digest = secure.serve("app", "1")

    assert (await strict.head(app(secure))).digest == digest


@pytest.mark.usefixtures("trusted")
async def test_a_ca_is_believed_for_its_own_registry_alone(
    strict: Registry, secure: BadRegistry, tls: ssl.SSLContext
) -> None:
    with BadRegistry(tls=tls) as other:
        other.serve("app", "1")
        assert "certificate verify failed" in (await refused(strict, app(other))).message
        secure.on("", redirect(f"{other.url}/v2/app/manifests/1"))
        assert "certificate verify failed" in (await refused(strict, app(secure))).message


@pytest.fixture
def elsewhere(ca: trustme.CA) -> ssl.SSLContext:
    """The certificate of a server of another name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("registry.example").configure_cert(context)
    return context


async def test_a_certificate_for_another_name_is_refused(
    strict: Registry, elsewhere: ssl.SSLContext, ca: trustme.CA, certificates: Path
) -> None:
    with BadRegistry(tls=elsewhere) as other:
        trust(certificates / other.address, ca)
        error = await refused(strict, app(other))
    assert "certificate verify failed: " in error.message
    assert "not valid for '127.0.0.1'" in error.message


async def test_a_client_shows_the_certificate_of_the_engines_folder(
    strict: Registry, tls: ssl.SSLContext, ca: trustme.CA, certificates: Path
) -> None:
    ca.configure_trust(tls)
    tls.verify_mode = ssl.CERT_REQUIRED
    with BadRegistry(tls=tls) as registry:
        digest = registry.serve("app", "1")
        trust(certificates / registry.address, ca)
        assert (await refused(strict, app(registry))).trouble is Trouble.UNREACHABLE
        ours = ca.issue_cert("client@example.org")
        ours.private_key_pem.write_to_path(str(certificates / registry.address / "client.key"))
        ours.cert_chain_pems[0].write_to_path(str(certificates / registry.address / "client.cert"))
        assert (await strict.head(app(registry))).digest == digest


async def test_a_folder_that_cannot_be_read_is_told(
    strict: Registry, secure: BadRegistry, certificates: Path
) -> None:
    folder = certificates / secure.address
    folder.mkdir(parents=True)
    (folder / "ca.crt").write_text("nothing")

    error = await refused(strict, app(secure))
    assert f"cannot read the certificates in {folder}: " in error.message
    assert error.trouble is Trouble.UNREACHABLE


async def test_a_secure_registry_is_never_asked_over_http(strict: Registry, bad: BadRegistry) -> None:
    bad.serve("app", "1")

    error = await refused(strict, app(bad))
    assert error.trouble is Trouble.UNREACHABLE
    assert "TLS: " in error.message
    assert "insecure-registries" in error.advice
    assert not bad.requests


@pytest.mark.usefixtures("trusted")
async def test_a_redirect_never_leaves_tls(strict: Registry, secure: BadRegistry, bad: BadRegistry) -> None:
    bad.serve("app", "1")
    secure.on("", redirect(f"{bad.url}/v2/app/manifests/1"))

    assert "redirects from https to http" in (await refused(strict, app(secure))).message
    assert not bad.requests


async def test_an_insecure_registry_may_have_any_certificate(client: Registry, secure: BadRegistry) -> None:
    digest = secure.serve("app", "1")

    assert (await client.head(app(secure))).digest == digest


async def test_http_is_not_tried_where_tls_was_spoken(
    client: Registry, secure: BadRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A registry that is slow over https is not given the login in clear text."""
    monkeypatch.setattr(http_client, "REQUEST_LIMIT_S", 0.5)
    secure.on("", Hang())

    assert (await refused(client, app(secure))).trouble is Trouble.NO_ANSWER


async def test_what_answers_http_with_400_is_not_taken_for_it(client: Registry, tls: ssl.SSLContext) -> None:
    """As servers of https do, whom http reached while they were starting."""
    with BadRegistry() as starting:
        starting.on("", answer(400))
        await refused(client, app(starting))
    with BadRegistry(tls=tls, port=starting.port) as secure:
        digest = secure.serve("app", "1")
        assert (await client.head(app(secure))).digest == digest


async def test_a_registry_that_learns_tls_is_found_again(client: Registry, tls: ssl.SSLContext) -> None:
    with BadRegistry() as plain:
        plain.serve("app", "1")
        await client.head(app(plain))
    with BadRegistry(tls=tls, port=plain.port) as secure:
        digest = secure.serve("app", "1")
        assert (await client.head(app(secure))).digest == digest


def test_a_ca_of_the_environment_is_believed(secure: BadRegistry, ca: trustme.CA, tmp_path: Path) -> None:
    """SSL_CERT_FILE is read when the program starts."""
    digest = secure.serve("app", "1")
    ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    environ = os.environ | {"SSL_CERT_FILE": str(tmp_path / "ca.pem")}

    done = subprocess.run(
        [sys.executable, "-c", ASKS, secure.address], env=environ, capture_output=True, text=True, check=False
    )

    assert done.stdout.strip() == digest, done.stderr


ASKS = """
import asyncio, sys
from watcher.registry.credentials import Credentials
from watcher.model.reference import ImageRef
from watcher.registry.client import Registry

async def no(domain): return False

async def ask():
    registry = Registry(Credentials({}), no)
    print((await registry.head(ImageRef(sys.argv[1], "app", "1"))).digest)
    await registry.close()

asyncio.run(ask())
"""


@pytest.mark.parametrize(
    ("domain", "insecure"),
    [
        ("docker.io", False),
        ("127.0.0.1:5000", True),
        ("127.9.9.9", True),
        ("localhost", True),
        ("localhost:5000", True),
        ("[::1]:5000", True),
        ("10.1.2.3:5000", True),
        ("11.1.2.3:5000", False),
        ("registry.example:5000", True),
        ("registry.example", False),
        ("registry.invalid", False),
        (f"{'x' * 70}.example", False),
        ("[:::::]:5000", False),
    ],
)
async def test_what_is_insecure_is_what_the_engine_says(
    engine_info: Any, domain: str, *, insecure: bool
) -> None:
    assert await InsecureRegistries(engine_info).holds(domain) == insecure


@pytest.mark.parametrize("info", [{}, {"RegistryConfig": None}, {"RegistryConfig": {"IndexConfigs": None}}])
async def test_an_engine_that_says_nothing_has_no_insecure_registries(info: Any) -> None:
    async def ask() -> Any:
        return info

    assert not await InsecureRegistries(ask).holds("127.0.0.1:5000")


@pytest.fixture(scope="module")
def engine_info(engine_version: str) -> Callable[[], Awaitable[Any]]:
    """What a real engine says of itself, with settings of its own."""
    settings = {"insecure-registries": ["10.0.0.0/8", "::1/128", "registry.example:5000"]}
    with PrivateEngine(engine_version, extra=settings) as engine:
        _, info = engine.api("GET", "/info")

    async def ask() -> Any:
        return info

    return ask

"""Redirects, proxies, and registries that are not there."""

from collections.abc import Callable

import pytest

from tests.integration.registry.conftest import Logins, Open, app, refused
from tests.testbed.badregistry import BadRegistry, answer, redirect
from tests.testbed.tokenserver import Basic
from watcher.model.errors import Trouble
from watcher.model.reference import ImageRef
from watcher.registry.client import Registry
from watcher.registry.connection import proxy_for
from watcher.registry.login import Login


async def test_a_redirect_is_followed_without_the_login(
    client: Registry, bad: BadRegistry, logins: Logins
) -> None:
    with BadRegistry() as other:
        digest = other.serve("app", "1")
        bad.on("", redirect(f"{other.url}/v2/app/manifests/1"))
        bad.on("", Basic(user="secret"))
        logins.now[bad.address] = Login("user", "secret")

        assert (await client.head(app(bad))).digest == digest
        assert "authorization" in bad.requests[-1].headers
        assert all("authorization" not in request.headers for request in other.requests)


async def test_a_login_is_not_for_whom_a_registry_redirects_to(
    client: Registry, bad: BadRegistry, logins: Logins
) -> None:
    with BadRegistry() as other:
        other.on("", answer(401, WWW_Authenticate="Basic"))
        bad.on("", redirect(f"{other.url}/v2/app/manifests/1"))
        logins.now[bad.address] = logins.now[other.address] = Login("user", "secret")

        assert (await refused(client, app(bad))).trouble is Trouble.BAD_LOGIN
        assert len(other.requests) == 1


async def test_redirects_have_an_end(client: Registry, bad: BadRegistry) -> None:
    bad.on("", redirect("/v2/app/manifests/1"))

    assert "redirects more than 5 times" in (await refused(client, app(bad))).message
    assert len(bad.requests) == 6


async def test_a_proxy_of_the_environment_is_gone_through(
    open_client: Open, bad: BadRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = bad.serve("app", "1")
    client = open_client({"RegistryConfig": {"IndexConfigs": {"registry.invalid": {"Secure": False}}}})
    monkeypatch.setenv("http_proxy", f"http://user:word@{bad.address}")

    assert (await client.head(ImageRef("registry.invalid", "app", "1"))).digest == digest
    assert bad.requests[-1].headers["proxy-authorization"].startswith("Basic ")
    monkeypatch.setenv("no_proxy", "registry.invalid")
    assert (await refused(client, ImageRef("registry.invalid", "app", "1"))).trouble is Trouble.UNREACHABLE


async def test_the_machine_itself_is_asked_without_a_proxy(
    client: Registry, bad: BadRegistry, free_port: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Go has it, and so the engine."""
    bad.serve("app", "1")
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("no_proxy", "")

    assert await client.head(app(bad))


@pytest.mark.parametrize(
    ("excepted", "url", "gone_through"),
    [
        ("", "https://registry.example/v2/", True),
        ("*", "https://registry.example/v2/", False),
        ("example", "https://registry.example/v2/", False),
        (".example", "https://registry.example/v2/", False),
        ("other.example", "https://registry.example/v2/", True),
        ("registry.example:5000", "https://registry.example:5000/v2/", False),
        ("registry.example:5000", "https://registry.example:6000/v2/", True),
        ("10.0.0.0/8", "https://10.1.2.3:5000/v2/", False),
        ("a, 10.0.0.0/8 ,b", "https://10.1.2.3/v2/", False),
        ("10.0.0.0/8", "https://11.1.2.3/v2/", True),
        ("fd00::/8", "https://[fd00::1]:5000/v2/", False),
        ("", "https://[::1]:5000/v2/", False),
        ("", "https://127.1.2.3/v2/", False),
        ("", "https://localhost:5000/v2/", False),
        ("", "http://registry.example/v2/", False),
    ],
)
def test_exceptions_from_the_proxy_are_read_as_the_engine_reads_them(
    monkeypatch: pytest.MonkeyPatch, excepted: str, url: str, *, gone_through: bool
) -> None:
    monkeypatch.setenv("https_proxy", "proxy.example:3128")
    monkeypatch.delenv("http_proxy", raising=False)
    monkeypatch.setenv("no_proxy", excepted)

    assert proxy_for(url) == ("http://proxy.example:3128" if gone_through else None)


async def test_nobody_listening_is_told(client: Registry, free_port: Callable[[], int]) -> None:
    error = await refused(client, ImageRef(f"127.0.0.1:{free_port()}", "app", "1"))

    assert error.trouble is Trouble.UNREACHABLE
    assert "connection refused" in error.message


async def test_a_name_that_does_not_exist_is_told(client: Registry) -> None:
    error = await refused(client, ImageRef("registry.invalid", "app", "1"))

    assert error.trouble is Trouble.UNREACHABLE
    assert "no such host" in error.message

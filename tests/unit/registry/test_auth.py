"""Where a login is not sent: a registry's `realm`, however it is written."""

import json
from typing import Any, cast

import pytest

from tests.unit.virtual_time import run
from watcher.model.errors import RegistryError, Trouble
from watcher.model.reference import ImageRef
from watcher.registry.auth import BearerTokens
from watcher.registry.http_client import Wire
from watcher.registry.login import Login
from watcher.registry.messages import Answer, Authorization, Request

REF = ImageRef.parse("r.example/app:1")
ALICE = Login("alice", "secret")


class Sent:
    """A wire that notes what is sent, and answers with a token."""

    def __init__(self) -> None:
        self.urls: list[str] = []

    async def ask(self, _: str, request: Request) -> Answer:
        self.urls.append(request.url)
        return Answer(200, {}, json.dumps({"token": "t"}).encode(), request)


class OneLogin:
    """The same login for every registry."""

    def __init__(self, login: Login) -> None:
        self._login = login

    async def find(self, _: str) -> Login:
        return self._login

    def forget(self, domain: str) -> None:
        pass


def asked(realm: str, login: Login = ALICE, by: str = "https") -> tuple[Sent, Any]:
    """What is sent for a realm, and how that ends."""
    sent = Sent()
    refused = Answer(
        401,
        {"www-authenticate": f'Bearer realm="{realm}",service="s"'},
        b"",
        Request(f"{by}://r.example/v2/", 1),
    )

    async def scenario() -> Any:
        tokens = BearerTokens(cast("Wire", sent), OneLogin(login))
        try:
            return await tokens.answer(refused, REF, Authorization())
        except RegistryError as error:
            return error

    return sent, run(scenario())


PLAIN = [
    "http://r.example/token",
    "HTTP://r.example/token",
    " http://r.example/token",
    "ht\ttp://r.example/t",
]
PLAIN += ["\r\nhttp://r.example/token", "h\nttp://r.example/token", "\x00http://r.example/token"]


@pytest.mark.parametrize("realm", PLAIN)
def test_a_login_does_not_leave_tls_however_the_realm_is_written(realm: str) -> None:
    sent, ended = asked(realm)

    assert sent.urls == []
    assert isinstance(ended, RegistryError)
    assert "the registry wants the login sent there without TLS, and it is not" in str(ended)


@pytest.mark.parametrize("realm", PLAIN)
@pytest.mark.parametrize(("login", "by"), [(Login(), "https"), (ALICE, "http")])
def test_without_a_login_or_where_the_registry_is_asked_without_tls_it_is_asked(
    realm: str, login: Login, by: str
) -> None:
    sent, ended = asked(realm, login, by)

    assert isinstance(ended, Authorization)
    assert all(url.startswith("http://r.example/t") for url in sent.urls)


@pytest.mark.parametrize(
    "realm",
    ["http://[/", "https://r.example:99999/token", "https://r.example:x/", "https://[::1/", "/token", ""],
)
def test_a_realm_that_cannot_be_taken_apart_is_one_line(realm: str) -> None:
    sent, ended = asked(realm)

    assert sent.urls == []
    if realm:  # without one there is no challenge that could be met
        assert (ended.trouble, "\n" in str(ended)) == (Trouble.GARBAGE, False)
        assert "the `realm` that the registry names is no URL of one" in str(ended)


@pytest.mark.parametrize("realm", [" https://stranger.example/token", "https://stran\tger.example/token"])
def test_a_login_stays_in_its_domain_however_the_realm_is_written(realm: str) -> None:
    sent, ended = asked(realm)

    assert sent.urls == []
    assert "that is no token server of r.example" in str(ended)


@pytest.mark.parametrize("realm", ["https://r.example/token", " HTTPS://r.example/to\tken"])
def test_over_tls_the_login_goes_to_the_address_as_it_was_read(realm: str) -> None:
    sent, _ = asked(realm)

    (url,) = sent.urls
    assert url.startswith("https://r.example/token?service=s&")

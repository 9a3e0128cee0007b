"""Passwords and tokens go where they belong, once, and into no message."""

import pytest

from tests.integration.registry.conftest import Logins, app, refused
from tests.testbed.badregistry import BadRegistry, answer
from tests.testbed.tokenserver import Basic, TokenServer, refuse
from watcher.model.errors import Trouble
from watcher.registry import auth
from watcher.registry.client import Registry
from watcher.registry.login import Login

USER = Login("user", "pass:word")


def behind(bad: BadRegistry, server: TokenServer) -> TokenServer:
    """Let the registry send its clients to a token server on the same port."""
    bad.on("/v2/.+", server.guard(f"{bad.url}/token?kept=1"))
    bad.on("/token", server)
    return server


async def test_a_password_is_shown_where_one_is_asked_for(
    client: Registry, bad: BadRegistry, logins: Logins
) -> None:
    digest = bad.serve("app", "1")
    bad.on("/v2/", Basic(user="pass:word"))
    logins.now[bad.address] = USER

    assert (await client.head(app(bad))).digest == digest
    assert (await client.head(app(bad))).digest == digest
    assert ["authorization" in request.headers for request in bad.requests] == [False, True, True]


async def test_a_wrong_password_is_shown_once_and_forgotten(
    client: Registry, bad: BadRegistry, logins: Logins
) -> None:
    """Registries lock accounts that fail often."""
    bad.on("/v2/", Basic(user="other"))
    logins.now[bad.address] = USER

    assert (await refused(client, app(bad))).trouble is Trouble.BAD_LOGIN
    assert ["authorization" in request.headers for request in bad.requests] == [False, True]
    assert logins.forgotten == [bad.address]


async def test_a_login_that_has_ended_is_found_anew(
    client: Registry, bad: BadRegistry, logins: Logins
) -> None:
    digest = bad.serve("app", "1")
    bad.on("/v2/", Basic(user="pass:word"))
    logins.now[bad.address] = USER
    await client.head(app(bad))

    bad.behave()
    bad.on("/v2/", Basic(user="new"))
    logins.later[bad.address] = Login("user", "new")

    assert (await client.head(app(bad))).digest == digest


async def test_a_password_that_was_refused_is_not_shown_again_at_once(
    client: Registry, bad: BadRegistry, logins: Logins
) -> None:
    bad.serve("app", "1")
    bad.on("/v2/", Basic(user="pass:word"))
    logins.now[bad.address] = USER
    await client.head(app(bad))

    bad.on("/v2/", Basic(user="new"))
    bad.requests.clear()

    assert (await refused(client, app(bad))).trouble is Trouble.BAD_LOGIN
    assert len(bad.requests) == 1


async def test_nobody_is_asked_for_a_token_twice(client: Registry, bad: BadRegistry) -> None:
    digest = bad.serve("app", "1")
    server = behind(bad, TokenServer())

    for _ in range(3):
        assert (await client.head(app(bad))).digest == digest
    assert server.asked == [{"kept": "1", "service": "test", "scope": "repository:app:pull"}]
    assert len(bad.requests) == 5


async def test_a_token_is_for_one_repository(client: Registry, bad: BadRegistry) -> None:
    bad.serve("app", "1")
    bad.serve("other", "1")
    server = behind(bad, TokenServer())

    for name in ("app", "other", "app", "other"):
        await client.head(app(bad, name=name))
    assert [fields["scope"] for fields in server.asked] == ["repository:app:pull", "repository:other:pull"]


async def test_a_token_is_given_for_a_password(client: Registry, bad: BadRegistry, logins: Logins) -> None:
    digest = bad.serve("app", "1")
    server = behind(bad, TokenServer(user="pass:word"))
    logins.now[bad.address] = USER

    assert (await client.head(app(bad))).digest == digest
    assert server.asked[0]["account"] == "user"
    shown = [request for request in bad.requests if "Basic" in request.headers.get("authorization", "")]
    assert [request.path for request in shown] == ["/token"]


async def test_a_token_is_given_for_an_identity_token(
    client: Registry, bad: BadRegistry, logins: Logins
) -> None:
    digest = bad.serve("app", "1")
    server = behind(bad, TokenServer(nobody="x"))
    server.refresh_tokens = {"refresh-me"}
    server.answer = {"token": None, "access_token": "token-1"}
    logins.now[bad.address] = Login(identity_token="refresh-me")  # noqa: S106 - of the test

    assert (await client.head(app(bad))).digest == digest
    assert server.asked[0] == {
        "service": "test",
        "scope": "repository:app:pull",
        "grant_type": "refresh_token",
        "refresh_token": "refresh-me",
        "client_id": "ctr-updater",
    }


@pytest.mark.parametrize("status", [400, 401])
async def test_an_identity_token_that_has_ended_is_a_refused_login(
    client: Registry, bad: BadRegistry, logins: Logins, status: int
) -> None:
    behind(bad, TokenServer())
    bad.on("/token", answer(status, "invalid_grant"))
    logins.now[bad.address] = Login(identity_token="refresh-me")  # noqa: S106 - of the test

    error = await refused(client, app(bad))
    assert error.trouble is Trouble.BAD_LOGIN
    assert f"get a token for {bad.address}/app:1 from {bad.address}" in error.message
    assert logins.forgotten == [bad.address]


async def test_a_registry_token_is_shown_as_it_is(client: Registry, bad: BadRegistry, logins: Logins) -> None:
    digest = bad.serve("app", "1")
    server = behind(bad, TokenServer())
    server.tokens["given"] = "repository:app:pull"
    logins.now[bad.address] = Login(registry_token="given")  # noqa: S106 - of the test

    assert (await client.head(app(bad))).digest == digest
    assert not server.asked


async def test_a_token_that_is_not_good_any_more_is_renewed_once(client: Registry, bad: BadRegistry) -> None:
    digest = bad.serve("app", "1")
    server = behind(bad, TokenServer())
    await client.head(app(bad))
    server.tokens.clear()

    assert (await client.head(app(bad))).digest == digest
    assert len(server.asked) == 2


@pytest.mark.parametrize("login", [Login(), USER], ids=["anonymous", "password"])
async def test_a_token_that_is_never_good_is_for_a_repository_that_may_not_be_read(
    client: Registry, bad: BadRegistry, logins: Logins, login: Login
) -> None:
    """The token server took the login, so it is in no doubt: Docker Hub answers this for one repository."""
    logins.now[bad.address] = login
    server = behind(bad, TokenServer())
    bad.on("/v2/", lambda _: refuse(f'Bearer realm="{bad.url}/token"'))

    assert (await refused(client, app(bad))).trouble is Trouble.FORBIDDEN
    assert len(server.asked) == 1
    assert (await refused(client, app(bad))).trouble is Trouble.FORBIDDEN
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("life", "asked"), [(1, 1), (0, 1), (None, 1), ("x", 1), (10**400, 1), (float("nan"), 1), (300, 1)]
)
async def test_a_token_lives_for_a_minute_at_least(
    client: Registry, bad: BadRegistry, life: object, asked: int
) -> None:
    bad.serve("app", "1")
    server = behind(bad, TokenServer())
    server.answer = {"expires_in": life}

    await client.head(app(bad))
    await client.head(app(bad))
    assert len(server.asked) == asked


async def test_a_token_is_not_used_to_its_last_second(
    client: Registry, bad: BadRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "SHORTEST_LIFE_S", 5.0)
    bad.serve("app", "1")
    server = behind(bad, TokenServer())
    server.answer = {"expires_in": 5}

    await client.head(app(bad))
    await client.head(app(bad))
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    "given",
    [{"token": None}, {"token": 7}, {"token": ""}, {"token": "a\r\nb: c"}, {"token": "a b"}, {"token": "é"}],
)
async def test_a_token_that_is_none_is_refused(
    client: Registry, bad: BadRegistry, given: dict[str, object]
) -> None:
    behind(bad, TokenServer()).answer = given

    assert "holds no token" in (await refused(client, app(bad))).message


@pytest.mark.parametrize(
    "realm", ["/token", "ftp://127.0.0.1/", "https://", "https://u:p@127.0.0.1/", "http://[/", "http://a b/"]
)
async def test_a_realm_that_is_no_address_is_refused(client: Registry, bad: BadRegistry, realm: str) -> None:
    bad.on("/v2/", lambda _: refuse(f'Bearer realm="{realm}"'))

    assert (await refused(client, app(bad))).trouble is Trouble.GARBAGE


@pytest.mark.parametrize(
    ("status", "trouble"), [(403, Trouble.FORBIDDEN), (429, Trouble.TOO_MANY), (503, Trouble.BROKEN)]
)
async def test_a_token_servers_trouble_is_told_as_its_own(
    client: Registry, bad: BadRegistry, status: int, trouble: Trouble
) -> None:
    behind(bad, TokenServer())
    bad.on("/token", answer(status, "no tokens today", Retry_After="9"))

    error = await refused(client, app(bad))
    assert error.trouble is trouble
    assert "get a token" in error.message
    assert "no tokens today" in error.message


@pytest.mark.usefixtures("trusted")
async def test_a_login_never_goes_from_https_to_http(
    strict: Registry, secure: BadRegistry, bad: BadRegistry, logins: Logins
) -> None:
    server = TokenServer(user="pass:word")
    bad.on("/token", server)
    secure.on("/v2/", server.guard(f"{bad.url}/token"))
    logins.now[secure.address] = USER

    assert "without TLS" in (await refused(strict, app(secure))).message
    assert not bad.requests


@pytest.mark.parametrize(
    ("status", "told"), [(401, True), (403, True), (404, True), (429, False), (500, False)]
)
async def test_why_there_is_no_login_is_told(
    client: Registry, bad: BadRegistry, logins: Logins, status: int, told: bool
) -> None:
    server = behind(bad, TokenServer())
    bad.on("/v2/", lambda request: answer(status)(request) if server.asked else None)
    logins.now[bad.address] = Login(trouble="docker-credential-x is not on PATH")

    assert ("docker-credential-x is not on PATH" in str(await refused(client, app(bad)))) == told


@pytest.mark.parametrize(
    "login",
    [USER, Login(identity_token="refresh-me")],  # noqa: S106 - of the test
    ids=["password", "identity token"],
)
async def test_a_login_is_not_sent_to_a_strangers_token_server(
    client: Registry, bad: BadRegistry, logins: Logins, login: Login
) -> None:
    bad.serve("app", "1")
    with BadRegistry() as stranger:
        realm = f"http://localhost:{stranger.port}/token"
        bad.on("/v2/.+", TokenServer().guard(realm))
        logins.now[bad.address] = login

        error = await refused(client, app(bad))

        assert stranger.requests == []
    assert f"localhost:{stranger.port}: that is no token server of {bad.address}" in str(error)
    assert "the login was not sent there" in str(error)


async def test_who_has_no_login_may_be_sent_to_any_token_server(client: Registry, bad: BadRegistry) -> None:
    digest = bad.serve("app", "1")
    with BadRegistry() as other:
        server = TokenServer()
        other.on("/token", server)
        bad.on("/v2/.+", server.guard(f"http://localhost:{other.port}/token"))

        assert (await client.head(app(bad))).digest == digest

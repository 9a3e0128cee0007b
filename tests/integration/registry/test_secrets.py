"""No secret is ever shown."""

import base64
import logging
import traceback
from urllib.parse import parse_qs

import pytest

from tests.integration.registry.conftest import Logins, app
from tests.integration.registry.test_tokens import behind
from tests.testbed.badregistry import BadRegistry, Request, answer
from tests.testbed.tokenserver import TokenServer
from watcher.model.errors import RegistryError
from watcher.registry.client import Registry
from watcher.registry.login import Login

CANARY = "canary-9f3c"
LOGINS = [Login("user", CANARY), Login(identity_token=CANARY), Login(registry_token=CANARY)]


@pytest.mark.parametrize("login", LOGINS, ids=["password", "identity token", "registry token"])
@pytest.mark.parametrize("where", ["GET /v2/", "/token"])
@pytest.mark.parametrize("status", [200, 403, 401, 503])
async def test_no_secret_is_in_any_message(
    client: Registry,
    bad: BadRegistry,
    logins: Logins,
    caplog: pytest.LogCaptureFixture,
    login: Login,
    where: str,
    status: int,
) -> None:
    """Not even where the registry says back what it was told."""
    caplog.set_level(logging.DEBUG)
    server = behind(bad, TokenServer(user=CANARY))
    server.refresh_tokens = {CANARY}
    server.tokens[CANARY] = "repository:app:pull"
    bad.on("HEAD /v2/", lambda request: answer(405)(request) if "authorization" in request.headers else None)
    bad.on(where, lambda request: answer(status, _echo(request))(request))
    logins.now[bad.address] = login

    with pytest.raises(RegistryError) as caught:
        await client.head(app(bad))
    text = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + caplog.text + repr(login)
    for secret in (CANARY, base64.b64encode(f"user:{CANARY}".encode()).decode(), "token-1"):
        assert secret not in text


def _echo(request: Request) -> str:
    return f"{request.headers.get('authorization')} {parse_qs(request.body.decode())}"

"""What stands in front of registries: passwords, and a token server, as behaviours of a `BadRegistry`."""

import base64
import json
from urllib.parse import parse_qs

from tests.testbed.badregistry import Reply, Request


class Basic:
    """Let nobody pass without one of these logins.

    Args:
        users: Passwords by name.
    """

    def __init__(self, **users: str) -> None:
        self._users = users

    def __call__(self, request: Request) -> Reply | None:
        if self.knows(request):
            return None
        return refuse('Basic realm="test"')

    def knows(self, request: Request) -> bool:
        kind, _, encoded = request.headers.get("authorization", "").partition(" ")
        user, _, password = (
            base64.b64decode(encoded).decode().partition(":") if kind == "Basic" else ("",) * 3
        )
        return bool(user) and self._users.get(user) == password


class TokenServer:
    """Gives tokens; `guard` lets nobody pass without one for what is asked for.

    Args:
        users: Passwords by name; none: tokens are for all.

    Attributes:
        refresh_tokens: Identity tokens that are good.
        answer: Changes the JSON that is given.
        tokens: The good ones, and what each is for; may be cleared.
        asked: The fields of every question so far.
    """

    def __init__(self, **users: str) -> None:
        self.refresh_tokens: set[str] = set()
        self.answer: dict[str, object] = {}
        self.tokens: dict[str, str] = {}
        self.asked: list[dict[str, str]] = []
        self._basic = Basic(**users)
        self._open = not users
        self._given = 0

    def __call__(self, request: Request) -> Reply:
        """Be the token server."""
        text = request.body.decode() if request.method == "POST" else request.query
        fields = {name: values[0] for name, values in parse_qs(text).items()}
        self.asked.append(fields)
        if not (
            self._open or self._basic.knows(request) or fields.get("refresh_token") in self.refresh_tokens
        ):
            return Reply(401, b'{"details": "incorrect username or password"}')
        self._given += 1
        token = f"token-{self._given}"
        self.tokens[token] = fields.get("scope", "")
        said = {"token": token, "expires_in": 300} | self.answer
        return Reply(
            200, json.dumps({name: value for name, value in said.items() if value is not None}).encode()
        )

    def guard(self, realm: str) -> "Guard":
        """Make the behaviour of the registry that sends its clients to this server at `realm`."""
        return Guard(self, realm)


class Guard:
    """The registry's part: 401 until a token comes."""

    def __init__(self, server: TokenServer, realm: str) -> None:
        self._server = server
        self._realm = realm

    def __call__(self, request: Request) -> Reply | None:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        name = request.path.removeprefix("/v2/").partition("/manifests/")[0]
        scope = f"repository:{name}:pull"
        if kind == "Bearer" and self._server.tokens.get(token) == scope:
            return None
        return refuse(f'Bearer realm="{self._realm}",service="test",scope="{scope}"')


def refuse(challenge: str) -> Reply:
    """Answer 401, as registries word it."""
    body = b'{"errors": [{"code": "UNAUTHORIZED", "message": "authentication required"}]}'
    return Reply(401, body, {"WWW-Authenticate": challenge})

"""Where registries call: a webhook says *look at this tag*, and nothing else; the pull decides."""

import os
import re
from collections.abc import Callable, Mapping

from aiohttp import web
from attrs import field

from watcher.model.reference import Choose
from watcher.model.values import frozen
from watcher.web import request_bodies
from watcher.web.guard import Access
from watcher.web.responses import error
from watcher.web.routes import Route
from watcher.web.tokens import BadListener, WrongTokens, is_same, token_of
from watcher.web.webhook_payloads import meant, pushed

VARIABLE = "CTR_UPDATER_HOOK_SECRET"
PATH = "/api/v1/hooks/registry/{secret}"
_SECRET = re.compile(r"[A-Za-z0-9._~-]*")

# Has the tags asked for that are chosen among the followed ones; their names.
Ask = Callable[[Choose], list[str]]


@frozen
class Secret:
    """What stands in the address that registries call; an empty one is none."""

    text: str = field(default="", repr=False)

    @classmethod
    def of_environment(cls, environ: Mapping[str, str] = os.environ) -> "Secret":
        """Read it from its variable, or from the file that that names.

        Raises:
            BadListener: The file cannot be read, or it cannot stand in an address.
        """
        found = token_of(environ, VARIABLE)
        if not _SECRET.fullmatch(found):
            raise BadListener(
                f"the secret of {VARIABLE} cannot stand in an address",
                advice="use letters, digits and . _ ~ - only",
            )
        return cls(found)


class Hooks:
    """The route of registries' webhooks.

    Args:
        secret: The secret that a caller must know.
        ask: Has tags asked for, whose registries are then asked as politely as ever.
    """

    def __init__(self, secret: Secret, ask: Ask) -> None:
        self._secret = secret
        self._ask = ask
        self._wrong = WrongTokens()
        about = "A registry's webhook: the tags that it tells of are asked for."
        self.routes = (Route("POST", PATH, Access.OPEN, about, self._called),)

    async def _called(self, request: web.Request) -> web.Response:
        peer = request.remote or ""
        if self._wrong.is_barred(peer):
            return error(429, "too many wrong secrets", "wait for a minute", Retry_After="60")
        if not is_same(request.match_info["secret"], self._secret.text):
            self._wrong.add(peer)
            return error(404, "no such webhook", f"the last part of its address is what {VARIABLE} says")
        pushes = pushed(await request_bodies.anything(request))
        asked = self._ask(lambda followed: meant(pushes, followed)) if pushes else []
        return web.json_response({"asked": asked}, status=202)

"""A browser's way in: the token is posted once, and a cookie stands for it."""

from aiohttp import web

from watcher.web.guard import Access, Guard
from watcher.web.request_bodies import read
from watcher.web.responses import error
from watcher.web.routes import Route
from watcher.web.sessions import COOKIE, LASTS_S
from watcher.web.tokens import Role

_PATH = "/api/v1/session"


class Login:
    """The routes of a browser's session.

    Args:
        guard: Knows the tokens and the sessions.
    """

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        body = (("token", "string"),)
        self.routes = (
            Route("GET", _PATH, Access.READ, "What this token or session may do.", self._who),
            Route("POST", _PATH, Access.LOGIN, "Change a token for a cookie.", self._in, body),
            Route("DELETE", _PATH, Access.LOGIN, "Forget the cookie.", _out),
        )

    async def _who(self, request: web.Request) -> web.Response:
        return web.json_response({"role": self._guard.role(request).name.lower()})

    async def _in(self, request: web.Request) -> web.Response:
        given = (await read(request, {"token": str})).get("token", "")
        role = self._guard.shown(given, request.remote or "")
        if isinstance(role, web.Response):
            return role
        if role is Role.NOBODY:
            return error(401, "this token is none of ours", "see CTR_UPDATER_TOKEN")
        response = web.json_response({"role": role.name.lower()})
        made = self._guard.sessions.made(role)
        response.set_cookie(
            COOKIE, made, max_age=LASTS_S, httponly=True, samesite="Strict", secure=request.secure
        )
        return response


async def _out(_: web.Request) -> web.Response:
    response = web.json_response({"role": "nobody"})
    response.del_cookie(COOKIE, httponly=True, samesite="Strict")
    return response

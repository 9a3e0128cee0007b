"""The page itself: files of our own, read once, and served as they are to everybody."""

from pathlib import Path

from aiohttp import web

from watcher.web.guard import Access, Guard, Handler
from watcher.web.routes import Route
from watcher.web.sessions import COOKIE
from watcher.web.tokens import Role

FOLDER = Path(__file__).parent / "static"
_INDEX = "index.html"
_ROLE = b'data-role=""'
_ENGINES = b'data-engines=""'
_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}


class Page:
    """The routes of the page; none of its files is a secret.

    Args:
        guard: Knows what a request may do, which the page is told.
        is_alone: Whether there is one engine only, which the page then need not name.
    """

    def __init__(self, guard: Guard, *, is_alone: bool = True) -> None:
        self._guard = guard
        index = (FOLDER / _INDEX).read_bytes()
        self._index = index if is_alone else index.replace(_ENGINES, b'data-engines="several"', 1)
        names = sorted(
            path.name for path in FOLDER.iterdir() if path.suffix in _TYPES and path.name != _INDEX
        )
        self.routes = (
            Route("GET", "/", Access.OPEN, "The page.", self._page),
            *(Route("GET", f"/static/{name}", Access.OPEN, "Of the page.", _served(name)) for name in names),
        )

    async def _page(self, request: web.Request) -> web.Response:
        told = f'data-role="{self._role(request)}"'
        return _file(_INDEX, self._index.replace(_ROLE, told.encode(), 1))

    def _role(self, request: web.Request) -> str:
        """What a browser may do by its cookie; no token is looked at: here nobody counts wrong ones."""
        role = self._guard.sessions.role(request.cookies.get(COOKIE, ""))
        return "public" if role is Role.NOBODY and "read" in self._guard.public else role.name.lower()


def _served(name: str) -> Handler:
    content = (FOLDER / name).read_bytes()

    async def handler(_: web.Request) -> web.Response:
        return _file(name, content)

    return handler


def _file(name: str, content: bytes) -> web.Response:
    kind = _TYPES[Path(name).suffix]
    return web.Response(body=content, headers={"Content-Type": f"{kind}; charset=utf-8"})

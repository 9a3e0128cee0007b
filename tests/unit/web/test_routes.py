"""How names with slashes are told from what stands behind them."""

import pytest
from aiohttp import web
from yarl import URL

from tests.unit.web.listening import listening
from watcher.web.guard import Access
from watcher.web.routes import Route

ONE = "/containers/{name}"


def route(method: str, path: str) -> Route:
    """A route that answers with its own path, and the name that it was asked for."""

    async def answer(request: web.Request) -> web.Response:
        return web.json_response([path, request.match_info["name"]])

    return Route(method, path, Access.OPEN, "", answer)


ROUTES = (route("GET", ONE), route("GET", f"{ONE}/plan"), route("POST", f"{ONE}/update"))


async def asked(path: str, method: str = "GET") -> object:
    """What is answered; of a refusal its status."""
    async with listening(more=ROUTES) as server:
        url = f"{server.url}/containers/{path}"
        async with server.client.request(method, url) as response:
            return await response.json() if response.status == 200 else response.status


@pytest.mark.parametrize("name", ["web", "nas/web", "service/web", "nas/service/web", "update"])
async def test_a_name_may_have_slashes(name: str) -> None:
    assert await asked(name) == [ONE, name]
    assert await asked(f"{name}/plan") == [f"{ONE}/plan", name]
    assert await asked(f"{name}/update", "POST") == [f"{ONE}/update", name]
    assert await asked(f"{name}/update") == 405


@pytest.mark.parametrize("path", ["", "nas//web", "a/b/c/d", "web/"])
async def test_what_is_no_name_is_of_no_route(path: str) -> None:
    assert await asked(path) == 404


async def test_a_slash_that_is_escaped_belongs_to_the_name() -> None:
    async with listening(more=ROUTES) as server:
        url = URL(f"{server.url}/containers/nas%2Fupdate", encoded=True)
        async with server.client.get(url) as response:
            assert await response.json() == [ONE, "nas/update"]

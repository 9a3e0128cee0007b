"""The OpenAPI document, made of the table of routes."""

import re
from collections.abc import Iterable

from aiohttp import web

from watcher import __version__
from watcher.model.json_object import Json
from watcher.web.guard import Access
from watcher.web.routes import Route

PATH = "/api/openapi.json"


def routes(others: Iterable[Route]) -> tuple[Route]:
    """The route of the document, which describes the others and itself."""

    async def handler(_: web.Request) -> web.Response:
        return web.json_response(document([*others, own]))

    own = Route("GET", PATH, Access.READ, "This document.", handler)
    return (own,)


def document(every: Iterable[Route]) -> Json:
    """The OpenAPI document of these routes."""
    paths: dict[str, Json] = {}
    for each in every:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each)
    return {
        "openapi": "3.1.0",
        "info": {"title": "ctr-updater", "version": __version__},
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "paths": paths,
    }


def _operation(route: Route) -> Json:
    is_work = route.method == "POST" and route.access is not Access.LOGIN
    found: Json = {"summary": route.about, "responses": {"202" if is_work else "200": {"description": "OK"}}}
    found["responses"]["default"] = {"description": '{"error", "advice"}'}
    found["security"] = [] if route.access in {Access.OPEN, Access.LOGIN} else [{"token": []}]
    found["parameters"] = [
        *(_parameter(name, "path") for name in re.findall(r"{(\w+)}", route.path)),
        *(_parameter(name, "query") for name in route.query),
    ]
    if route.body:
        keys = {key: {"type": kind} for key, kind in route.body}
        schema = {"type": "object", "properties": keys, "additionalProperties": False}
        found["requestBody"] = {"content": {"application/json": {"schema": schema}}}
    return found


def _parameter(name: str, where: str) -> Json:
    return {"name": name, "in": where, "required": where == "path", "schema": {"type": "string"}}

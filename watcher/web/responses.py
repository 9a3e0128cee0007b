"""What is answered: JSON, errors as `{"error", "advice"}`, and the headers that keep a browser safe."""

from aiohttp import web

from watcher.model.errors import (
    Busy,
    EngineError,
    EngineUnavailable,
    NoSuchContainer,
    NotFound,
    Refused,
    RegistryError,
    Unexpected,
    Unknown,
    UnreadableSetting,
    UpdateFailed,
    WatcherError,
)

_USAGE = 2

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
_HEADERS = {
    "Server": "ctr-updater",
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_STATUS: tuple[tuple[type[WatcherError], int], ...] = (
    (NoSuchContainer, 404),
    (NotFound, 404),
    (EngineUnavailable, 503),
    (EngineError, 502),
    (Busy, 409),
    (Refused, 409),
    (RegistryError, 502),
    (Unexpected, 500),
    (Unknown, 409),
    (UpdateFailed, 409),
    (UnreadableSetting, 409),  # a container's own: what a request says is a `BadRequest`
)


async def make_safe(_: web.Request, response: web.StreamResponse) -> None:
    """Give each response the headers that keep a browser from doing what nobody wants."""
    response.headers.update(_HEADERS)


def error(status: int, what: str, advice: str = "", **headers: str) -> web.Response:
    """An error as JSON."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return web.json_response({"error": what, "advice": advice}, status=status, headers=named)


def failed(problem: WatcherError) -> web.Response:
    """An error of ours as JSON."""
    other = 400 if problem.exit_code == _USAGE else 500
    status = next((status for kind, status in _STATUS if isinstance(problem, kind)), other)
    record = problem.record
    return web.json_response({"error": record["error"], "advice": record["advice"]}, status=status)


def refused(problem: web.HTTPException) -> web.Response:
    """What aiohttp would say as text, as JSON; 405 names the methods that there are."""
    advice = {
        404: "see /api/openapi.json for what there is",
        405: f"use {problem.headers.get('Allow', '')}",
        413: "a body has 64 KiB at most",
    }.get(problem.status, "")
    allow = {"Allow": problem.headers["Allow"]} if "Allow" in problem.headers else {}
    return error(problem.status, problem.reason, advice, **allow)

"""What an update or a rollback of a container would do: the plan, as steps and as the text of `--dry-run`."""

from typing import Any

from aiohttp import web

from watcher.host.context import Context
from watcher.model.errors import WatcherError
from watcher.update import by_hand
from watcher.update.by_hand import Result
from watcher.update.request import Outcome, Request
from watcher.web.api import ONE
from watcher.web.bodies import BadRequest
from watcher.web.guard import Access
from watcher.web.routes import Route

_WORDS = {"": False, "false": False, "true": True}


class Plans:
    """The route of it.

    Args:
        context: The engine, and what is known.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        about = (
            "What an update of it would do now; with `again` also what is held, with `rollback` the way back."
        )
        query = ("again", "rollback")
        self.routes = (Route("GET", f"{ONE}/plan", Access.READ, about, self._plan, query=query),)

    async def _plan(self, request: web.Request) -> web.Response:
        wanted = Request(dry_run=True, again=_flag(request, "again"), back=request.query.get("rollback"))
        async for _, result in by_hand.update(self._context, [request.match_info["name"]], wanted):
            return web.json_response(_shown(result))
        raise AssertionError


def _shown(result: Result) -> dict[str, Any]:
    """A plan as JSON: no steps where there is nothing to do, or where something else must come first."""
    if isinstance(result, WatcherError):
        raise result
    if isinstance(result, str):
        return {"plan": [], "notes": [], "text": result}
    return {"plan": [], "notes": []} | (result.steps.record if result.steps else {}) | {"text": _text(result)}


def _text(outcome: Outcome) -> str:
    found = outcome.assessment
    return outcome.plan or f"{found.name}: {found.verdict}"


def _flag(request: web.Request, name: str) -> bool:
    text = request.query.get(name, "")
    if text not in _WORDS:
        raise BadRequest(f"{name}={text}: cannot be read", advice="give true or false")
    return _WORDS[text]

"""What an update or a rollback of a container would do: the plan, as steps and as the text of `--dry-run`."""

from contextlib import aclosing
from typing import Any

from aiohttp import web

from watcher.model.errors import WatcherError
from watcher.model.json_object import Json
from watcher.swarm import by_hand
from watcher.swarm.by_hand import Result
from watcher.swarm.update import ServiceOutcome
from watcher.update.request import HeldBack, Outcome, Request
from watcher.web.api import ONE
from watcher.web.engines import ServedEngine, ServedEngines
from watcher.web.guard import Access
from watcher.web.request_bodies import BadRequest
from watcher.web.routes import Route

_WORDS = {"": False, "false": False, "true": True}


class Plans:
    """The route of it.

    Args:
        engines: The engines, and what is known.
    """

    def __init__(self, engines: ServedEngines) -> None:
        self._engines = engines
        about = (
            "What an update of it would do now; with `again` also what is held, with `rollback` the way back."
        )
        query = ("again", "rollback")
        self.routes = (Route("GET", f"{ONE}/plan", Access.READ, about, self._plan, query=query),)

    async def _plan(self, request: web.Request) -> web.Response:
        wanted = Request(dry_run=True, again=_flag(request, "again"), back=request.query.get("rollback"))

        async def planned(served: ServedEngine, name: str) -> dict[str, Any]:
            reader = served.reader
            updates = by_hand.update(reader.context, [name], wanted, reader=reader.for_looks(reader.context))
            async with aclosing(updates) as results:
                return _shown((await anext(results))[1])

        return web.json_response(await self._engines.asked(request.match_info["name"], planned))


def _shown(result: Result) -> dict[str, Any]:
    """A plan as JSON: no steps where there is nothing to do, or where something else must come first."""
    if isinstance(result, WatcherError):
        raise result
    return {"plan": [], "notes": []} | _steps(result) | {"text": _text(result)}


def _steps(result: Outcome | ServiceOutcome | HeldBack) -> Json:
    if isinstance(result, Outcome):
        return result.steps.record if result.steps else {}
    return {"notes": [result.why]} if isinstance(result, ServiceOutcome) and result.why else {}


def _text(result: Outcome | ServiceOutcome | HeldBack) -> str:
    if isinstance(result, HeldBack):
        return str(result)
    if isinstance(result, Outcome):
        return result.plan or f"{result.assessment.name}: {result.assessment.verdict}"
    return f"{result.found.name}: {result.why or result.found.verdict}"


def _flag(request: web.Request, name: str) -> bool:
    text = request.query.get(name, "")
    if text not in _WORDS:
        raise BadRequest(f"{name}={text}: cannot be read", advice="give true or false")
    return _WORDS[text]

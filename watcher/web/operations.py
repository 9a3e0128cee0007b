"""What is done for whoever asks: begun at once, answered with 202, and asked for by its number.

Whether one runs is what its task says: nothing can be stuck. Whether a container is being updated, by
whomever, its names on the engine say.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import aclosing

from aiohttp import web

from watcher.check import decisions, freshness, status
from watcher.check.decisions import own_name
from watcher.check.records import one, record
from watcher.config.grammar import duration
from watcher.host.context import Context
from watcher.model.errors import NoSuchContainer, WatcherError, unexpected
from watcher.model.json_object import Json
from watcher.recovery.state import scenes
from watcher.update import by_hand
from watcher.update.request import Outcome, Request
from watcher.update.sequencer import Turns
from watcher.web.answers import error
from watcher.web.api import ONE
from watcher.web.bodies import BadRequest, read
from watcher.web.guard import Access
from watcher.web.routes import Route

Work = Callable[[str, Json], Awaitable[Json]]

_KEPT = 200
_PATH = "/api/v1/operations/{id}"
_TYPES = {str: "string", bool: "boolean"}


class Operations:
    """The routes of it.

    Args:
        context: The engine, what is known, and that it is the API that asks.
        look: Has all tags and containers looked at now.
        turns: Who waits for whom, of what the daemon updates.
    """

    def __init__(self, context: Context, look: Callable[[], None], turns: Turns) -> None:
        self._context = context
        self._turns = turns
        self._look = look
        self._tasks: dict[str, asyncio.Task[Json]] = {}
        self._of: dict[str, asyncio.Task[Json]] = {}
        self.routes = (
            Route("GET", _PATH, Access.READ, "How an operation is, or how it ended.", self._get),
            Route("POST", "/api/v1/look", Access.ACT, "Ask for all tags, and look at all.", self._look_now),
            self._route("check", "Ask for its tag.", self._check, pull=bool),
            self._route("update", "Pull its tag, and update it.", self._update, pull=bool, again=bool),
            self._route("rollback", "Go back to an image that it ran before.", self._rollback, to=str),
            self._route("hold", "Hold it back.", self._hold, **{"for": str}, this_image=bool, why=str),
            self._route("release", "Hold it back no longer.", self._release),
            self._route("approve", "Approve the image that its tag means.", self._approve),
        )

    async def end(self) -> None:
        """Bring what is under way to a safe end."""
        running = [task for task in self._tasks.values() if not task.done()]
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)

    def _route(self, verb: str, about: str, work: Work, **known: type) -> Route:
        async def handler(request: web.Request) -> web.Response:
            wanted = await read(request, known)
            if verb == "hold":
                _understood(wanted)
            return await self._begin(request.match_info["name"], work, wanted)

        body = tuple((key, _TYPES[kind]) for key, kind in known.items())
        return Route("POST", f"{ONE}/{verb}", Access.ACT, about, handler, body)

    async def _begin(self, text: str, work: Work, wanted: Json) -> web.Response:
        name = await self._meant(text, is_release=work == self._release)
        is_open = work in {self._update, self._rollback} and name in scenes(
            await self._context.engine.containers(stopped=True)
        )
        if is_open or ((task := self._of.get(name)) and not task.done()):
            return error(409, f"{name}: something is under way with it", "try again once it is over")
        self._of[name] = task = asyncio.create_task(_ended(name, work(name, wanted)))
        task.add_done_callback(lambda _: self._of.pop(name, None))
        return self._accepted(task)

    async def _meant(self, text: str, *, is_release: bool) -> str:
        try:
            return await own_name(self._context, text)
        except NoSuchContainer:
            if is_release and text in (await self._context.memory.decisions.read()).of:
                return text
            raise

    def begun(self, name: str, work: Awaitable[Json]) -> web.Response:
        """Begin something else, and answer with its number; `name` is what it is called in an error."""
        return self._accepted(asyncio.create_task(_ended(name, work)))

    def _accepted(self, task: asyncio.Task[Json]) -> web.Response:
        number = secrets.token_hex(8)
        self._tasks[number] = task
        for old in [key for key, each in self._tasks.items() if each.done()][:-_KEPT]:
            del self._tasks[old]
        return web.json_response({"operation": number}, status=202)

    async def _get(self, request: web.Request) -> web.Response:
        task = self._tasks.get(request.match_info["id"])
        if task is None:
            return error(404, "no such operation", "those of another run of the daemon are forgotten")
        if not task.done() or task.cancelled():
            state, result = ("failed" if task.done() else "running"), None
        else:
            result = task.result()
            state = "failed" if "error" in result else "done"
        return web.json_response({"state": state, "result": result})

    async def _look_now(self, request: web.Request) -> web.Response:
        await read(request, {})
        self._look()
        return self._accepted(asyncio.create_task(_nothing()))

    async def _check(self, name: str, wanted: Json) -> Json:
        judge = freshness.after_pull() if wanted.get("pull") else freshness.remotely
        ((_, answer),) = await status.check(self._context, [name], judge)
        if isinstance(answer, WatcherError):
            raise answer
        return record(answer)

    async def _update(self, name: str, wanted: Json) -> Json:
        request = Request(pull=wanted.get("pull", True), again=wanted.get("again", False))
        return await self._updated(name, request)

    async def _rollback(self, name: str, wanted: Json) -> Json:
        return await self._updated(name, Request(back=wanted.get("to", "")))

    async def _updated(self, name: str, request: Request) -> Json:
        async with aclosing(by_hand.update(self._context, [name], request, self._turns)) as results:
            async for _, result in results:
                if isinstance(result, WatcherError):
                    raise result
                done = result.done.value if isinstance(result, Outcome) else "held back"
                return await one(self._context, name) | {"done": done}
        return {}

    async def _hold(self, name: str, wanted: Json) -> Json:
        seconds = duration(wanted["for"]) if wanted.get("for") else None
        image, why = wanted.get("this_image", False), wanted.get("why", "")
        said = await decisions.hold(self._context, name, seconds=seconds, this_image=image, why=why)
        return {"said": said}

    async def _release(self, name: str, _: Json) -> Json:
        return {"said": await decisions.release(self._context, name)}

    async def _approve(self, name: str, _: Json) -> Json:
        return {"said": await decisions.approve(self._context, name)}


def _understood(wanted: Json) -> None:
    """Refuse what `watcher hold` refuses."""
    if wanted.get("for") and wanted.get("this_image"):
        raise BadRequest("for and this_image are both given", advice="leave one of them out")
    try:
        duration(wanted.get("for") or "0")
    except ValueError as error:
        raise BadRequest("for: is no duration", advice="give one such as 12h or 7d") from error


async def _ended(name: str, work: Awaitable[Json]) -> Json:
    """The result, or the error as one."""
    try:
        return await work
    except WatcherError as problem:
        return problem.record
    except Exception as problem:  # noqa: BLE001 - an error of ours is how the operation ended
        return unexpected(name, problem).record


async def _nothing() -> Json:
    return {}

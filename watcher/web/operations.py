"""What is done for a client: begun at once, answered with 202, and asked for by its number.

Whether one runs is what its task says: nothing can be stuck. Whether a container is being updated, by
whomever, its names on the engine say.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable

from aiohttp import web

from watcher.check.decisions import holding, is_held
from watcher.config.grammar import duration
from watcher.host.fleet import named
from watcher.model.errors import NoSuchContainer, WatcherError, unexpected
from watcher.model.json_object import Json
from watcher.model.names import SERVICE_PREFIX
from watcher.recovery.open_names import open_names
from watcher.swarm.attempt import left_open
from watcher.swarm.deciding import CONTAINERS_AND_SERVICES
from watcher.swarm.named import service_named
from watcher.update.own.own_update import own_update
from watcher.web import actions
from watcher.web.api import ONE
from watcher.web.engines import ServedEngine, ServedEngines
from watcher.web.guard import Access
from watcher.web.request_bodies import BadRequest, read
from watcher.web.responses import error
from watcher.web.routes import Route

Work = Callable[[ServedEngine, str, Json], Awaitable[Json]]

_KEPT = 200
_PATH = "/api/v1/operations/{id}"
_TYPES = {str: "string", bool: "boolean"}


class Operations:
    """The routes that begin an operation, and the route that tells how it is.

    Args:
        engines: The engines, and what is known.
        look: Has all tags and containers looked at now.
    """

    def __init__(self, engines: ServedEngines, look: Callable[[], None]) -> None:
        self._engines = engines
        self._look = look
        self._tasks: dict[str, asyncio.Task[Json]] = {}
        self._of: dict[str, asyncio.Task[Json]] = {}
        self.routes = (
            Route("GET", _PATH, Access.READ, "How an operation is, or how it ended.", self._get),
            Route("POST", "/api/v1/look", Access.ACT, "Ask for all tags, and look at all.", self._look_now),
            self._route("check", "Ask for its tag.", actions.check, pull=bool),
            self._route("update", "Pull its tag, and update it.", actions.update, pull=bool, again=bool),
            self._route("rollback", "Go back to an image that it ran before.", actions.rollback, to=str),
            self._route("hold", "Hold it back.", actions.hold, **{"for": str}, this_image=bool, why=str),
            self._route("release", "Hold it back no longer.", actions.release),
            self._route("approve", "Approve the image that its tag means.", actions.approve),
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
        served, name = await self._meant(text, is_release=work is actions.release)
        called = f"{served.prefix}{name}"
        is_open = work in {actions.update, actions.rollback} and await _is_under_way(served, name)
        if is_open or ((task := self._of.get(called)) and not task.done()):
            return error(409, f"{called}: something is under way with it", "try again once it is over")
        self._of[called] = task = asyncio.create_task(
            _ended(called, _naming(served, work(served, name, wanted)))
        )
        task.add_done_callback(lambda _: self._of.pop(called, None))
        return self._accepted(task)

    async def _meant(self, text: str, *, is_release: bool) -> tuple[ServedEngine, str]:
        """The engine, and its own name there, of what a person calls so; what is gone may yet be held."""
        try:
            served, name = await self._engines.meant(text)
            with named(served.context):
                return served, await _own_name(served, name, is_release=is_release)
        except NoSuchContainer as error:
            if not is_release:
                raise
            engines = self._engines.all
            found = await holding((each.context for each in engines), text, error)
            return next(each for each in engines if each.name == found.engine_name), text

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


async def _own_name(served: ServedEngine, name: str, *, is_release: bool) -> str:
    try:
        return await CONTAINERS_AND_SERVICES.own_name(served.context, name)
    except NoSuchContainer:
        if is_release and await is_held(served.context, name):
            return name
        raise


async def _is_under_way(served: ServedEngine, name: str) -> bool:
    """Whether an update of a container is open, or a rollout of a service, by whichever updater.

    While the daemon's own container is updated, which ends this process, nothing else begins.
    """
    context = served.context
    rows = await context.engine.containers(stopped=True)
    own = own_update(rows, await context.own.find(context.engine))
    if own.is_under_way or served.turns.is_taken(own.name):
        return True
    if not name.startswith(SERVICE_PREFIX):
        return name in open_names(rows)
    said = await service_named(context, name)
    return said is not None and await left_open(context, said) is not None


def _understood(wanted: Json) -> None:
    """Refuse what `watcher hold` refuses."""
    if "for" not in wanted:
        return
    if wanted.get("this_image"):
        raise BadRequest("for and this_image are both given", advice="leave one of them out")
    if not _seconds(wanted["for"]):
        raise BadRequest("for: is no duration", advice="give one such as 12h or 7d")


def _seconds(text: str) -> float:
    """How long a hold is to last; 0 is what cannot be read, too."""
    try:
        return duration(text)
    except ValueError:
        return 0.0


async def _naming(served: ServedEngine, work: Awaitable[Json]) -> Json:
    """The result; an error names its engine, where there are several."""
    with named(served.context):
        return await work


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

"""What stands beside the daemon while `--listen` is given: all routes, behind the guard, on one server."""

from collections.abc import Collection
from typing import Self

from attrs import evolve

from watcher.config.listening import UNIX, host_and_port
from watcher.config.settings import DaemonSettings
from watcher.daemon.engines import Engines
from watcher.host.context import Context
from watcher.store.heartbeat import Pulse
from watcher.web import openapi
from watcher.web.api import Reading
from watcher.web.cards import Cards
from watcher.web.chosen import Chosen
from watcher.web.events import Events
from watcher.web.guard import Guard
from watcher.web.health import Health
from watcher.web.hooks import Hooks, Secret
from watcher.web.login import Login
from watcher.web.metrics import Metrics
from watcher.web.operations import Operations
from watcher.web.page import Page
from watcher.web.plans import Plans
from watcher.web.published import refuse_open
from watcher.web.registries import Followed
from watcher.web.routes import Route
from watcher.web.seen import Seen
from watcher.web.server import Server
from watcher.web.tokens import Tokens
from watcher.web.watchtower import Watchtower


class Listener:
    """An asynchronous context manager.

    Args:
        context: The engine.
        settings: Where to listen, and what needs no token.
        pulse: Where the daemon tells its health.
        engines: What follows it, and shares turns and slots with what is done here.
        flags: The names of the settings that a flag told.
    """

    def __init__(
        self,
        context: Context,
        settings: DaemonSettings,
        pulse: Pulse,
        engines: Engines,
        flags: Collection[str] = (),
    ) -> None:
        daemon = engines.daemon(context.engine_name)
        self._context = context = evolve(daemon.context, by="api")
        self._settings = settings
        self._tokens = Tokens.of_environment()
        guard = Guard(self._tokens, settings.public, _names(settings))
        self._operations = Operations(context, engines.look_at_everything, daemon.turns)
        self._events = Events(context)
        self._seen = Seen(pulse, lambda: engines.next_pull)
        self._metrics = Metrics(context, self._seen)
        asked = Watchtower(context, self._operations, daemon.turns)
        self._watchtower = asked if settings.watchtower else None
        hooks = Hooks(Secret.of_environment(), engines.pushed)
        self.routes: tuple[Route, ...] = (
            *Health(pulse).routes,
            *Login(guard).routes,
            *Reading(context, self._seen).routes,
            *Plans(context).routes,
            *Followed(context).routes,
            *Chosen(context, flags).routes,
            *self._operations.routes,
            *self._events.routes,
            *self._metrics.routes,
            *hooks.routes,
            *((*self._watchtower.routes, *Cards(context).routes) if self._watchtower else ()),
        )
        self.routes += openapi.routes(self.routes)
        self.routes += Page(guard).routes
        self._server = Server(self.routes, guard, lambda error: context.events.failed("the listener", error))

    async def __aenter__(self) -> Self:
        if not self._tokens:
            await refuse_open(self._context, self._settings.listen)
        self._context.events.subscribe("the listener", self._seen.take)
        self._context.events.subscribe("the listener's events", self._events.take)
        self._context.events.subscribe("metrics", self._metrics.counts.take)
        if self._watchtower:
            self._context.events.subscribe("Watchtower's metrics", self._watchtower.scans.take)
        self._context.registries.tell = self._context.events.publish
        await self._server.open(self._settings.listen)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.close()
        await self._operations.end()
        await self._events.end()


def _names(settings: DaemonSettings) -> tuple[str, ...]:
    if settings.listen.startswith(UNIX):
        return settings.listen_host
    return (host_and_port(settings.listen)[0].lower(), *settings.listen_host)

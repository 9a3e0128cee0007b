"""What stands beside the daemon while `--listen` is given: all routes, behind the guard, on one server."""

from collections.abc import Collection
from functools import partial
from typing import Self

from watcher.config.listening import UNIX, host_and_port
from watcher.config.settings import DaemonSettings
from watcher.host.fleet import Fleet
from watcher.store.heartbeat import Pulse
from watcher.web import openapi
from watcher.web.api import Reading
from watcher.web.cards import Cards
from watcher.web.engine_daemons import EngineDaemons
from watcher.web.engines import ServedEngine, ServedEngines
from watcher.web.event_feed import EventFeed
from watcher.web.events import Events
from watcher.web.exposure import refuse_open
from watcher.web.guard import Guard
from watcher.web.health import Health
from watcher.web.login import Login
from watcher.web.metrics import Metrics
from watcher.web.operations import Operations
from watcher.web.page import Page
from watcher.web.plans import Plans
from watcher.web.registries import Followed
from watcher.web.routes import Route
from watcher.web.server import Server
from watcher.web.settings import WebSettings
from watcher.web.tokens import Tokens
from watcher.web.watchtower import WatchtowerApi
from watcher.web.webhooks import Hooks, Secret


class Listener:
    """An asynchronous context manager.

    Args:
        fleet: The engines.
        settings: Where to listen, and what needs no token.
        pulse: Where the daemon tells its health.
        engines: Their daemons, which share turns and slots with what is done here.
        flags: The names of the settings that a flag told.
    """

    def __init__(
        self,
        fleet: Fleet,
        settings: DaemonSettings,
        pulse: Pulse,
        engines: EngineDaemons,
        flags: Collection[str] = (),
    ) -> None:
        self._engines = served = ServedEngines(fleet, engines)
        self._settings = settings
        self._tokens = Tokens.of_environment()
        guard = Guard(self._tokens, settings.public, _names(settings))
        self._operations = Operations(served, engines.look_at_everything)
        self._events = Events(served)
        self._metrics = Metrics(served)
        self._watchtower = WatchtowerApi(served, self._operations) if settings.watchtower else None
        hooks = Hooks(Secret.of_environment(), engines.pushed)
        self.routes: tuple[Route, ...] = (
            *Health(pulse).routes,
            *Login(guard).routes,
            *Reading(served).routes,
            *Plans(served).routes,
            *Followed(served).routes,
            *WebSettings(served, flags).routes,
            *self._operations.routes,
            *self._events.routes,
            *self._metrics.routes,
            *hooks.routes,
            *((*self._watchtower.routes, *Cards(served).routes) if self._watchtower else ()),
        )
        self.routes += openapi.routes(self.routes)
        self.routes += Page(guard, is_alone=served.is_alone).routes
        told = fleet.first.events
        self._server = Server(self.routes, guard, lambda error: told.failed("the listener", error))

    async def __aenter__(self) -> Self:
        if not self._tokens:
            await refuse_open([each.context for each in self._engines.all], self._settings.listen)
        for served, feed in zip(self._engines.all, self._events.feeds, strict=True):
            self._subscribe(served, feed)
        await self._server.open(self._settings.listen)
        return self

    def _subscribe(self, served: ServedEngine, feed: EventFeed) -> None:
        events = served.events
        events.subscribe("the listener", served.seen.take)
        events.subscribe("the listener's events", feed.take)
        events.subscribe("metrics", partial(self._metrics.counts.take, served.name))
        if self._watchtower:
            events.subscribe("Watchtower's metrics", partial(self._watchtower.scans.take, served.name))
        served.context.registries.tell = events.publish

    async def __aexit__(self, *_: object) -> None:
        await self._server.close()
        await self._operations.end()
        await self._events.end()


def _names(settings: DaemonSettings) -> tuple[str, ...]:
    if settings.listen.startswith(UNIX):
        return settings.listen_host
    return (host_and_port(settings.listen)[0].lower(), *settings.listen_host)

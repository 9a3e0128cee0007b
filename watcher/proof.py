"""Whether a successor works, before the old container is given up.

Proved is: on all its networks and ports at every look, and healthy where it has a HEALTHCHECK, else
running for a while without a restart or an OOM kill; a job that ends with 0 under a policy that lets it
end counts as well. Looks are taken when the engine reports an event of the container.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from enum import Enum
from typing import Any

from attrs import frozen

from watcher import starting
from watcher.engine import Engine
from watcher.errors import EngineError, WatcherError
from watcher.words import last_check

Json = dict[str, Any]

_NANO = 1_000_000_000
_BAD_REQUEST = 400
_MAY_END = {"", "no", "on-failure"}
_SHARED = ("host", "none", "container:")


class NotProved(WatcherError):
    """The successor does not work; the message says in what way."""

    exit_code = 6


class Unhealthy(NotProved):
    """Its HEALTHCHECK says that it does not work, or did not say in time that it does."""


class Look(Enum):
    """What one inspect says."""

    PASSED = "passed"
    WAITING = "not yet"
    UNWIRED = "it runs without all its networks and ports"


@frozen
class Demand:
    """How long a container has, in seconds.

    Attributes:
        stable_for: Without a HEALTHCHECK: how long it must run.
        health_timeout: With one: until it must be healthy; at least what the check itself needs.
    """

    stable_for: float = 10.0
    health_timeout: float = 120.0

    def limit(self, container: Json) -> float:
        """The seconds after which a container that did not prove itself has failed."""
        check = container["Config"].get("Healthcheck") or {}
        if not has_healthcheck(container):
            return self.stable_for
        rounds = (check.get("Retries") or 3) + 1
        each = (check.get("Interval") or 30 * _NANO) + (check.get("Timeout") or 30 * _NANO)
        return max(self.health_timeout, ((check.get("StartPeriod") or 0) + rounds * each) / _NANO)


async def start(engine: Engine, cid: str) -> None:
    """Start a successor.

    Raises:
        NotProved: It cannot be started because of what its image holds (no such command): 400. A port
            or an address that is taken, a full disk and the like are 500, and say nothing of the
            image (20.10 to 28.5).
    """
    try:
        await starting.start(engine, cid)
    except EngineError as error:
        if error.status != _BAD_REQUEST:
            raise
        raise NotProved(error.message) from error


async def prove(engine: Engine, cid: str, demand: Demand) -> None:
    """Watch a started container until it has proved itself.

    Raises:
        NotProved: It crashed, restarted, became unhealthy, or had no network after one restart.
    """
    restarted, started = False, time.monotonic()
    async with _alarm(engine.events(type=["container"], container=[cid])) as next_event:
        while True:
            container = await engine.container(cid)
            try:
                look = judge(container, time.monotonic() - started, demand)
            except Unhealthy as error:
                raise Unhealthy(f"{error}{await last_check(engine, container)}") from error
            if look is Look.PASSED:
                return
            if look is Look.UNWIRED:
                if restarted:
                    raise NotProved(look.value)
                # An engine killed inside `start` leaves a container with `lo` alone (28.5).
                await engine.act(cid, "restart")
                restarted, started = True, time.monotonic()
            await next_event(started + demand.limit(container) - time.monotonic())


def judge(container: Json, elapsed: float, demand: Demand) -> Look:
    """Judge one inspect, `elapsed` seconds after the start.

    Raises:
        NotProved: It has failed for good.
    """
    state = container["State"]
    if state.get("Restarting") or (container.get("RestartCount") and not state.get("Running")):
        raise NotProved(f"it restarted, last with exit code {state.get('ExitCode')}")
    if container.get("RestartCount"):
        # The engine forgets the exit code as soon as it has started a container again (20.10 to 28.5).
        raise NotProved("it restarted")
    if state.get("OOMKilled"):
        raise NotProved("it was killed for lack of memory")
    if not state.get("Running"):
        return _ended(container)
    if not is_wired(container):
        return Look.UNWIRED
    return _health(container, elapsed, demand)


def has_healthcheck(container: Json) -> bool:
    """Whether the engine runs a check; `["NONE"]` switches the image's off."""
    test = (container["Config"].get("Healthcheck") or {}).get("Test") or []
    return bool(test) and test[0] != "NONE"


def is_wired(container: Json) -> bool:
    """Whether a running container is on all its networks, with an address, and has all its ports."""
    if container["HostConfig"]["NetworkMode"].startswith(_SHARED):
        return True
    settings = container["NetworkSettings"]
    ports, bindings = settings.get("Ports") or {}, container["HostConfig"].get("PortBindings") or {}
    published = [port for port, hosts in bindings.items() if hosts]
    return all(map(_attached, settings["Networks"].values())) and all(ports.get(port) for port in published)


def _attached(endpoint: Json) -> bool:
    return bool(endpoint.get("EndpointID")) and bool(
        endpoint.get("IPAddress") or endpoint.get("GlobalIPv6Address") or not endpoint.get("Gateway")
    )


def has_ended_well(container: Json) -> bool:
    """Whether it was a job that is done: it has run, ended with 0, and its restart policy lets it end."""
    state, policy = container["State"], container["HostConfig"].get("RestartPolicy") or {}
    has_ended = state.get("Status") == "exited" and state.get("ExitCode") == 0
    return has_ended and policy.get("Name", "") in _MAY_END


def _ended(container: Json) -> Look:
    code, policy = container["State"].get("ExitCode"), container["HostConfig"].get("RestartPolicy") or {}
    if code == 0 and policy.get("Name", "") in _MAY_END:
        return Look.PASSED
    raise NotProved(f"it ended with exit code {code}")


def _health(container: Json, elapsed: float, demand: Demand) -> Look:
    over = elapsed >= demand.limit(container)
    if not has_healthcheck(container):
        return Look.PASSED if over else Look.WAITING
    status = (container["State"].get("Health") or {}).get("Status")
    if status == "healthy":
        return Look.PASSED
    if status == "unhealthy" or over:
        how = "it became unhealthy" if status == "unhealthy" else "it did not become healthy in time"
        raise Unhealthy(how)
    return Look.WAITING


@asynccontextmanager
async def _alarm(events: AsyncGenerator[Json, None]) -> AsyncIterator[Callable[[float], Awaitable[None]]]:
    """Give a function that waits for the next event, but no longer than so many seconds."""
    upcoming = asyncio.ensure_future(anext(events))

    async def wait(seconds: float) -> None:
        nonlocal upcoming
        await asyncio.wait([upcoming], timeout=max(seconds, 0))
        if upcoming.done():
            upcoming.result()
            upcoming = asyncio.ensure_future(anext(events))

    try:
        yield wait
    finally:
        upcoming.cancel()
        await asyncio.wait([upcoming])
        await events.aclose()

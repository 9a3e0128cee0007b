"""Stops a container until it stays stopped."""

import asyncio

from watcher.engine.client import Engine
from watcher.model.errors import EngineError, EngineUnavailable, NotFound
from watcher.model.inspection import Container
from watcher.model.json_object import Json
from watcher.model.names import short

NO_RESTART: Json = {"Name": "no", "MaximumRetryCount": 0}

_TRIES = 50
_CALM_LOOKS = 2
_PAUSE_S = 0.1


async def quiet(engine: Engine, cid: str) -> None:
    """Stop a container until it stays stopped; a container that is gone is quiet.

    A crash-looping container races with its own restart policy: the engine refuses to change the policy while
    it is down, and answers a stop with 304 in the gap before it comes back (26.1, 28.5). No event tells
    the end of that gap, so this looks again, a bounded number of times.

    Raises:
        EngineError: The container came back each time.
    """
    calm = 0
    for attempt in range(_TRIES):
        try:
            container = await engine.container(cid)
        except NotFound:
            return
        calm = calm + 1 if _is_quiet(container) else 0
        if calm and (attempt == 0 or calm == _CALM_LOOKS):
            return
        if not calm:
            await _silence(engine, container)
        await asyncio.sleep(_PAUSE_S)
    raise EngineError(f"cannot stop the container {short(cid)}: it comes back each time")


def _is_quiet(container: Json) -> bool:
    state = Container(container).state
    if state.is_running or state.is_restarting:
        return False
    return not state.has_run or _policy(container) == "no"


def _policy(container: Json) -> str:
    return Container(container).restart_policy.get("Name") or "no"


async def _silence(engine: Engine, container: Json) -> None:
    try:
        if _policy(container) != "no":
            await engine.set_restart_policy(container["Id"], NO_RESTART)
        await engine.stop(container)
    except EngineUnavailable:
        raise
    except EngineError:
        # The race that the caller's loop is for.
        return

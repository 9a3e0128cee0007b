"""How a container ended each time, by the engine's past events: by itself, or because somebody stopped it.

Whatever the engine does of itself (restart policies, health checks, lack of memory) sends no `kill`. The
engine knows its last 256 events, and none from before its own start.
"""

import asyncio
import re
from collections.abc import Iterable

from attrs import evolve

from watcher.engine.client import Engine
from watcher.model.inspection import attributes_of
from watcher.model.json_object import Json
from watcher.model.values import frozen

# The signals that people end a container with, and `docker stop`, whatever signal that sends.
_ENDING = {"stop", "2", "3", "9", "15"}
_ACTIONS = ["start", "kill", "stop", "die"]
_KILLED = 137
_UNTOLD = "untold"  # what killed it is not known to the engine
_EXIT_CODE = re.compile("[0-9]{1,10}")
_TRIES = 10
_PAUSE_S = 0.1


@frozen
class End:
    """One end of a container.

    Attributes:
        code: The exit code.
        signal: What somebody had sent it since its start: a number, `stop`, or `untold` for a kill that the
            engine tells nothing of; empty where nobody did.
    """

    code: int
    signal: str = ""

    @property
    def is_wanted(self) -> bool:
        """Whether somebody wanted the end: signals such as SIGHUP ask for something else."""
        return self.signal in _ENDING


async def ends(engine: Engine, cid: str, *, is_over: bool = False) -> list[End]:
    """The ends of a container, oldest first, as far as the engine knows them.

    Args:
        engine: Where it is.
        cid: Its full id.
        is_over: The container does not run, so that the engine may be about to tell of one more end.
    """
    for _ in range(_TRIES):
        now = await engine.now()
        filters = {"type": ["container"], "container": [cid], "event": _ACTIONS}
        events = await engine.past_events(now, **filters)
        found = read(events)
        if not is_over or _is_told(events):
            break
        await asyncio.sleep(_PAUSE_S)
    return found


def read(events: Iterable[Json]) -> list[End]:
    """The ends that events of one container tell of; `kill` and `stop` come before `die`, or after it."""
    found, signal, is_over = list[End](), "", False
    for event in events:
        attributes = attributes_of(event)
        match event["Action"]:
            case "start":
                signal, is_over = "", False
            case "die":
                found.append(End(_code(attributes), signal))
                is_over = True
            case action:
                signal = "stop" if action == "stop" else attributes.get("signal") or "15"
                if is_over:
                    found[-1] = evolve(found[-1], signal=signal)
    return found


def with_a_kill(known: list[End]) -> list[End]:
    """The ends of an updater, of which the one by SIGKILL is somebody's though the engine tells of nobody.

    Nothing in a container can kill its first process, which an updater is. Of several such ends none counts
    as somebody's: what kills it time and again is perhaps what the image takes of the machine.
    """
    killed = [at for at, end in enumerate(known) if end.code == _KILLED and not end.signal]
    return [evolve(end, signal=_UNTOLD) if [at] == killed else end for at, end in enumerate(known)]


def _code(attributes: Json) -> int:
    """An exit code that the engine tells of, -1 where nobody knows it.

    It writes a container's labels over what it says itself (20.10 to 28.5): `exitCode` may be a label.
    """
    text = attributes.get("exitCode") or ""
    return int(text) if _EXIT_CODE.fullmatch(text) else -1


def _is_told(events: list[Json]) -> bool:
    """Whether the end of the last run is among the events, or its start is not any more."""
    last = next((each["Action"] for each in reversed(events) if each["Action"] in {"start", "die"}), "die")
    return bool(last == "die")

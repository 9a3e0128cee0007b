"""What the engine's events say of updates: who began when, and who had come to an end by then."""

import re
from collections.abc import Iterator
from typing import Any

_NAME = re.compile(r"(?P<name>.+)\.ctr-updater-(?P<kind>new|old)-")


def story(events: Iterator[dict[str, Any]], *, ends: int) -> list[str]:
    """Read events until so many updates have ended: `begin web`, and `end web` or `undo web`.

    An update begins when a successor is created; it has ended when the old container, or where it was
    undone the successor, is removed.
    """
    told: list[str] = []
    while sum(line.startswith(("end", "undo")) for line in told) < ends:
        told.append(_next(events))
    return told


def story_until(events: Iterator[dict[str, Any]], last: str) -> list[str]:
    """Read events until one of them is told by this line."""
    told = [_next(events)]
    while told[-1] != last:
        told.append(_next(events))
    return told


def _next(events: Iterator[dict[str, Any]]) -> str:
    return next(line for event in events if (line := _line(event)))


def _line(event: dict[str, Any]) -> str:
    match = _NAME.match((event.get("Actor") or {}).get("Attributes", {}).get("name", ""))
    if not match or event.get("Type") != "container":
        return ""
    words = {("create", "new"): "begin", ("destroy", "old"): "end", ("destroy", "new"): "undo"}
    word = words.get((event["Action"], match["kind"]), "")
    return f"{word} {match['name']}" if word else ""


def one_after_another(*names: str) -> list[str]:
    """The story of updates each of which begins when the one before has ended."""
    return [f"{word} {name}" for name in names for word in ("begin", "end")]

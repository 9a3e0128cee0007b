"""`watcher history`: what became of each update, and what people held, released and approved."""

import asyncio
import contextlib
import shutil
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click
from attrs import evolve

from watcher.cli.output import as_text, complain_of_database
from watcher.cli.session import Command
from watcher.cli.table import Columns, aligned
from watcher.host.context import Context
from watcher.host.fleet import Fleet, named
from watcher.host.services import may_be_services
from watcher.model.errors import EngineError, EngineUnavailable, NoSuchContainer
from watcher.model.json_object import JsonView
from watcher.model.names import short
from watcher.model.quoting import escaped
from watcher.recovery.unrecorded import record_unrecorded

_UNKNOWN = "-"
_HEAD = ("WHEN", "NAME", "OUTCOME", "OLD → NEW", "TOOK", "DOWN", "BY", "WHY")
_, _NAME, _OUTCOME, _IMAGES, _, _, _, _WHY = range(len(_HEAD))
_COLUMNS = Columns(
    _HEAD,
    (
        *((_WHY, 30), (_IMAGES, 27), (_NAME, 16), (_WHY, 12), (_IMAGES, 15)),
        *((_NAME, 8), (_OUTCOME, 8), (_WHY, 4)),
    ),
)
_NOTHING = "nothing has been updated, held or approved here yet"


def history(name: str, *, last: int, as_json: bool) -> Command:
    """The newest rows; also without an engine, for they are kept in the state directory.

    Args:
        name: What a person calls a container, which may be gone; empty for all.
        last: How many rows at most.
        as_json: Whether they are wanted as JSON.
    """
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None

    async def command(fleet: Fleet) -> int:
        if fleet.is_alone:
            rows = prefixed = await _rows(fleet.sole, name, last)
        else:
            asked, prefixes = await _asked(fleet)
            rows = await _of_all(asked, name, last)
            prefixed = [row | {"name": f"{prefixes.get(row['engine'], '')}{row['name']}"} for row in rows]
        complain_of_database(fleet.first)
        click.echo(as_text(rows) if as_json else shown(prefixed, width))
        return 0

    return command


def shown(rows: Sequence[JsonView], width: int | None = None) -> str:
    """Rows for people, as a table; a terminal's width has what is too long for it cut."""
    if not rows:
        return _NOTHING
    lines = [_cells(row, is_brief=width is not None) for row in rows]
    return aligned([[*map(escaped, line)] for line in lines], _COLUMNS, width)


def _cells(row: JsonView, *, is_brief: bool) -> list[str]:
    return [
        datetime.fromisoformat(row["at"]).astimezone().strftime("%Y-%m-%d %H:%M"),
        row["name"],
        _outcome(row),
        _images(row["old"], row["new"], is_brief=is_brief),
        _seconds(row["took_s"]),
        _seconds(row["down_s"]),
        row["by"],
        row["why"],
    ]


def _outcome(row: JsonView) -> str:
    if row["outcome"] is None:
        return str(row["kind"])
    return str(row["outcome"]) if row["kind"] == "update" else f"{row['kind']}: {row['outcome']}"


def _images(old: JsonView | None, new: JsonView | None, *, is_brief: bool) -> str:
    """From which image to which; briefly where versions tell them apart."""
    if not old and not new:
        return _UNKNOWN
    versions = [image["version"] for image in (old, new) if image]
    is_brief &= len({*filter(None, versions)}) > 1
    return " → ".join(versions) if is_brief else f"{_image(old)} → {_image(new)}"


def _image(image: JsonView | None) -> str:
    if not image:
        return "?"
    return f"{short(image['id'])} ({image['version']})" if image["version"] else short(image["id"])


def _seconds(seconds: float | None) -> str:
    return _UNKNOWN if seconds is None else f"{seconds:.1f}s"


async def _rows(context: Context, text: str, last: int) -> list[dict[str, Any]]:
    try:
        await context.engine.negotiate()
        await record_unrecorded(context)
        engine = await context.engine.identity()
        name = await _name(context, text) if text else ""
    except EngineUnavailable:
        if rows := await context.memory.history.known_as(last, text):
            return rows
        raise
    except NoSuchContainer:
        if rows := await context.memory.history.known_as(last, text, engine):
            return rows
        raise
    return await context.memory.history.last(last, name, engine)


async def _asked(fleet: Fleet) -> tuple[Fleet, dict[str, str]]:
    """The engines, of which those that cannot be asked are away.

    Also what is put before the names of the others' containers, by the engines' ids.
    """
    asked = (each.engine.identity() for each in fleet.contexts)
    answers = await asyncio.gather(*asked, return_exceptions=True)
    away, prefixes = dict[str, EngineError](), dict[str, str]()
    for context, answer in zip(fleet.contexts, answers, strict=True):
        if isinstance(answer, EngineError):
            away[context.engine_name] = answer
        elif isinstance(answer, BaseException):
            raise answer
        else:
            prefixes[answer] = context.prefix
    return evolve(fleet, away=away), prefixes


async def _of_all(fleet: Fleet, text: str, last: int) -> list[dict[str, Any]]:
    """The rows of several engines, also of an engine that is away: they are kept in the state directory."""
    for context in fleet.here:
        with contextlib.suppress(EngineError):
            await record_unrecorded(context)
    history = fleet.first.memory.history
    if not text:
        return await history.last(last)
    try:
        context, there = await fleet.one(text)
        with named(context):
            name, engine = await _name(context, there), await context.engine.identity()
    except (NoSuchContainer, EngineError):
        if rows := await history.known_as(last, _without_engine(text, fleet)):
            return rows
        raise
    return await history.last(last, name, engine)


def _without_engine(text: str, fleet: Fleet) -> str:
    """The name of a container, or a service, without that of its engine."""
    prefix = next((each.prefix for each in fleet.contexts if text.startswith(each.prefix)), "")
    return text.removeprefix(prefix)


async def _name(context: Context, text: str) -> str:
    """The name of the meant container or service; its own name while it has a temporary one."""
    from watcher.check import decisions

    try:
        return await decisions.own_name(context, text)
    except NoSuchContainer:
        if not await may_be_services(context, [text]):
            raise
        from watcher.swarm.named import own_name

        return await own_name(context, text)

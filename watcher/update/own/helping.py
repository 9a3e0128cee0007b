"""The updater's side of an update by a helper: it makes, starts, looks after and removes the helper.

The helper is made from the updater's *present* image, which has proved itself, and carries out the ordinary
update of one container (`errand`). While it is at work the updater begins nothing.
"""

import asyncio
import contextlib
import os
import sys
from collections.abc import Iterator

from attrs import evolve

from watcher.check.eligibility import Wait
from watcher.config.settings import state_folder
from watcher.container.last_output import last_words, mask_of
from watcher.container.recreate.helper import as_helper, with_socket
from watcher.container.successor import create, same
from watcher.dependencies.engine_access import socket_of
from watcher.engine.client import Engine
from watcher.host.context import Context
from watcher.model.errors import Conflict, EngineError, EngineUnavailable, NotFound, RolledBack, UpdateFailed
from watcher.model.helper import Helper, helper_name, helpers
from watcher.model.inspection import Container, reference_of, seconds_of
from watcher.model.json_object import Json
from watcher.model.update_events import Attempt, ImageVersion
from watcher.model.values import frozen
from watcher.recovery.open_names import open_names
from watcher.update.account import now
from watcher.update.affected import noted_files
from watcher.update.consent import NotNow
from watcher.update.own.helper_fate import HelperFate, fate
from watcher.update.own.helper_terms import ITSELF, Errand, image_before, labels_of, words
from watcher.update.own.postponement import consequence, keep
from watcher.update.own.report import has_begun, last_written

_LOOK_S = 1.0
_LOG_LINES = 200
_SOCKET = "/var/run/docker.sock"
_OURS = "CTR_UPDATER_"
_ONCE = "--once"


@frozen
class Ended:
    """How a helper ended.

    Attributes:
        attempt: What it tells of; None where it tells of nothing.
        why: What went wrong; empty where the container was updated.
        wait: What it waits for, where nothing went wrong but "not now"; else None.
    """

    attempt: Attempt | None
    why: str
    wait: Wait | None = None


async def by_helper(context: Context, errand: Errand) -> Attempt | None:
    """Have a helper update a container, and wait for its end; an updater in that container is stopped before.

    Raises:
        NotNow: The update has to wait; a helper is made anew when the wait is over.
        UpdateFailed: The container was not updated.
        EngineError: No helper could be made.
    """
    helper = await begun(context, errand)
    ended = None
    while ended is None:
        await asyncio.sleep(_LOOK_S)
        with contextlib.suppress(EngineUnavailable):  # perhaps the way to the engine is updated
            ended = await looked_after(context, helper)
    if ended.wait:
        raise NotNow(ended.why, ended.wait)
    if ended.why:
        is_back = ended.attempt is not None and ended.attempt.outcome == "rolled back"
        raise (RolledBack if is_back else UpdateFailed)(ended.why)
    return ended.attempt


async def begun(context: Context, errand: Errand) -> Helper:
    """Make a helper where there is none, and start it.

    Raises:
        UpdateFailed: The image that the helper would be made from is gone.
        EngineError: The engine refused.
    """
    engine = context.engine
    name = helper_name(errand.name, errand.old, errand.target)
    try:
        await _make(context, name, errand)
    except Conflict:
        if not await _named(engine, name):
            raise
    except NotFound as error:
        why = f"its helper cannot be made from the updater's present image: {error.message}"
        await context.memory.keep_failure(errand.old, errand.target, why)
        raise UpdateFailed(
            f"{errand.name} could not be updated: {why}", advice=_from_outside(errand.name)
        ) from error
    await engine.act(name, "start")
    found = await _named(engine, name)
    if found is None:
        raise UpdateFailed(f"{errand.name} could not be updated: somebody removed its helper")
    return found


async def looked_after(context: Context, helper: Helper) -> Ended | None:
    """Do what is to be done about a helper; None while it is at work.

    Raises:
        EngineError: The engine refused.
    """
    engine = context.engine
    try:
        found = await engine.container(helper.cid)
    except NotFound:
        return Ended(None, f"{helper.name} could not be updated: somebody removed its helper")
    is_open = helper.name in open_names(await engine.containers(stopped=True))
    since = await _running_since(context, helper)
    match fate(found, is_open=is_open, since=since, now=await engine.now()):
        case HelperFate.WORKS:
            return None
        case HelperFate.START:
            return await _started(context, helper, found)
        case HelperFate.LATE if has_begun(await _log(engine, helper.cid)):
            return None
        case HelperFate.LATE | HelperFate.STUCK:
            await engine.stop(found)
            return await _concluded(context, helper, found, is_stuck=True)
        case HelperFate.OVER:
            return await _concluded(context, helper, found, is_stuck=False)


async def _started(context: Context, helper: Helper, found: Json) -> Ended | None:
    """Start a helper; where the engine refuses, the helper is removed, and the image is not to blame."""
    try:
        await context.engine.act(helper.cid, "start")
    except EngineUnavailable:
        raise
    except EngineError as error:
        ended = await _concluded(context, helper, found, is_stuck=False)
        return evolve(ended, why=f"{helper.name} could not be updated by its helper: {error}")
    return None


async def _make(context: Context, name: str, errand: Errand) -> None:
    engine = context.engine
    own = await engine.container(str(await context.own.find(engine)))
    made = await same(engine, own, noted=await noted_files(context, own))
    command = [*_command(context, own, errand)]
    image = errand.image or own["Image"]
    payload = as_helper(made.payload, image, command, _settings(errand), labels_of(errand, image))
    if errand.proxy:
        bind, groups = (
            f"{socket_of(errand.proxy)}:{_SOCKET}",
            errand.proxy["HostConfig"].get("GroupAdd") or (),
        )
        payload = with_socket(payload, bind, f"DOCKER_HOST=unix://{_SOCKET}", groups)
    await create(engine, name, evolve(made, payload=payload, image=image))


def _command(context: Context, own: Json, errand: Errand) -> Iterator[str]:
    """The command of a helper: the interpreter and the program of this process."""
    flags = ["-I"] * sys.flags.isolated + ["-S"] * sys.flags.no_site
    yield from (sys.executable, *flags, "-m", "watcher")
    engine = context.engine_name if context.prefix else ""
    home = context.memory.claims.home if _is_mounted(own) else ""
    yield from words(errand, context.by, engine, home, beats=_ONCE not in own["Args"])


def _settings(errand: Errand) -> dict[str, str]:
    """The settings of this process as variables, without those by which people reach it."""
    found = {name: value for name, value in os.environ.items() if name.startswith(_OURS)}
    sole = {f"{_OURS}ENGINES": ""} if errand.proxy else {}
    return found | {f"{_OURS}LISTEN": ""} | sole


def _is_mounted(own: Json) -> bool:
    """Whether the state directory is on a mount, which the helper has too."""
    folder = state_folder()
    places = [mount["Destination"] for mount in own.get("Mounts") or () if mount["Type"] != "tmpfs"]
    return any(folder.is_relative_to(place) for place in places)


async def _named(engine: Engine, name: str) -> Helper | None:
    rows = await engine.containers(stopped=True)
    called = {helper_name(each.name, each.old, each.target): each for each in helpers(rows)}
    return called.get(name)


async def _running_since(context: Context, helper: Helper) -> float:
    """Since when the container of the helper's errand runs; 0 where no container has its name."""
    try:
        return seconds_of(Container(await context.engine.container(helper.name)).state.started)
    except NotFound:
        return 0.0


async def _concluded(context: Context, helper: Helper, found: Json, *, is_stuck: bool) -> Ended:
    """Record what a helper did, remember the image that failed or the wait, and remove the helper."""
    engine = context.engine
    holder, log = await _holder(engine, helper.name), await _log(engine, helper.cid)
    attempt = last_written(log)
    if attempt is None and holder and holder["Id"] != helper.old:
        attempt = _untold(context, helper, found, holder)
    if _has_new(holder, helper):
        await _removed(context, helper, attempt)
        return Ended(attempt, "")
    why = await _why(engine, helper, attempt, is_stuck=is_stuck)
    follows = consequence(attempt, log, is_stuck=is_stuck)
    wait = await keep(context.memory, helper, holder["Id"] if holder else helper.old, follows, why)
    await _removed(context, helper, None if wait else attempt)
    return Ended(attempt, why, wait)


def _has_new(holder: Json | None, helper: Helper) -> bool:
    """Whether another container than before has the name, on the image that it was to have."""
    return holder is not None and holder["Id"] != helper.old and holder["Image"] == helper.target


async def _removed(context: Context, helper: Helper, attempt: Attempt | None) -> None:
    """Record what a helper did, and remove it: once, where a command in the container waits for it, too."""
    async with context.memory.claims.take(helper.cid) as is_ours:
        with contextlib.suppress(NotFound, Conflict):  # somebody else removes it
            await context.engine.container(helper.cid)
            if attempt and is_ours:
                await context.events.ended(attempt)
            await context.engine.remove(helper.cid)


def _untold(context: Context, helper: Helper, found: Json, holder: Json) -> Attempt:
    """The attempt of a helper that was killed after its work and before it told of it."""
    old, new = ImageVersion(image_before(found)), ImageVersion(holder["Image"])
    is_done = holder["Image"] == helper.target
    return Attempt(
        at=now(),
        name=helper.name,
        kind="self-update" if ITSELF in found["Config"]["Entrypoint"] else "update",
        outcome="updated" if is_done else "recovered",
        image=reference_of(holder),
        old=old,
        new=new,
        by=context.by,
        took_s=0.0,
        down_s=None,
        why="its helper was killed before it could tell more",
        containers=(helper.old, holder["Id"]),
    )


async def _why(engine: Engine, helper: Helper, attempt: Attempt | None, *, is_stuck: bool) -> str:
    if attempt and attempt.outcome != "updated":
        return attempt.why
    try:
        last = await last_words(engine, helper.cid, await mask_of(engine, helper.cid))
    except EngineError:
        last = ""
    how = "could not begin, and was removed" if is_stuck else "ended without an update"
    return f"{helper.name} could not be updated: its helper {how}{last} - {_from_outside(helper.name)}"


async def _log(engine: Engine, cid: str) -> str:
    try:
        return await engine.logs(cid, _LOG_LINES)
    except EngineError:
        return ""


async def _holder(engine: Engine, name: str) -> Json | None:
    try:
        return await engine.container(name)
    except NotFound:
        return None


def _from_outside(name: str) -> str:
    return f"`watcher update {name}` from outside of it works without one"

"""What people decide of containers: `watcher hold`, `watcher release` and `watcher approve`."""

import time
from collections.abc import Awaitable, Callable, Iterable

import click

from watcher.check import checks, eligibility, status
from watcher.check.status import Shown
from watcher.check.verdict import Status
from watcher.cli.output import complain
from watcher.cli.session import Command
from watcher.host.context import Context
from watcher.host.lookup import find
from watcher.model.errors import EngineUnavailable, NoSuchContainer, Refused, Unknown, WatcherError
from watcher.model.inspection import Container
from watcher.model.names import Marker, container_name, short
from watcher.model.quoting import escaped
from watcher.recovery.state import scenes
from watcher.store.holds import Hold

_BY = "cli"


def hold(names: Iterable[str], *, seconds: float | None, this_image: bool, why: str) -> Command:
    """`watcher hold`.

    Args:
        names: What a person calls the containers.
        seconds: For how long; None until they are released.
        this_image: Only for as long as the tag means the image that it means now.
        why: In that person's words.
    """

    async def one(context: Context, text: str) -> str:
        name, now = await _name(context, text), time.time()
        image = (await _judged(context, name)).verdict.target if this_image else ""
        if this_image and not image:
            raise Unknown(
                f"{name}: which image its tag means is not known", advice="hold it without --this-image"
            )
        until = now + seconds if seconds else 0.0
        await context.memory.held.hold(Hold(name, "hold", now, until, image, _BY, why))
        return f"{name}: held {_how_long(until, image)}{why and f': {why}'}"

    return _each(names, one)


def release(names: Iterable[str]) -> Command:
    """`watcher release`: one that is not held is no error, nor one that is gone and was held."""

    async def one(context: Context, text: str) -> str:
        name = container_name(text) or text
        if name not in (await context.memory.held.read()).of:
            name = await _name(context, text)
        is_held = await context.memory.held.release(name, _BY)
        return f"{name}: released" if is_held else f"{name}: nobody held it"

    return _each(names, one)


def approve(names: Iterable[str]) -> Command:
    """`watcher approve`: the image that the tag means now, and no other one."""

    async def one(context: Context, text: str) -> str:
        found = await _judged(context, await _name(context, text))
        verdict, name = found.verdict, found.name
        if verdict.status is Status.UNKNOWN:
            raise Unknown(f"{name}: {verdict}", advice="it can be approved once that is known")
        if found.mode != "approve":
            raise Refused(
                f"{name}: its mode is {found.mode}", advice="only where it is approve, updates wait for that"
            )
        if verdict.status is Status.CURRENT:
            raise Refused(f"{name}: {verdict}", advice="there is nothing to approve")
        await context.memory.held.hold(Hold(name, "approve", time.time(), image=verdict.target, by=_BY))
        return f"{name}: approved: {verdict.reason}"

    return _each(names, one)


def _each(names: Iterable[str], one: Callable[[Context, str], Awaitable[str]]) -> Command:
    """One container after another: a line each, and the highest exit code that applied."""

    async def command(context: Context) -> int:
        codes = [0]
        for text in names:
            try:
                click.echo(escaped(await one(context, text)))
            except EngineUnavailable:
                raise
            except WatcherError as error:
                complain(str(error))
                codes.append(error.exit_code)
        return max(codes)

    return command


async def _name(context: Context, text: str) -> str:
    """The name of the container that is meant; while an update of it is open, it may be missing.

    Raises:
        NoSuchContainer: No container, or more than one, is meant.
    """
    try:
        name = Container(await find(context.engine, text)).name
    except NoSuchContainer:
        if text not in scenes(await context.engine.containers(stopped=True)):
            raise
        return text
    marker = Marker.parse(name)
    return marker.name if marker else name


async def _judged(context: Context, name: str) -> Shown:
    """What is to be said of a container.

    Raises:
        WatcherError: Nothing can.
    """
    ((_, answer),) = await status.check(context, [name], checks.judged)
    if isinstance(answer, WatcherError):
        raise answer
    return answer


def _how_long(until: float, image: str) -> str:
    if until:
        return f"until {eligibility.shown(until)}"
    return f"while its tag means {short(image)}" if image else "until it is released"

"""What people decide of containers: `watcher hold`, `watcher release` and `watcher approve`."""

from collections.abc import Awaitable, Callable, Iterable

import click

from watcher.check import decisions
from watcher.check.decisions import Subjects
from watcher.cli.output import complain, complain_of_database
from watcher.cli.session import Command
from watcher.host.context import Context
from watcher.host.fleet import Fleet, named
from watcher.host.services import may_be_services
from watcher.model.errors import EngineUnavailable, NoSuchContainer, WatcherError
from watcher.model.quoting import escaped


def hold(names: Iterable[str], *, seconds: float | None, this_image: bool, why: str) -> Command:
    """`watcher hold`; the arguments are those of `check.decisions`."""

    async def one(context: Context, text: str) -> str:
        subjects = await _subjects(context, text)
        return await decisions.hold(
            context, text, seconds=seconds, this_image=this_image, why=why, subjects=subjects
        )

    return _each(names, one)


def release(names: Iterable[str]) -> Command:
    """`watcher release`."""

    async def one(context: Context, text: str) -> str:
        return await decisions.release(context, text, await _subjects(context, text))

    return _each(names, one, is_release=True)


def approve(names: Iterable[str]) -> Command:
    """`watcher approve`."""

    async def one(context: Context, text: str) -> str:
        return await decisions.approve(context, text, await _subjects(context, text))

    return _each(names, one)


async def _subjects(context: Context, text: str) -> Subjects:
    """What there is to decide of: services too, where there are any."""
    if not await may_be_services(context, [text]):
        return decisions.CONTAINERS
    from watcher.swarm.deciding import CONTAINERS_AND_SERVICES

    return CONTAINERS_AND_SERVICES


def _each(
    names: Iterable[str], one: Callable[[Context, str], Awaitable[str]], *, is_release: bool = False
) -> Command:
    """One container after another: a line each, and the highest exit code that applied.

    Where the only engine goes away there is nobody to ask of the others, either.
    """

    async def command(fleet: Fleet) -> int:
        codes, told = [0], list[str]()
        for text in names:
            try:
                context, name = await _meant(fleet, text, is_release=is_release)
                with named(context):
                    click.echo(escaped(f"{context.prefix}{await one(context, name)}"))
            except WatcherError as error:
                if isinstance(error, EngineUnavailable) and fleet.is_alone:
                    raise
                told.append(str(error))
                complain(told[-1])
                codes.append(error.exit_code)
        complain_of_database(fleet.first, told)
        return max(codes)

    return command


async def _meant(fleet: Fleet, text: str, *, is_release: bool) -> tuple[Context, str]:
    """The engine of what a person calls so, and its name there; what is gone may yet be held."""
    try:
        return await fleet.one(text)
    except NoSuchContainer as error:
        if not is_release:
            raise
        return await decisions.holding(fleet.here, text, error), text

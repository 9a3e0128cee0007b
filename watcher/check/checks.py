"""What the commands that only look do, from an open engine to values; nothing here prints or exits."""

from collections.abc import Awaitable, Callable

from watcher.check import own_labels
from watcher.check.facts import read
from watcher.check.judgement import Assessment, assessed, unknown
from watcher.config.policy import Policy
from watcher.host.context import Context
from watcher.host.lookup import find
from watcher.host.watchtowers import said
from watcher.model.errors import UnreadableSetting
from watcher.model.json_object import Json
from watcher.model.names import name_of

Judge = Callable[[Context, Json], Awaitable[Assessment]]


async def running_names(context: Context) -> list[str]:
    """The names of the running containers, without the own container's."""
    rows = await context.engine.containers()
    own = await context.own.find(context.engine)
    return sorted(name_of(row) for row in rows if row["Id"] != own)


async def identify(context: Context, text: str, judge: Judge) -> Assessment:
    """Judge the container that a person means.

    Raises:
        NoSuchContainer: No container, or more than one, is meant.
    """
    look = context.looking()
    return await judge(look, await find(look.engine, text))


async def assess(context: Context, container: Json, policy: Policy | None = None) -> Assessment:
    """Judge a container without a registry: by `policy` as the daemon does, or else by images alone."""
    return assessed(await read(context, container, policy))


async def doubts(context: Context) -> list[str]:
    """What people should know of the labels of all containers, and of who else updates them, a line each."""
    rows = await context.engine.containers(stopped=True)
    own = await context.own.find(context.engine, rows)
    found = own_labels.doubts(rows, own, every=context.follows_all, hooks=context.hooks)
    others = context.watchtowers.beside(await context.opted_in(rows))
    return sorted(
        [*(f"{name}: {line}" for name, line in found), *(said(name, those) for name, those in others)]
    )


async def judged(context: Context, container: Json) -> Assessment:
    """Judge a container for people, by what the daemon keeps of its questions to registries.

    The verdict is unknown where the daemon had no answer.
    """
    try:
        policy = context.policy_of(container)
    except UnreadableSetting as error:
        return unknown(container, str(error))
    return assessed(await read(context, container, policy, asked=True))

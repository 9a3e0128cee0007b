"""What a shell completes NAME to: the containers that there are; nothing where the engine does not say.

The shell's own part is click's (docs/completion.md): it runs the command once more with what was typed.
"""

import asyncio

import click

from watcher.cli.opening import opened
from watcher.model.helper import Helper
from watcher.model.json_object import Json
from watcher.model.names import Marker, container_name, name_of

_PATIENCE_S = 2.0  # a person who has pressed a key waits no longer


def containers(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """The names that begin with what was typed, but those that were given already."""
    given = context.params.get(parameter.name or "") or ()
    try:
        found = asyncio.run(_names())
    except Exception:  # noqa: BLE001 - an error among what is typed would help nobody
        return []
    return sorted(name for name in found if name.startswith(incomplete) and name not in given)


async def _names() -> set[str]:
    async with asyncio.timeout(_PATIENCE_S), opened(negotiates=True) as fleet:
        return {
            f"{context.prefix}{name_of(row)}"
            for context in fleet.here
            for row in await context.engine.containers(stopped=True)
            if _is_somebodys(row)
        }


def _is_somebodys(row: Json) -> bool:
    """Whether people name a container, and it is no part of an update; no shell sees what is no name."""
    name = name_of(row)
    return not Marker.parse(name) and not Helper.of(row) and container_name(name) == name
